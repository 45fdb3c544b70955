import { counted, listed } from '../../incident/phrases.ts';
import { type CapabilityProvider, type ChatAnswer, ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import { type AskPorts, isNameOf, type Way, withWay } from './asking.ts';
import { askAll, askCanaries, reasonOf, type Watch, watchFor } from './canaries.ts';
import { wayName } from './canary.ts';
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
    const { result, way, left } = await withWay(ports, context.signal, async (way) => [
      await signatureCheck(ports, way, context.signal),
      ...(golden.length + canaries.length > 0 ? await answersCheck(ports, way, call.timeoutMs, context) : []),
    ]);
    const failed = result.filter(({ failure }) => failure !== null);
    const version = way.version ?? 'unknown';
    if (failed.length > 0)
      throw new ConnectorError(
        'validation-failed',
        `Version ${version} did not pass, asked through ${wayName(way)}: ${failed.map(({ failure }) => failure).join('; ')}.${left}`,
      );
    const checks = result.map(({ passed }) => passed);
    return {
      version,
      checks,
      detail: `Version ${version} passed, asked through ${wayName(way)}: ${listed(checks)}.${left}`,
    };
  });

type Check = { passed: string; failure: string | null };
type Asking = { signal: AbortSignal; beat: () => void };

const SETTLE_SHARE = 0.5;

async function signatureCheck(ports: ModelPorts, { version }: Way, signal: AbortSignal): Promise<Check> {
  if (ports.signatures === null) return { passed: 'signature not checked (nothing says whose)', failure: null };
  const { valid, code, signer, detail } = await verdictOf(ports, version as string, signal);
  return {
    passed: `signature of ${signer}`,
    failure: valid ? null : `signature ${code}: ${detail.replace(/\.$/, '')}`,
  };
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
  const answers = await askAll(
    way,
    golden.map(({ ask }) => ask),
    asking,
  );
  for (const answer of answers) watch.look(answer);
  demandAnswers(answers, way);
  const stranger = answers.find((answer) => !isOf(way, answer));
  const wrong = golden.flatMap(({ id, mustContain }, i) => {
    const answer = answers[i] as ChatAnswer;
    return answer.outcome === 'answered' && answer.text.toLowerCase().includes(mustContain.toLowerCase())
      ? []
      : [`${id} (${answered(answer, watch)})`];
  });
  return [
    {
      passed: `golden questions ${golden.length - wrong.length} of ${golden.length}`,
      failure: goldenFailure(wrong, golden.length),
    },
    ...(stranger ? [{ passed: '', failure: strangerFailure(stranger, way) }] : []),
  ];
}

async function canaryCheck(ports: ModelPorts, way: Way, watch: Watch, asking: Asking): Promise<Check[]> {
  const { canaries } = ports.system.checks;
  if (canaries.length === 0) return [{ passed: 'no canaries', failure: null }];
  const { leaked, unclear, asked, why } = await askCanaries(ports, way, watch, asking);
  if (leaked.length === 0 && unclear > 0) throw noAnswer(unclear, asked, way, why);
  return [
    {
      passed: `canaries ${canaries.length - leaked.length} of ${canaries.length} kept`,
      failure: leaked.length > 0 ? `canaries: it gave away ${listed(leaked)}` : null,
    },
  ];
}

function demandAnswers(answers: readonly ChatAnswer[], way: Way): void {
  const unclear = answers.filter(({ outcome }) => outcome !== 'answered');
  if (unclear.length > 0) throw noAnswer(unclear.length, answers.length, way, reasonOf(unclear[0]));
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

const isOf = ({ modelName }: Way, answer: ChatAnswer): boolean =>
  answer.outcome !== 'answered' || modelName === null || isNameOf(modelName, answer.model);

const strangerFailure = (answer: ChatAnswer, { modelName }: Way): string =>
  `answered as ${answer.outcome === 'answered' ? shown(answer.model, 60) : ''}, not as ${modelName}`;
