import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { afterActionOf } from '../../../src/surfaces/after-action/after-action.ts';
import type { AfterAction, Audience, Beside } from '../../../src/surfaces/after-action/contract.ts';
import type { AfterActionInput } from '../../../src/surfaces/after-action/told.ts';
import { PEOPLE, play, type Recorded } from './recorded.ts';

/** The recorded drill, as it is kept; played anew where the file is missing. Simulations change; what was played does not. */
const FILE = join(import.meta.dirname, 'fixtures/recorded.jsonl');

export async function recorded(): Promise<Recorded> {
  if (!existsSync(FILE)) {
    const played = await play();
    mkdirSync(dirname(FILE), { recursive: true });
    const lines = [played.script, ...played.events].map((line) => JSON.stringify(line));
    writeFileSync(FILE, `${lines.join('\n')}\n`);
  }
  const [script, ...events] = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  return {
    script: JSON.parse(script ?? '') as Recorded['script'],
    events: events.map((line) => JSON.parse(line) as Recorded['events'][number]),
  };
}

export const BESIDE: Beside = {
  final: false,
  timezone: 'Europe/Oslo',
  organisation: 'Halden Mutual',
  people: PEOPLE,
  contact: 'Sofia Mendes',
  improvements: [
    {
      id: 'IMP-2026-0001',
      issue: 'Nobody asked how many claims wait',
      action: 'Ask for the number before the cut; say so in the question of the playbook.',
      owner: 'Mara Lindqvist',
      start: '2026-11-09',
      due: '2026-11-30',
      status: 'open',
      closesWhen: 'a drill of the same simulation rates objective 2 at S or better',
      closed: null,
      cites: [12],
    },
  ],
  earlier: [
    {
      drill: 'EX-2026-0000',
      endedAt: Date.parse('2026-08-13T09:00:00Z'),
      ratings: { detect: 'P', contain: 'U' },
      measures: { detect: null, acknowledge: 120_000, contain: null, recover: null, notify: null },
      medians: { 'incident-commander': 312_000, 'ml-on-call': 95_000 },
    },
  ],
  audit: {
    criticalSystems: ['Support assistant', 'Claims triage'],
    playbookNow: { version: 9, hash: 'a'.repeat(64) },
  },
  incidents: [
    {
      incident: 'INC-2026-0031',
      openedAt: Date.parse('2026-06-02T09:00:00Z'),
      measures: { detect: 42_000, acknowledge: 90_000, contain: 1_260_000, recover: 5_400_000, notify: null },
    },
  ],
};

export async function sampleInput(audience: Audience, more: Partial<Beside> = {}): Promise<AfterActionInput> {
  const { script, events } = await recorded();
  const last = events.at(-1);
  const head = last ? { seq: last.seq, hash: last.hash } : null;
  const score = scoreOf(script, events);
  return { script, events, redacted: [], head, score, audience, beside: { ...BESIDE, ...more } };
}

export const sampleReport = async (audience: Audience, more: Partial<Beside> = {}): Promise<AfterAction> =>
  afterActionOf(await sampleInput(audience, more));
