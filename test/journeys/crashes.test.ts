import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IncidentView, openDecisions } from '../../src/incident/view.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { SYSTEMS } from './sources.ts';
import { answersAgain, openTown, PARTS, type Part, type Town } from './town.ts';
import { eventually, WITHIN_MS } from './wait.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
}, 180_000);
afterAll(() => town?.close(), 60_000);

const systems = [...SYSTEMS];
const nextSystem = (): string => systems.shift() as string;

const questionAt = (incident: string, path: string): Promise<number> =>
  town
    .until(incident, `a question at ${path}`, (view) => openDecisions(view).find((one) => one.question.path === path))
    .then((found) => found.question.number);

const vote = async (person: string, incident: string, path: string) =>
  send(person, incident, await questionAt(incident, path));

function send(person: string, incident: string, number: number) {
  const answer = { answer: 'approve', confirm: true };
  return town.insist(person, 'POST', `/api/incidents/${incident}/decisions/${number}`, answer);
}

async function approve(incident: string): Promise<void> {
  for (const person of ['cara', 'milo']) expect(await vote(person, incident, 'contain')).toMatchObject({ status: 200 });
}

/** Puts traffic back, and closes. Answers with how it stands at the end. */
async function finish(incident: string): Promise<IncidentView> {
  await vote('carl', incident, 'reopen');
  await town.until(incident, 'the end of its plan', (view) => view.plan?.outcome);
  await town.insist('cara', 'POST', `/api/incidents/${incident}/resolve`, { summary: 'It is over.' });
  await town.insist('cara', 'POST', `/api/incidents/${incident}/close`, undefined);
  return town.until(incident, 'its closing', (view) => (view.status === 'closed' ? view : null));
}

const WHOLE_STORY = [
  'incident.opened @',
  'plan.started @',
  'act.started @assess',
  'act.done @assess',
  'decision.asked @contain',
  'decision.voted @contain',
  'decision.voted @contain',
  'decision.made @contain',
  'undo.registered @isolate',
  'act.started @isolate',
  'act.done @isolate',
  'act.started @isolate',
  'act.done @isolate',
  'decision.asked @reopen',
  'decision.voted @reopen',
  'decision.made @reopen',
  'undo.registered @restore',
  'act.started @restore',
  'act.done @restore',
  'act.started @restore',
  'act.done @restore',
  'act.started @finally/brief',
  'act.done @finally/brief',
  'plan.finished @',
  'incident.resolved @',
  'incident.closed @',
];

/** Everything once, in sequence, and the chain of its export holds. */
async function expectWholeTimeline(incident: string): Promise<void> {
  const { body } = await town.call('rhea', 'GET', `/api/incidents/${incident}/events`);
  const events = body.events as { seq: number; type: string; path: string }[];
  expect(events.map(({ type, path }) => `${type} @${path}`)).toEqual(WHOLE_STORY);
  expect(events.map(({ seq }) => seq)).toEqual(WHOLE_STORY.map((_, i) => i + 1));
  const { text } = await town.call('rhea', 'GET', `/api/incidents/${incident}/timeline?format=jsonl`);
  const verified = await verifyExport(text.trimEnd().split('\n'), { allHeads: true });
  expect(verified).toMatchObject({ ok: true, events: WHOLE_STORY.length, problems: [] });
}

/** What this incident did to the world: each act under one key, and had its effect under it. */
async function expectEffectsOnce(incident: string): Promise<void> {
  const { applied, mailbox } = await town.world();
  const mine = Object.keys(applied).filter((key) => key.startsWith(`${incident}:`));
  expect(mine.map((key) => key.slice(incident.length + 1)).sort()).toEqual([
    'finally/brief:say:0',
    'isolate:act:0',
    'restore:act:0',
  ]);
  expect(mailbox.filter((mail) => mail.subject === incident)).toHaveLength(1);
}

const notesOf = (incident: string, path: string): string[] =>
  town.desk
    .notes()
    .filter(({ key }) => key.startsWith(`${incident}:${path}:`))
    .map(({ what }) => what);

async function killAll(parts: readonly Part[]): Promise<void> {
  await Promise.all(parts.map((part) => town.kill(part)));
}

describe.each([
  ...PARTS.map((part) => ({ name: `the ${part}`, parts: [part] })),
  { name: 'everything at once', parts: [...PARTS] },
])('after kill -9 of $name', { timeout: 3 * WITHIN_MS }, ({ parts }) => {
  let acting: string;
  let deciding: string;
  let second: ReturnType<typeof send>;

  beforeAll(async () => {
    const systemActing = nextSystem();
    acting = await town.open('contain', systemActing);
    deciding = await town.open('contain', nextSystem());
    expect(await vote('cara', deciding, 'contain')).toMatchObject({ status: 200 });
    const { held, release } = town.desk.hold('before', 'model.isolate', systemActing);
    await approve(acting);
    await held;
    // On its way when the part dies, and sent again until somebody takes it.
    second = send('milo', deciding, await questionAt(deciding, 'contain'));
    await killAll(parts);
    release();
  }, 3 * WITHIN_MS);

  it('a decision that waited keeps its vote, takes the next one, and goes on to its end', async () => {
    const taken = await second;
    expect(taken).toMatchObject({ status: 200, body: { status: 'accepted' } });
    for (const refused of taken.refused) expect(refused, refused.text).toMatchObject({ status: 503 });
    const view = await finish(deciding);
    expect(view.decisions[0]?.votes.map(({ person }) => person)).toEqual(['cara', 'milo']);
    expect(view.decisions[0]?.made).toMatchObject({ outcome: 'approve', by: 'votes' });
    await expectWholeTimeline(deciding);
    await expectEffectsOnce(deciding);
  });

  it('an act that ran is carried out, once', async () => {
    const view = await finish(acting);
    expect(view.plan?.outcome).toBe('completed');
    await expectWholeTimeline(acting);
    await expectEffectsOnce(acting);
    const notes = notesOf(acting, 'isolate:act');
    if (parts.includes('worker')) expect(notes).toEqual(['act', 'held before', 'read back: not-done', 'act', 'effect']);
    else expect(notes.slice(0, 2)).toEqual(['act', 'held before']);
  });
});

it('an act whose worker dies after its effect is read back, and not carried out again', {
  timeout: 3 * WITHIN_MS,
}, async () => {
  const system = nextSystem();
  const incident = await town.open('contain', system);
  const { held, release } = town.desk.hold('after', 'model.isolate', system);
  await approve(incident);
  const { pid } = await held;
  expect((await town.world()).systems[system]?.traffic).toBe('cut');
  await town.kill('worker');
  release();
  await finish(incident);
  const { events } = await town.client.workflow.getHandle(incident).fetchHistory();
  const attempts = (events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0);
  expect(Math.max(...attempts)).toBe(2);
  expect(notesOf(incident, 'isolate:act')).toEqual(['act', 'effect', 'held after', 'read back: done']);
  const pids = town.desk.notes().filter(({ key }) => key.startsWith(`${incident}:isolate:act:`));
  expect(new Set(pids.map((note) => note.pid))).toHaveLength(2);
  expect(pids[0]?.pid).toBe(pid);
  await expectWholeTimeline(incident);
  await expectEffectsOnce(incident);
});

it('an act whose result cannot be reported because Temporal is gone is not carried out again', {
  timeout: 3 * WITHIN_MS,
}, async () => {
  const system = nextSystem();
  const incident = await town.open('contain', system);
  const { held, release } = town.desk.hold('after', 'model.isolate', system);
  await approve(incident);
  await held;
  await town.kill('temporal');
  release();
  await finish(incident);
  expect(notesOf(incident, 'isolate:act').filter((what) => what === 'act')).toHaveLength(1);
  await expectWholeTimeline(incident);
  await expectEffectsOnce(incident);
});

it('while PostgreSQL is away an incident keeps its deadlines, and afterwards nothing is missing', {
  timeout: 3 * WITHIN_MS,
}, async () => {
  const running = await town.open('contain', nextSystem());
  const silent = await town.open('silence', nextSystem());
  expect(await vote('cara', running, 'contain')).toMatchObject({ status: 200 });
  const { question } = await town.until(silent, 'its question', (view) => openDecisions(view)[0]);
  const letBack = town.keepAway('postgres');
  await town.kill('postgres');

  const refused = await town.call('milo', 'POST', `/api/incidents/${running}/decisions/1`, {
    answer: 'approve',
    confirm: true,
  });
  expect(refused, refused.text).toMatchObject({
    status: 503,
    type: expect.stringContaining('application/problem+json'),
    body: { code: 'database-away', next: expect.any(String) },
  });
  // Meanwhile the question is decided by default, and the worker tries in vain to write that down.
  await eventually('the worker to have tried again and again', async () => {
    const { raw } = await town.client.workflow.getHandle(silent).describe();
    return raw.pendingActivities?.some(({ attempt }) => (attempt ?? 0) >= 6);
  });
  letBack();

  await answersAgain(town);
  const ended = await town.until(silent, 'its end', (view) => (view.plan?.outcome ? view : null));
  const { made } = ended.decisions[0] ?? {};
  expect(made).toMatchObject({ outcome: 'deny', by: 'default' });
  expect((made?.at ?? 0) - question.until).toBeLessThan(2_000);
  const events = await town.call('rhea', 'GET', `/api/incidents/${silent}/events`);
  const late = (events.body.events as { type: string; at: number; recordedAt: string }[]).find(
    ({ type }) => type === 'decision.made',
  );
  expect(Date.parse(late?.recordedAt ?? '') - (late?.at ?? 0)).toBeGreaterThan(2_000);

  expect(await vote('milo', running, 'contain')).toMatchObject({ status: 200 });
  await finish(running);
  await expectWholeTimeline(running);
  await expectEffectsOnce(running);
});
