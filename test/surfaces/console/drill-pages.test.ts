import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import type { Drill, DrillPlan } from '../../../src/surfaces/drills/contract.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { ingrid, mara, openSite, people, sofia, type TestSite, tomas } from './site.ts';
import { HOSTILE } from './stories.ts';

/** Every page of a drill in every state, at three widths, light and dark. */
// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 480_000 });

const MINUTE = 60_000;
let site: TestSite;
let browser: Browser;
const visits = new Map<string, Visit>();

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const person of [mara, tomas, ingrid, sofia]) visits.set(person, await visit(browser, site, { person }));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function sound(person: string, path: string, name: string, status = 200): Promise<Visit> {
  const seen = visits.get(person);
  if (!seen) throw new Error(`nobody is signed in as ${person}`);
  const answer = await seen.page.goto(path);
  expect(answer?.status(), `${name} at ${path}`).toBe(status);
  await soundHere(seen, name, status);
  return seen;
}

async function soundHere({ page, troubles }: Visit, name: string, status = 200): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`, !name.includes('hostile'));
    await page.emulateMedia({ colorScheme: 'dark' });
    if (width !== 768) expect(await faults(page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
    if (width === 1440) await picture(page, `${name}-${width}-dark`, !name.includes('hostile'));
  }
  // The browser itself reports a page that answers with an error status.
  const own = troubles.filter((trouble) => status < 400 || !trouble.includes('Failed to load resource'));
  expect(own, `${name}: console`).toEqual([]);
  troubles.length = 0;
  expect(await page.title()).toMatch(/ – Tocsin$/);
}

const personOf = (id: string) => {
  const person = people.find((one) => one.id === id);
  if (!person) throw new Error(`nobody is called ${id}`);
  return person;
};

const PLAYED = ['prompt-injection-tool-abuse', 'pii-leak-output', 'supply-chain-tampered-artifact'];
async function published(): Promise<void> {
  for (const plan of SHIPPED) if (PLAYED.includes(plan.playbook)) await site.publish(plan);
}

async function planned(more: Partial<DrillPlan> = {}): Promise<Drill> {
  await published();
  const plan: DrillPlan = {
    simulation: 'prompt-injection-tool-abuse',
    length: '15m',
    players: [
      { role: 'incident-commander', person: mara },
      { role: 'legal-counsel', person: ingrid },
    ],
    staff: [{ role: 'facilitator', person: sofia }],
    at: site.now() + 60 * MINUTE,
    rate: 1,
    note: 'Room Bergen, bring a laptop.',
    ...more,
  };
  return site.drills.plan(personOf(sofia), plan, randomUUID());
}

const tell = (person: string, id: string, command: ExerciseCommand) =>
  site.drills.tell(personOf(person), id, command, randomUUID());

describe('every page of a drill is sound', () => {
  test('before anything was planned, and when it is', async () => {
    const { page } = await sound(mara, '/drills', 'drills-none');
    expect(await page.locator('main').textContent()).toContain('No drill runs, none is planned');
    await published();
    await sound(mara, '/drills', 'drills-offers');
    await sound(mara, '/drills/new', 'drill-choose');
    await sound(mara, '/drills/new?simulation=nonsense', 'drill-choose-unknown', 404);
    await sound(mara, '/drills/new?simulation=prompt-injection-tool-abuse', 'drill-new');
    const { id } = await planned();
    await sound(mara, `/drills/${id}`, 'drill-planned-player');
    await sound(sofia, `/drills/${id}`, 'drill-planned-facilitator');
    await sound(tomas, `/drills/${id}`, 'drill-planned-others');
    await sound(sofia, `/drills/${id}/change`, 'drill-change');
    await sound(mara, '/drills', 'drills-planned');
    await site.drills.cancel(personOf(sofia), id, 'Half of us are ill.');
    await sound(mara, `/drills/${id}`, 'drill-cancelled');
  });

  test('while it runs and when it is over', async () => {
    const { id, script } = await planned({
      players: [
        { role: 'incident-commander', person: mara },
        { role: 'legal-counsel', person: ingrid },
      ],
    });
    await site.drills.start(personOf(sofia), id);
    await sound(mara, `/drills/${id}`, 'drill-play-begin');
    await sound(sofia, `/drills/${id}/board`, 'drill-board-begin');
    await site.move(150_000);
    await tell(mara, id, { type: 'seen', inject: script.injects[0]?.id ?? '' });
    await tell(sofia, id, {
      type: 'hint',
      to: ['incident-commander'],
      text: 'The log names a file.',
      about: script.injects[1]?.id ?? null,
    });
    await tell(sofia, id, {
      type: 'voice',
      as: 'T. Vogel, journalist',
      by: 'phone',
      to: ['everybody'],
      text: 'Is it true that your assistant moves money?',
    });
    await tell(mara, id, {
      type: 'answer-voice',
      to: 'T. Vogel, journalist',
      text: 'I will call you back.',
      about: null,
    });
    await tell(mara, id, {
      type: 'answer-voice',
      to: 'Oda Rustad, service desk',
      text: 'Give her to me, please stay on the line.',
      about: script.injects[0]?.id ?? null,
    });
    await site.drills.note(personOf(sofia), id, 'The commander asked the desk first.');
    await site.move(60_000);
    await sound(mara, `/drills/${id}`, 'drill-play');
    await sound(ingrid, `/drills/${id}`, 'drill-play-counsel');
    await sound(sofia, `/drills/${id}/board`, 'drill-board');
    await sound(sofia, `/drills/${id}/board?hint=${script.injects[1]?.id}`, 'drill-board-hint');
    await sound(sofia, `/drills/${id}/injects/${script.injects.at(-1)?.id}`, 'drill-inject');
    await sound(sofia, `/drills/${id}/add-inject`, 'drill-inject-new');
    for (const check of ['drill-pause', 'drill-jump', 'endex', 'real'])
      await sound(sofia, `/drills/${id}/check?do=${check}`, `drill-check-${check}`);
    await sound(mara, `/drills/${id}/check?do=real`, 'drill-check-real-player');
    await sound(tomas, `/drills/${id}`, 'drill-others-play');
    await sound(tomas, '/drills', 'drills-running');
    await sound(mara, `/incidents/${id}`, 'drill-incident');
    await sound(mara, `/incidents/${id}/decisions/1`, 'drill-decide');
    const objective = script.objectives[0];
    const judged = script.expectations.find(({ sought }) => sought.what === 'judged');
    const seen = { task: null, expectation: null, verdict: null, kind: 'improvement', about: [] } as const;
    const about = { ...seen, objective: objective?.id ?? '', about: [2, 3] };
    await tell(sofia, id, { type: 'observe', ...about, rating: 'P', text: 'The first word came at once.' });
    await tell(sofia, id, { type: 'observe', ...about, rating: 'S', text: 'But nobody asked since when.' });
    await tell(sofia, id, {
      ...{ type: 'observe', ...about, rating: null, text: 'They said so twice.', verdict: 'met-late' },
      ...{ objective: judged?.objective ?? '', expectation: judged?.id ?? '' },
    });
    await sound(sofia, `/drills/${id}/evaluate`, 'drill-evaluate');
    await sound(mara, `/drills/${id}/evaluate`, 'drill-evaluate-player', 403);
    await tell(sofia, id, { type: 'drill-pause', reason: 'Coffee.' });
    await sound(sofia, `/drills/${id}/board`, 'drill-board-paused');
    await tell(sofia, id, { type: 'endex', because: 'facilitator', reason: 'Enough was learned.', incident: null });
    await sound(mara, `/drills/${id}`, 'drill-over');
    await tell(ingrid, id, { type: 'hot-wash', question: 1, text: 'I was asked when it was written already.' });
    await site.drills.hotWash(personOf(mara), id, { question: 1, text: 'I froze.', anonymous: true });
    await sound(ingrid, `/drills/${id}?read=2`, 'drill-over-said');
    await sound(tomas, `/drills/${id}`, 'drill-over-others');
    await sound(tomas, `/drills/${id}/evaluate`, 'drill-evaluate-over');
    await sound(tomas, `/drills/${id}/board`, 'drill-board-over');
    await sound(tomas, `/incidents/${id}`, 'drill-incident-over');
    await sound(tomas, '/drills', 'drills-over');
  });

  test('with hostile text everywhere', async () => {
    const text = HOSTILE.slice(0, 9_500);
    const line = `<b>${HOSTILE.slice(0, 290)}`.slice(0, 300);
    const { id } = await planned({ note: text.slice(0, 2_000) });
    await site.drills.start(personOf(sofia), id);
    const inject = {
      title: line,
      by: 'mail' as const,
      from: line,
      to: ['everybody'],
      subject: line,
      text,
      dueAt: null,
    };
    await tell(sofia, id, { type: 'inject-add', inject });
    await tell(sofia, id, { type: 'hint', to: ['everybody'], text, about: null });
    await tell(sofia, id, { type: 'voice', as: line, by: 'letter', to: ['everybody'], text });
    await site.move(1_000);
    const { page } = await sound(mara, `/drills/${id}`, 'drill-play-hostile');
    expect(await page.locator('main b').filter({ hasText: '<img' }).count()).toBeGreaterThan(0);
    expect(await page.locator('main img').count()).toBe(0);
    await sound(sofia, `/drills/${id}/board`, 'drill-board-hostile');
    const { objectives } = await site.drills.find(id).then(({ script }) => script);
    const about = { objective: objectives[0]?.id ?? '', task: null, expectation: null, verdict: null, about: [1] };
    await tell(sofia, id, { type: 'observe', ...about, kind: 'strength', rating: 'U', text });
    await sound(sofia, `/drills/${id}/evaluate`, 'drill-evaluate-hostile');
    await tell(sofia, id, { type: 'endex', because: 'facilitator', reason: line, incident: null });
    await tell(sofia, id, { type: 'hot-wash', question: null, text });
    await sound(sofia, `/drills/${id}`, 'drill-over-hostile');
  });
});
