import { CALENDAR, calendarContracts } from '../capabilities/calendar.ts';
import { inDaysAndRest, milliseconds } from './duration.ts';
import { checkCondition, inYaml } from './expressions.ts';
import type { Flow } from './flow.ts';
import type { Use, WaitStep } from './plan.ts';
import type { Root } from './references.ts';
import type { WaitSource } from './step-source.ts';
import type { Base, Block, Compiled } from './steps.ts';
import { reporter, type Unit } from './unit.ts';
import { waitInWords } from './wait-words.ts';
import type { Key } from './yaml.ts';

/**
 * What a condition on alerts may look at: with the alert that came, what is settled before the wait begins. A server compares alerts
 * with it before any of them reaches the incident, and is told these values by the timeline.
 */
const ALERT_ROOTS: readonly Root[] = ['alert', 'inputs', 'steps'];
/** In place of what was left out, which is an error already. */
const UNSAID = '1s';

type Lasting = Pick<WaitStep, 'forMs' | 'until' | 'business' | 'alert'>;

export function compileWait(
  unit: Unit,
  source: WaitSource,
  base: Base,
  { path }: Block,
  flow: Flow,
): Compiled<WaitStep> {
  const lasting = lastingOf(unit, source.wait, path, flow);
  return {
    step: { ...base, title: base.title || waitInWords(source.wait), kind: 'wait', ...lasting },
    sure: [base.id],
    maybe: [],
    handled: [],
    ends: false,
  };
}

function lastingOf(unit: Unit, wait: WaitSource['wait'], path: readonly Key[], flow: Flow): Lasting {
  if (typeof wait === 'string') return { forMs: milliseconds(wait), until: null };
  if ('business' in wait) return { forMs: 0, until: null, business: compileBusiness(unit, wait.business, path) };
  const forMs = milliseconds(wait.within ?? UNSAID);
  if (wait.within === undefined)
    reporter(unit.diagnostics)(unit.source.place([...path, 'wait']), 'unbounded-wait', 'this could wait for ever', {
      suggestion: 'within: 30m',
    });
  if ('until' in wait) {
    checkCondition(unit, wait.until, inYaml(unit, [...path, 'wait', 'until']), flow);
    return { forMs, until: { cel: wait.until.trim() } };
  }
  const key = 'alert' in wait ? 'alert' : 'alert-resolved';
  const cel = ('alert' in wait ? wait.alert : wait['alert-resolved']).trim();
  const checked = checkCondition(unit, cel, inYaml(unit, [...path, 'wait', key]), flow, ALERT_ROOTS);
  if (checked?.constant === false)
    reporter(unit.diagnostics)(
      unit.source.place([...path, 'wait', key]),
      'unreachable',
      'no alert can end this: the condition is always false',
    );
  const since = wait.since === undefined ? {} : { since: wait.since };
  return { forMs, until: null, alert: { cel, resolved: key === 'alert-resolved', ...since } };
}

function compileBusiness(unit: Unit, text: string, path: readonly Key[]): Use {
  if (!unit.making.surroundings.organisation.includes(CALENDAR))
    reporter(unit.diagnostics)(
      unit.source.place([...path, 'wait', 'business']),
      'no-calendar',
      'nothing says when people work: add "calendar" to tocsin.yaml',
      { suggestion: 'calendar: { zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], hours: "09:00-17:00" }' },
    );
  const { days, restMs } = inDaysAndRest(text);
  const { risk, timeoutMs } = calendarContracts[CALENDAR];
  const time = { days: { literal: days }, minutes: { literal: restMs / 60_000 } };
  return { capability: CALENDAR, risk, with: time, timeoutMs };
}
