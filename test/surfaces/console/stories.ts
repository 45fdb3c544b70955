import { randomUUID } from 'node:crypto';
import type { Vote } from '../../../src/incident/decision.ts';
import type { Message } from '../../../src/incident/messages.ts';
import { act, MINUTE, planOf } from '../../support/plans.ts';
import { sealed, tamperedModel } from './plan.ts';
import { mara, people, type TestSite, tomas } from './site.ts';

/** Markup, a direction override, a zero-width space and ten thousand letters without a break. */
export const HOSTILE = `<img src=x onerror=alert(1)> \u202egnp.exe\u200b & "quoted" ${'x'.repeat(9_000)}`;

/** Incidents in every state, one each, told once for a site. */
export type Stories = Record<
  'asked' | 'halfway' | 'failed' | 'denied' | 'undone' | 'over' | 'late' | 'empty' | 'hostile',
  string
>;
const told = new WeakMap<TestSite, Promise<Stories>>();
export const stories = (site: TestSite): Promise<Stories> => {
  const known = told.get(site) ?? tell(site);
  told.set(site, known);
  return known;
};

async function tell(site: TestSite): Promise<Stories> {
  const plan = tamperedModel();
  const late = await site.open(plan, { title: 'Nobody answered this one', severity: 'sev3' });
  await site.move(11 * MINUTE);
  const over = await site.open(plan, { severity: 'sev1', title: 'Retrieval index poisoned' });
  await site.move(10_000);
  await answer(site, over.id, 1, mara, 'approve');
  await answer(site, over.id, 1, tomas, 'approve', 'Two replicas are enough for me.');
  await site.move(MINUTE);
  await say(site, over.id, mara, { type: 'note', text: 'The index was rebuilt from the signed snapshot.' });
  await site.move(3 * MINUTE);
  await answer(site, over.id, 2, mara, 'approve');
  await site.move(MINUTE);
  await say(site, over.id, mara, { type: 'resolve', summary: 'v40 serves again; nobody was harmed.' });
  await say(site, over.id, mara, { type: 'close' });

  const undone = await site.open(plan, { title: 'Stood down again' });
  await site.move(10_000);
  await answer(site, undone.id, 1, mara, 'approve');
  await answer(site, undone.id, 1, tomas, 'approve');
  await site.move(MINUTE);
  await say(site, undone.id, mara, { type: 'stand-down', reason: 'A false alarm: the registry key had been rotated.' });
  await site.move(MINUTE);

  const denied = await site.open(plan, { title: 'Denied' });
  await site.move(10_000);
  await answer(site, denied.id, 1, tomas, 'deny', 'The human queue is closed until 06:00.');

  const failed = await site.open(plan, { title: 'Rollback does not work', severity: 'sev1' });
  await site.move(10_000);
  failed.acted.breakNext('model.rollback', 'The registry answered 503 three times.', 9);
  await answer(site, failed.id, 1, mara, 'approve');
  await answer(site, failed.id, 1, tomas, 'approve');
  await site.move(MINUTE);

  const hostile = await site.open(
    sealed({
      ...planOf([act('assess', 'model.inspect'), ...tamperedModel().steps.slice(1, 3)]),
      playbook: 'hostile',
      title: HOSTILE.slice(0, 200),
    }),
    { title: HOSTILE },
  );
  const empty = await site.open(null, {
    title: 'Odd answers in the claims chat',
    severity: 'sev4',
    requester: tomas,
    alert: null,
  });
  const halfway = await site.open(plan, { severity: 'sev2' });
  const asked = await site.open(plan, { severity: 'sev1' });
  await site.move(10_000);
  await say(site, hostile.id, mara, { type: 'note', text: HOSTILE });
  await answer(site, halfway.id, 1, mara, 'approve', 'Two replicas are enough for me.');
  return {
    asked: asked.id,
    halfway: halfway.id,
    failed: failed.id,
    denied: denied.id,
    undone: undone.id,
    over: over.id,
    late: late.id,
    empty: empty.id,
    hostile: hostile.id,
  };
}

type Said = Message extends infer M ? (M extends Message ? Omit<M, 'id' | 'person' | 'at'> : never) : never;

export async function say(site: TestSite, id: string, person: string, said: Said): Promise<void> {
  const message = { ...said, id: randomUUID(), person, at: site.now() } as Message;
  const result = await site.acted(id).tell(message);
  if (result.status !== 'accepted') throw new Error(`${said.type} was refused: ${result.message}`);
}

/** Somebody answers on another surface. */
export async function answer(
  site: TestSite,
  id: string,
  number: number,
  person: string,
  choice: string,
  reason?: string,
) {
  const decision = await site.question(id, number);
  const vote: Vote = {
    incident: id,
    question: number,
    path: decision.path,
    planHash: decision.planHash,
    person,
    roles: people.find((one) => one.id === person)?.roles ?? [],
    answer: choice,
    ...(reason ? { reason } : {}),
    at: site.now(),
    expires: site.now() + 3_600_000,
    surface: 'slack',
    key: 'test',
    signature: 'not checked by the engine',
  };
  await say(site, id, person, { type: 'decide', vote });
}
