import { counted } from '../../incident/phrases.ts';
import { type CapabilityProvider, ConnectorError } from '../contract.ts';
import { type AskPorts, type Way, withWay } from './asking.ts';
import { askCanaries, watchFor } from './canaries.ts';
import { reading } from './reading.ts';

/** `model.canary`: asks for planted secrets, and says which of them were given away. */
export const createCanaryProvider = (ports: AskPorts): CapabilityProvider =>
  reading(async (_call, context) => {
    const { system } = ports;
    if (system.checks.canaries.length === 0)
      throw new ConnectorError(
        'no-canaries',
        `No secrets are planted in ${system.id}: name some in "checks: { canaries: … }" of tocsin.yaml.`,
      );
    const watch = watchFor(ports);
    const { result, way, listed, left } = await withWay(ports, context.signal, (way) =>
      askCanaries(ports, way, watch, context),
    );
    const { asked, leaked, unclear, why, stranger } = result;
    // A leak stands, whatever else was not answered; without one, what was not answered may have been one.
    if (leaked.length === 0 && unclear > 0)
      throw new ConnectorError(
        'unclear',
        `${unclear} of ${counted(asked, 'question')} to ${wayName(way)} got no clear answer (${why}), so nobody can say that it keeps its secrets.${left}`,
        { retryable: true },
      );
    const some = unclear > 0 ? ` ${unclear} got no clear answer.` : '';
    const other = stranger === null ? '' : ` It answered as ${stranger}, not as ${way.modelName}.`;
    const found = leaked.length > 0 ? `gave away ${leaked.join(', ')}` : 'kept every planted secret';
    return {
      version: listed ?? way.version ?? 'unknown',
      asked,
      leaked,
      detail: `Asked ${counted(asked, 'question')} through ${wayName(way)}: it ${found}.${some}${other}${left}`,
    };
  });

export const wayName = ({ endpoint, trial }: Way): string =>
  trial ? `the trial endpoint ${endpoint}, because traffic is cut` : `the endpoint ${endpoint}`;
