import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import { surroundingsOf, systemSnapshot } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { checkPlaybook, readLibrary } from '../../../src/playbook/library.ts';
import { findInputs } from '../../../src/playbook/opening.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import type { Bot } from '../../../src/simulator/core/bots.ts';
import { rehearse } from '../../../src/simulator/core/rehearse.ts';
import { newWorld } from '../../../src/simulator/core/world.ts';
import { runOffline } from '../../support/command.ts';
import { exportedText } from '../../support/exported.ts';
import { sample } from '../../support/served.ts';

const START = Date.UTC(2026, 10, 19, 2, 58);
const ID = 'INC-2026-0147';
const ROLES = ['incident-commander', 'ml-on-call', 'engineering-manager', 'legal-counsel'];

let cwd: string;
let plan: Plan;
let events: NumberedEvent[];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-what-if-'));
  for (const folder of ['playbooks', 'simulations', 'tocsin.yaml'])
    cpSync(sample(folder), join(cwd, folder), { recursive: true });
  const inventory = loadInventory(join(cwd, 'tocsin.yaml'));
  plan = checkPlaybook('supply-chain-tampered-artifact', readLibrary(join(cwd, 'playbooks')), surroundingsOf(inventory))
    .plan as Plan;
  events = await play(1_000);
  write('run.jsonl', events);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const write = (file: string, of: readonly NumberedEvent[], more: { exportedAt?: number; redacted?: number[] } = {}) =>
  writeFileSync(join(cwd, file), exportedText(ID, of, { exportedAt: (of.at(-1)?.at ?? START) + 60_000, ...more }));

/** An incident of the shipped playbook, with people who answer after a minute or two. */
async function play(count: number): Promise<NumberedEvent[]> {
  const inventory = loadInventory(join(cwd, 'tocsin.yaml'));
  const system = systemSnapshot(inventory, 'claims-triage');
  const alert = { kind: 'model.signature-invalid', system: 'claims-triage', startsAt: '2026-11-19T02:50:00Z' };
  const systems = { system: () => system, systems: () => (system ? [system] : []) };
  const { inputs } = findInputs(systems, plan, { inputs: {}, system: null, alert });
  const bots = ROLES.map(
    (role, i): Bot => ({
      person: `person-${i}`,
      roles: [role],
      reactionMs: (i + 1) * 60_000,
      approvals: 'approve',
      failures: 'retry',
    }),
  );
  const played = await rehearse({
    playOn: true,
    plan,
    opening: {
      ...{ incident: ID, title: plan.title, severity: 'sev1', system, requester: null, alert, mode: 'live', inputs },
    },
    world: newWorld({
      'claims-triage': {
        versions: {
          '4.1.7': { signatureValid: true, passesValidation: true },
          '4.2.0': { signatureValid: false, passesValidation: false },
        },
        serving: '4.2.0',
        lastKnownGood: '4.1.7',
        traffic: 'serving',
      },
    }),
    bots,
    startAt: START,
  });
  return (JSON.parse(JSON.stringify(played.events)) as NumberedEvent[]).slice(0, count);
}

const run = (...args: string[]) => runOffline(cwd, ['what-if', ...args]);
const json = async (...args: string[]) => {
  const ran = await run(...args, '--json');
  return { ...ran, value: JSON.parse(ran.out) };
};
const WORLD = 'simulations/supply-chain-tampered-artifact.yaml:60m';

describe('every command of docs/what-if.md does what it says', () => {
  const lines = [...readFileSync(sample('docs/what-if.md'), 'utf8').matchAll(/^\$ tocsin (.*)$/gm)];

  it.each(lines.map(([, line = '']) => line))('tocsin %s', async (line) => {
    write('INC-2026-0147.jsonl', events);
    const ran = await runOffline(cwd, line.split(' '));
    expect(ran).toMatchObject({ code: 0, err: '' });
    if (line.includes('--json')) expect(JSON.parse(ran.out)).toMatchObject({ faithful: true });
  });
});

describe('tocsin what-if', () => {
  it('replays an unchanged incident and finds nothing different', async () => {
    const { code, value } = await json('run.jsonl');
    expect(code).toBe(0);
    expect(value).toMatchObject({ incident: ID, faithful: true, difference: null, stopped: null, steps: [] });
    expect(value.measures.whatIf).toEqual(value.measures.was);
    expect(value.measures.was.contain.ms).toBeGreaterThan(60_000);
  });

  it('says how much later it would have been contained, had a decision come later, and what rests on it', async () => {
    const { code, value } = await json('run.jsonl', '--answered', '1=+2m');
    expect(code).toBe(0);
    const { was, whatIf } = value.measures;
    expect(whatIf.contain.ms - was.contain.ms).toBe(120_000);
    expect(whatIf.recover.ms - was.recover.ms).toBe(120_000);
    expect(value.decisions[0]).toMatchObject({
      path: 'contain',
      was: { latencyMs: 60_000 },
      whatIf: { latencyMs: 180_000 },
    });
    expect(value.difference.was).toMatchObject({ seq: 8, type: 'decision.voted' });
    const text = await run('run.jsonl', '--answered', '1=+2m');
    expect(text.out).toMatch(/Contain +1 min 12 s +3 min 12 s +2 min longer/);
    expect(text.out).toMatch(/First difference:\n {2}as it was: event 8, 2026-11-19 02:59:05: person-0 approved/);
    expect(text.out).toContain('Whoever answered a question answers it as long after it was asked');
  });

  it('takes an act as longer or shorter, and a decision as earlier', async () => {
    const slow = await json('run.jsonl', '--delay', 'isolate=+1m');
    expect(slow.value.measures.whatIf.contain.ms - slow.value.measures.was.contain.ms).toBe(60_000);
    const fast = await json('run.jsonl', '--delay', 'isolate=1s', '--answered', 'contain=10s');
    expect(fast.value.measures.was.contain.ms - fast.value.measures.whatIf.contain.ms).toBe(50_000 + 3_000);
  });

  it('names the step whose outcome nobody knows, claims no containment, and fails', async () => {
    const { code, out, err } = await run('run.jsonl', '--answer', '1=deny');
    expect(code).toBe(1);
    expect(out).toMatch(/Contain +1 min 12 s +not measured/);
    expect(out).toMatch(
      /It can say no more .* how notify\.mail at contain\/on-deny\/manual\/tell-owner .* never taken/,
    );
    expect(err).toContain('--world SIMULATION');
  });

  it('takes outcomes of acts that were never taken from a named world, and says so', async () => {
    const { code, value } = await json('run.jsonl', '--answer', '1=deny', '--world', WORLD);
    expect(code).toBe(0);
    expect(value.stopped).toBe(null);
    expect(value.measures.whatIf.contain).toEqual({ ms: null, why: 'Nothing that contains it was proved by traffic.' });
    expect(value.assumptions.join('\n')).toMatch(
      /had no outcome in the record: the world of supply-chain-tampered-artifact:60m/,
    );
  });

  it('lets the default stand where nobody would have answered', async () => {
    const { value } = await json('run.jsonl', '--never', '1', '--world', WORLD);
    expect(value.decisions[0].whatIf).toMatchObject({ outcome: 'deny', by: 'default' });
    expect(value.measures.whatIf.contain.ms).toBe(null);
  });

  it('replays an open incident up to now, and says so', async () => {
    const until = events.findIndex((event) => event.type === 'decision.made') - 1;
    const lastAt = events[until - 1]?.at as number;
    write('open.jsonl', events.slice(0, until), { exportedAt: lastAt + 600_000 });
    const same = await json('open.jsonl');
    expect(same.value).toMatchObject({ faithful: true, until: lastAt + 600_000 });
    const { out, code } = await run('open.jsonl', '--answered', '1=30s');
    expect(code).toBe(2);
    expect(out).toBe('');
    const asked = await run('open.jsonl', '--answer', '1=approve', '--answered', '1=30s', '--world', WORLD);
    expect(asked.out).toContain('Its plan still runs: it is replayed up to');
    expect(asked.out).toContain('somebody of that role answers at the same moment');
    expect(asked.out).toContain('That it is contained is proved in the named world alone.');
  });

  it('takes the plan from a file where the playbook has changed since', async () => {
    const file = join(cwd, 'playbooks/supply-chain-tampered-artifact.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/^title: .*$/m, 'title: Another'));
    writeFileSync(join(cwd, 'plan.json'), JSON.stringify({ plan }));
    try {
      const without = await run('run.jsonl');
      expect(without.code).toBe(4);
      expect(without.err).toContain(`tocsin playbook show ${plan.hash} --json > plan.json`);
      expect((await run('run.jsonl', '--plan', 'plan.json')).code).toBe(0);
      writeFileSync(join(cwd, 'plan.json'), JSON.stringify({ ...plan, title: 'Forged' }));
      const forged = await run('run.jsonl', '--plan', 'plan.json');
      expect(forged).toMatchObject({ code: 1, err: expect.stringContaining('it was changed') });
    } finally {
      writeFileSync(file, text);
    }
  });

  it('compares nothing where the replay parts from the record, and says where', async () => {
    const other = structuredClone(events).map((event) =>
      event.type === 'decision.asked' && event.path === 'contain'
        ? { ...event, data: { ...event.data, question: 'Something else?' } }
        : event,
    );
    write('other.jsonl', other);
    const { code, out, err } = await run('other.jsonl', '--answered', '1=+2m');
    expect(code).toBe(1);
    expect(out).toMatch(
      /parts from the record at contain\. Nothing is compared\.\n {2}record: event \d+.*Something else/,
    );
    expect(out).not.toContain('WHAT IF');
    expect(err).toContain('nothing can be said');
  });

  it('replays over redacted words, and not over a redacted vote', async () => {
    const note = {
      at: START + 30_000,
      path: '',
      type: 'note.added',
      actor: { kind: 'person', id: 'lea' },
      data: { text: 'A name' },
    };
    const at = events.findIndex((event) => event.at > START + 30_000);
    const noted = [...events.slice(0, at), note, ...events.slice(at)].map((event, i) => ({
      ...event,
      seq: i + 1,
    })) as NumberedEvent[];
    write('noted.jsonl', noted, { redacted: [at + 1] });
    expect((await run('noted.jsonl')).code).toBe(0);
    const vote = events.find((event) => event.type === 'decision.voted')?.seq as number;
    write('secret.jsonl', events, { redacted: [vote] });
    const { code, err } = await run('secret.jsonl');
    expect(code).toBe(1);
    expect(err).toContain(`Event ${vote} (decision.voted) is redacted`);
  });

  it.each([
    ['no file', ['nowhere.jsonl'], 4, 'There is no file'],
    ['a file that does not verify', ['cut.jsonl'], 1, 'does not verify'],
    ['a file that is something else', ['tocsin.yaml'], 1, 'does not verify'],
    ['bytes that are no text', ['bytes.jsonl'], 1, 'is no text in UTF-8'],
    ['a question that is not there', ['run.jsonl', '--answer', '9=approve'], 2, 'There is no question 9'],
    ['an answer that is none', ['run.jsonl', '--answer', '1=aprove'], 2, 'Did you mean "approve"?'],
    ['a step that is not there', ['run.jsonl', '--delay', 'isolat=+1m'], 2, 'Did you mean "isolate"?'],
    ['a step that does not act', ['run.jsonl', '--delay', 'contain=+1m'], 2, 'does nothing that could take longer'],
    ['a step that asks nothing', ['run.jsonl', '--answer', 'isolate=approve'], 2, 'asks nothing'],
    ['no time', ['run.jsonl', '--answered', '1=soon'], 2, '"soon" is no time'],
    ['a time before it was asked', ['run.jsonl', '--answered', '1=-5m'], 2, 'cannot be answered that much earlier'],
    ['half a change', ['run.jsonl', '--answer', '1'], 2, 'Write --answer QUESTION=ANSWER'],
    [
      'contradictions',
      ['run.jsonl', '--never', '1', '--answer', '1=deny'],
      2,
      'cannot be answered and never be answered',
    ],
    [
      'a world of another AI system',
      ['run.jsonl', '--world', 'pii-leak-output:60m'],
      2,
      'knows nothing of claims-triage',
    ],
    ['a length that is none', ['run.jsonl', '--world', 'supply-chain-tampered-artifact:61m'], 4, 'did you mean 60m?'],
    ['the timeline of a drill', ['drill.jsonl'], 1, 'is the timeline of a drill'],
    ['times that no clock shows', ['odd.jsonl'], 1, 'Event 2 is of no moment of our time'],
  ])('refuses %s', async (_, args, exit, says) => {
    const text = readFileSync(join(cwd, 'run.jsonl'), 'utf8');
    writeFileSync(join(cwd, 'cut.jsonl'), text.slice(0, text.length / 2));
    writeFileSync(join(cwd, 'bytes.jsonl'), Buffer.from([0xff, 0xfe, 0x00]));
    write(
      'odd.jsonl',
      events.map((event) => (event.seq === 2 ? { ...event, at: 1e300 } : event)),
    );
    writeFileSync(join(cwd, 'drill.jsonl'), exportedText('EX-2026-0001', events, { exportedAt: START }));
    const { code, err, out } = await run(...args);
    expect(err).toContain(says);
    expect(code).toBe(exit);
    expect(out).toBe('');
  });
});
