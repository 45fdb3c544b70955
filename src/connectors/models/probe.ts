import { counted } from '../../incident/phrases.ts';
import type { CapabilityProvider, ChatAnswer } from '../contract.ts';
import { shown } from '../text.ts';
import { type AskPorts, anyWay, isNameOf, publicWay, type Way } from './asking.ts';
import { namesOf } from './canaries.ts';
import { noLiveVersion } from './live.ts';
import { reading } from './reading.ts';

/** `model.probe`: proves by traffic that the model is cut off, or that it serves. What the gateway says of itself is no proof. */

/** Harmless, and of several kinds: a gateway may keep answers, or hold back one kind of question only. */
const QUESTIONS = [
  'Reply with OK.',
  'Please answer with the single word OK.',
  'Say OK, and nothing else.',
  'This is a check that you are reachable. Answer: OK.',
  'Are you there? Reply with OK.',
];
/** What must be left of the call's own time for its answer. */
const MARGIN_MS = 5_000;
const PAUSE_MS = [500, 1_000, 2_000, 5_000];

export const createProbeProvider = (ports: AskPorts): CapabilityProvider =>
  reading(async (call, context) => {
    const expect = call.with.expect === 'cut' ? 'cut' : 'serving';
    // Whether it is cut off can be told without the registry.
    const way = expect === 'cut' ? anyWay(ports) : await publicWay(ports, context.signal);
    if (expect === 'serving' && ports.registry !== null && way.version === null) throw noLiveVersion(ports.system);
    const withinMs = Math.min(ports.system.serving.settleMs, Math.max(0, call.timeoutMs - MARGIN_MS));
    const { proved, detail } = await settled(ports, way, { expect, withinMs }, context);
    return { proved, vantage: ports.vantage, strength: 'traffic', detail };
  });

export type Settled = { proved: boolean; detail: string };

/** Asks again and again until every question of a round finds what is expected, or the time is over. */
export async function settled(
  ports: Pick<AskPorts, 'system' | 'secrets' | 'now' | 'pause'>,
  way: Way,
  { expect, withinMs }: { expect: 'cut' | 'serving'; withinMs: number },
  { signal, beat }: { signal: AbortSignal; beat: () => void },
): Promise<Settled> {
  const { now, pause } = ports;
  const nameOf = namesOf(ports);
  const start = now();
  for (let round = 0; ; round++) {
    const against = await askRound(way, round, { expect, nameOf }, { signal, beat });
    const waitedMs = now() - start;
    // How long one round takes is the model's own speed, and no waiting.
    if (against === null) return { proved: true, detail: said(way, expect, round === 0 ? 0 : waitedMs) };
    const pauseMs = PAUSE_MS[Math.min(round, PAUSE_MS.length - 1)] as number;
    if (waitedMs + pauseMs > withinMs)
      return { proved: false, detail: `${shown(way.endpoint, 100)} ${against}${after(waitedMs)}.` };
    await pause(pauseMs, signal);
  }
}

/** Null when all is as expected, else what the first answer that is not shows. */
async function askRound(
  way: Way,
  round: number,
  { expect, nameOf }: { expect: 'cut' | 'serving'; nameOf: (model: string) => string },
  { signal, beat }: { signal: AbortSignal; beat: () => void },
): Promise<string | null> {
  for (const question of QUESTIONS) {
    // Never twice the same words: what was kept of an earlier answer proves nothing.
    const answer = await way.ask(`${question} (${round + 1})`, signal);
    beat();
    const against = expect === 'cut' ? againstCut(answer, nameOf) : againstServing(answer, way, nameOf);
    if (against !== null) return against;
  }
  return null;
}

function againstCut(answer: ChatAnswer, nameOf: (model: string) => string): string | null {
  switch (answer.outcome) {
    case 'refused':
      return null;
    case 'answered':
      return `still answers, as ${nameOf(answer.model)}`;
    case 'unclear':
      return `neither answers nor refuses: ${answer.detail}`;
    default:
      return answer satisfies never;
  }
}

function againstServing(
  answer: ChatAnswer,
  { modelName, version }: Way,
  nameOf: (model: string) => string,
): string | null {
  switch (answer.outcome) {
    case 'answered':
      return modelName === null || isNameOf(modelName, answer.model)
        ? null
        : `answers as ${nameOf(answer.model)}, not as ${modelName} (version ${version})`;
    case 'refused':
      return `refuses: ${answer.detail}`;
    case 'unclear':
      return `gives no clear answer: ${answer.detail}`;
    default:
      return answer satisfies never;
  }
}

function said({ endpoint, modelName, version }: Way, expect: 'cut' | 'serving', waitedMs: number): string {
  const all = `${shown(endpoint, 100)} ${expect === 'cut' ? 'refused' : 'answered'} ${counted(QUESTIONS.length, 'question')} of ${QUESTIONS.length}`;
  if (expect === 'cut') return `${all}${after(waitedMs)}.`;
  const as = modelName === null ? '; which version it is cannot be told' : ` as ${modelName} (version ${version})`;
  return `${all}${as}${after(waitedMs)}.`;
}

const after = (ms: number): string => (ms < 2_000 ? '' : `, after ${Math.round(ms / 1000)} s`);
