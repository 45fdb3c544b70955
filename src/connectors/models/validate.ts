import { counted, listed } from '../../incident/phrases.ts';
import type { GoldenQuestion } from '../../inventory/serving.ts';
import { type CapabilityProvider, type ChatAnswer, ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import { type AskPorts, type Way, withWay } from './asking.ts';
import { askAll, askCanaries, reasonOf, strangerIn, type Watch, watchFor } from './canaries.ts';
import { wayName } from './canary.ts';
import { liveOf } from './live.ts';
import type { ModelPorts } from './ports.ts';
import { settled } from './probe.ts';
import { reading } from './reading.ts';
import { verdictOf } from './verdict.ts';

/**
 * `model.validate`: whether the live version may have traffic. Its signature, questions whose answers are known, and planted secrets;
 * one that fails is a failed step.
 */
export const createValidateProvider = (ports: ModelPorts): CapabilityProvider =>
  reading(async (call, context) => {
    const { golden, canaries } = ports.system.checks;
    if (ports.signatures === null && golden.length + canaries.length === 0)
      throw new ConnectorError(
        'nothing-to-check',
        `Nothing says how ${ports.system.id} is validated: name "signed-by", "golden" or "canaries" in tocsin.yaml.`,
      );
    const { version } = await liveOf(ports, context.signal);
    // First of all: a version that nobody signed gets no way to be asked by.
    const signature = await signatureCheck(ports, version, context.signal);
    const asked =
      golden.length + canaries.length > 0 ? await answersChecks(ports, version, call.timeoutMs, context) : null;
    const checks = [signature, ...(asked?.checks ?? [])];
    return {
      version,
      checks,
      detail: `Version ${version} passed${asked?.through ?? ''}: ${listed(checks)}.${asked?.left ?? ''}`,
    };
  });

type Check = { passed: string; failure: string | null };
type Asking = { signal: AbortSignal; beat: () => void };

const SETTLE_SHARE = 0.5;

const failed = (version: string, why: string): ConnectorError =>
  new ConnectorError('validation-failed', `Version ${version} did not pass${why}`);

async function signatureCheck(ports: ModelPorts, version: string, signal: AbortSignal): Promise<string> {
  if (ports.signatures === null) return 'signature not checked (nothing says whose)';
  const { valid, code, signer, detail } = await verdictOf(ports, version, signal);
  if (!valid) throw failed(version, `: signature ${code}: ${detail}`);
  return `signature of ${signer}`;
}

async function answersChecks(
  ports: ModelPorts,
  version: string,
  timeoutMs: number,
  asking: Asking,
): Promise<{ checks: string[]; through: string; left: string }> {
  const { result, way, left } = await withWay(ports, asking.signal, async (way) => {
    if (way.version === version) return answersCheck(ports, way, timeoutMs, asking);
    throw new ConnectorError('moved', `The live version changed while version ${version} was validated.`, {
      retryable: true,
    });
  });
  const through = `, asked through ${wayName(way)}`;
  // A stranger shows in every check that asks.
  const failures = new Set(result.flatMap(({ failure }) => failure ?? []));
  if (failures.size > 0) throw failed(version, `${through}: ${[...failures].join('; ')}.${left}`);
  return { checks: result.map(({ passed }) => passed), through, left };
}

/** A gateway may lead to the version before for a while, so it is given that time before it is judged. */
async function answersCheck(ports: ModelPorts, way: Way, timeoutMs: number, asking: Asking): Promise<Check[]> {
  const withinMs = Math.min(ports.system.serving.settleMs, timeoutMs * SETTLE_SHARE);
  const { proved, detail } = await settled(ports, way, { expect: 'serving', withinMs }, asking);
  if (!proved) return [{ passed: '', failure: detail.replace(/\.$/, '') }];
  const watch = watchFor(ports);
  const golden = await goldenCheck(ports, way, watch, asking);
  const canaries = await canaryCheck(ports, way, watch, asking);
  return [...golden, ...canaries];
}

async function goldenCheck({ system }: AskPorts, way: Way, watch: Watch, asking: Asking): Promise<Check[]> {
  const { golden } = system.checks;
  if (golden.length === 0) return [{ passed: 'no golden questions', failure: null }];
  const questions = golden.map(({ ask }) => ask);
  const judged = await askAll(way, questions, asking, (answer, i) => {
    watch.look(answer);
    const { id, mustContain } = golden[i] as GoldenQuestion;
    return {
      why: reasonOf(answer),
      stranger: strangerIn(answer, way, watch),
      wrong: isRight(answer, mustContain) ? null : `${id} (${answered(answer, watch)})`,
    };
  });
  const silent = judged.filter(({ why }) => why !== '');
  const wrong = judged.flatMap((one) => (one.wrong === null || one.why !== '' ? [] : [one.wrong]));
  // What is surely wrong stands, whatever else was not answered.
  if (wrong.length + watch.leaked().length === 0 && silent.length > 0)
    throw noAnswer(silent.length, golden.length, way, silent[0]?.why ?? '');
  return [
    {
      passed: `golden questions ${golden.length - wrong.length - silent.length} of ${golden.length}`,
      failure: goldenFailure(wrong, golden.length),
    },
    ...strangerCheck(judged.find(({ stranger }) => stranger !== null)?.stranger, way),
  ];
}

const isRight = (answer: ChatAnswer, mustContain: string): boolean =>
  answer.outcome === 'answered' && answer.text.toLowerCase().includes(mustContain.toLowerCase());

const strangerCheck = (stranger: string | null | undefined, { modelName }: Way): Check[] =>
  stranger ? [{ passed: '', failure: `answered as ${stranger}, not as ${modelName}` }] : [];

async function canaryCheck(ports: ModelPorts, way: Way, watch: Watch, asking: Asking): Promise<Check[]> {
  const { canaries } = ports.system.checks;
  if (canaries.length === 0) return [{ passed: 'no canaries', failure: null }];
  const { leaked, unclear, asked, why, stranger } = await askCanaries(ports, way, watch, asking);
  if (leaked.length === 0 && unclear > 0) throw noAnswer(unclear, asked, way, why);
  return [
    {
      passed: `canaries ${canaries.length - leaked.length} of ${canaries.length} kept`,
      failure: leaked.length > 0 ? `canaries: it gave away ${listed(leaked)}` : null,
    },
    ...strangerCheck(stranger, way),
  ];
}

const noAnswer = (unclear: number, asked: number, way: Way, why: string): ConnectorError =>
  new ConnectorError(
    'unclear',
    `${unclear} of ${counted(asked, 'question')} to ${wayName(way)} got no clear answer (${why}), so the model cannot be judged.`,
    { retryable: true },
  );

const SHOWN_MAX = 5;

function goldenFailure(wrong: readonly string[], asked: number): string | null {
  if (wrong.length === 0) return null;
  const more = wrong.length > SHOWN_MAX ? ` and ${wrong.length - SHOWN_MAX} more` : '';
  return `golden questions: ${wrong.length} of ${asked} wrong: ${wrong.slice(0, SHOWN_MAX).join(', ')}${more}`;
}

/** An answer is shown only as far as it holds no planted secret, cut short or not. */
function answered(answer: ChatAnswer, watch: Watch): string {
  if (answer.outcome !== 'answered') return 'no answer';
  return watch.holdsSecret(answer.text) ? 'the answer held a planted secret' : `it said “${shown(answer.text, 120)}”`;
}
