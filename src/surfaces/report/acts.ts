import { contractOf } from '../../capabilities/contracts.ts';
import type { Purpose } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { counted, text } from '../../incident/phrases.ts';
import { stepTitle } from '../../incident/wording.ts';
import { capabilityTitle } from '../model/describe.ts';
import type { StoredEvent } from '../ports.ts';
import type { Facts } from './report.ts';

/** What Tocsin did: an act, an undo or a message. Looking and asking are findings. */
export type ActLine = {
  seq: number;
  step: string;
  title: string;
  capability: string;
  purpose: Exclude<Purpose, 'prove'>;
  target: string | null;
  startedAt: number;
  endedAt: number | null;
  tries: number;
  outcome: 'running' | 'done' | 'failed' | 'not-proved';
  detail: string;
  proof: { seq: number; at: number; proved: boolean; strength: string; vantage: string; detail: string } | null;
};

/** The line of an act that is tried again after people said so is a line of its own. */
export function actLines({ events, names }: Pick<Facts, 'events' | 'names'>): ActLine[] {
  const lines: ActLine[] = [];
  const open = new Map<string, ActLine>();
  for (const event of events) {
    if (event.redacted) continue;
    if (event.type === 'act.started' && event.data.purpose !== 'prove') begin(event, names, lines, open);
    if (event.type === 'act.done') end(event, open);
    if (event.type === 'act.failed') fail(event, open);
    if (event.type === 'step.failed' && event.data.code === 'not-proved') {
      const line = open.get(`${event.path} act`);
      if (line) Object.assign(line, { outcome: 'not-proved', endedAt: event.at });
    }
  }
  return lines;
}

type Started = Extract<StoredEvent, { type: 'act.started' }>;

function begin(event: Started, names: Facts['names'], lines: ActLine[], open: Map<string, ActLine>): void {
  const { capability, purpose, attempt } = event.data;
  if (purpose === 'prove' || contractOf(capability)?.risk === 'read') return;
  const key = `${event.path} ${purpose}`;
  const earlier = open.get(key);
  if (earlier && attempt > 1 && earlier.outcome !== 'done') {
    Object.assign(earlier, { tries: attempt, outcome: 'running', endedAt: null });
    return;
  }
  const line: ActLine = {
    seq: event.seq,
    step: stepTitle(event.path, names),
    title: capabilityTitle(capability),
    capability,
    purpose,
    target: text(event.data.with, 'system') ?? text(event.data.with, 'to') ?? null,
    startedAt: event.at,
    endedAt: null,
    tries: attempt,
    outcome: 'running',
    detail: '',
    proof: null,
  };
  open.set(key, line);
  lines.push(line);
}

function end(event: Extract<StoredEvent, { type: 'act.done' }>, open: Map<string, ActLine>): void {
  const { purpose, outputs } = event.data;
  const line = open.get(`${event.path} ${purpose === 'prove' ? 'act' : purpose}`);
  if (!line) return;
  if (purpose === 'prove') line.proof = proofOf(event.seq, event.at, outputs);
  else Object.assign(line, { outcome: 'done', detail: doneWords(outputs) });
  line.endedAt = event.at;
}

const proofOf = (seq: number, at: number, outputs: JsonObject): NonNullable<ActLine['proof']> => ({
  seq,
  at,
  proved: outputs.proved === true,
  strength: text(outputs, 'strength') ?? 'unknown',
  vantage: text(outputs, 'vantage') ?? 'unknown',
  detail: text(outputs, 'detail') ?? '',
});

function doneWords(outputs: JsonObject): string {
  const { recipients } = outputs;
  return (
    text(outputs, 'detail') ?? (typeof recipients === 'number' ? `Sent to ${counted(recipients, 'recipient')}` : '')
  );
}

function fail(event: Extract<StoredEvent, { type: 'act.failed' }>, open: Map<string, ActLine>): void {
  const { purpose, message } = event.data;
  const line = open.get(`${event.path} ${purpose === 'prove' ? 'act' : purpose}`);
  if (!line) return;
  Object.assign(line, { outcome: purpose === 'prove' ? 'not-proved' : 'failed', endedAt: event.at, detail: message });
}

/** `proved by traffic, seen from the gateway`; `done, not proved`. Only what is proved is called so. */
export function outcomeWords({ outcome, proof, purpose, capability, tries }: ActLine): string {
  const tried = tries > 1 ? `, at try ${tries}` : '';
  switch (outcome) {
    case 'running':
      return 'Under way';
    case 'failed':
      return `Failed${tried}`;
    case 'not-proved':
      return `Reported as done, not proved${tried}`;
    case 'done':
      if (proof)
        return `${proof.proved ? `Proved by ${proof.strength}` : 'Not proved'}, seen from ${proof.vantage}${tried}`;
      if (capability.startsWith('notify.')) return `Sent${tried}`;
      return `${purpose === 'undo' ? 'Undone' : 'Done, without a proof of its own'}${tried}`;
    default:
      return outcome satisfies never;
  }
}
