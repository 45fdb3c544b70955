import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import type { DrillPlan } from '../../../src/surfaces/drills/contract.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, visit } from './browser.ts';
import { personOf, SIMULATION, startDrill } from './drill-cast.ts';
import { ingrid, mara, openSite, sofia, type TestSite, tomas } from './site.ts';

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const plan of SHIPPED) if (plan.playbook === SIMULATION) await site.publish(plan);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});
beforeEach(() => {
  site.failures.length = 0;
});

const started = (more: Partial<DrillPlan> = {}) => startDrill(site, more);

const tell = (person: string, id: string, command: ExerciseCommand) =>
  site.drills.tell(personOf(person), id, command, randomUUID());
const playedIn = async (id: string) => (await site.view(id)).exercise;

describe('planning, without JavaScript', () => {
  test('what does not fit stands beside its field, and everything that was typed is kept', async () => {
    const { page, context } = await visit(browser, site, { person: sofia, javaScript: false });
    await page.goto('/drills');
    await page.locator(`a[href="/drills/new?simulation=${SIMULATION}"]`).click();
    await page.getByLabel('Length').selectOption({ label: 'Tabletop, 60 min' });
    await page.getByLabel('Date').fill('2026-11-24');
    await page.getByLabel(/^Legal counsel/).selectOption({ label: 'Ingrid Solheim' });
    await page.locator('#staff-evaluator summary').click();
    await page.getByRole('group', { name: 'Evaluator' }).getByLabel('Ingrid Solheim').check();
    await page.getByLabel(/^Note to everybody/).fill('Room Bergen.');
    await page.getByRole('button', { name: 'Plan the drill' }).click();
    const date = page.getByLabel('Date');
    expect(await date.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(`#${await date.getAttribute('aria-describedby')}`).textContent()).toContain(
      'Give the time as well.',
    );
    expect(await page.locator('#fault-staff').textContent()).toContain('Who plays cannot be on the staff');
    expect(await date.inputValue()).toBe('2026-11-24');
    expect(await page.getByLabel(/^Note to everybody/).inputValue()).toBe('Room Bergen.');
    expect(await page.getByLabel('Length').inputValue()).toBe('60m');
    await page.getByLabel('Time').fill('09:30');
    await page.getByRole('group', { name: 'Evaluator' }).getByLabel('Ingrid Solheim').uncheck();
    await page.getByRole('button', { name: 'Plan the drill' }).click();
    await page.getByRole('heading', { level: 1, name: 'White on white' }).waitFor();
    // Oslo is an hour ahead.
    expect(await page.locator('main').textContent()).toContain('Tue 24 Nov 2026, 08:30 UTC');
    await page.getByRole('link', { name: 'Change it' }).click();
    expect(await page.getByLabel('Time').inputValue()).toBe('09:30');
    await page.getByLabel(/^ML on-call/).selectOption({ label: 'Tomas Okafor' });
    await page.getByRole('button', { name: 'Keep the changes' }).click();
    expect(await page.locator('main').textContent()).toContain('Tomas Okafor');
    await page.getByText('Call the drill off').click();
    await page.getByLabel('Why').fill('Half of us are ill.');
    await page.getByRole('button', { name: 'Call it off' }).click();
    expect(await page.locator('main').textContent()).toContain('It was called off: Half of us are ill.');
    await context.close();
  });

  test('one person trains alone at once, opens what arrives, answers, pauses and ends it', async () => {
    const { page, context } = await visit(browser, site, { person: tomas, javaScript: false });
    await page.goto('/drills');
    await page.locator(`#seat-${SIMULATION}`).selectOption({ label: 'Incident commander' });
    await page.getByRole('button', { name: 'Start now: White on white' }).click();
    expect(page.url()).toMatch(/\/drills\/EX-2026-\d{4}$/);
    expect(await page.getByText('Nothing yet. Alerts, mails').count()).toBe(1);
    await site.move(61_000);
    await page.reload();
    await page.getByRole('button', { name: 'Open: A member asks where her money is' }).click();
    expect(await page.locator('#arrived').textContent()).toContain('Good morning. I have a Mrs Haugen on the line.');
    await page.getByRole('link', { name: 'Answer Oda Rustad, service desk' }).click();
    expect(await page.getByLabel('To whom').inputValue()).toBe('Oda Rustad, service desk');
    await page.getByLabel('What you say').fill('Put her through to me.');
    await page.getByRole('button', { name: 'Say it' }).click();
    expect(await page.locator('#arrived').textContent()).toContain('Put her through to me.');
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await page.locator('#strip').textContent()).toContain('Paused');
    const before = (await page.locator('.clocks .face').first().textContent()) ?? '';
    await site.move(300_000);
    await page.reload();
    expect(await page.locator('.clocks .face').first().textContent()).toBe(before);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('link', { name: 'End the drill' }).click();
    await page.getByLabel('Why').fill('Dinner.');
    await page.getByRole('button', { name: 'End the drill' }).click();
    expect(await page.locator('main').textContent()).toContain('It was ended by hand: Dinner.');
    const question = page.locator('#question-0');
    await question.getByLabel('Your answer').fill('I never asked who she was.');
    await question.getByRole('button', { name: 'Answer' }).click();
    expect(await page.locator('#answers-0').textContent()).toContain('I never asked who she was.');
    await context.close();
  });
});

describe('played with others, live', () => {
  test('the facilitator fires an inject; the player sees it come, opens it, and the board says who has seen it', async () => {
    const { id } = await started();
    const player = await visit(browser, site, { person: mara });
    const board = await visit(browser, site, { person: sofia });
    await player.page.goto(`/drills/${id}`);
    await board.page.goto(`/drills/${id}`);
    await board.page.waitForURL(`**/drills/${id}/board`);
    for (const { page } of [player, board]) await page.getByText('Live', { exact: true }).waitFor();
    const row = board.page.locator('.msel tr', { hasText: 'Somebody opens the file' });
    await row.getByRole('button', { name: /^Fire now/ }).click();
    await player.page.getByRole('button', { name: /^Open: / }).waitFor();
    await player.page.getByRole('button', { name: /^Open: / }).click();
    await player.page.locator('#arrived .text').waitFor();
    await row.getByText('seen by Mara Lindqvist').waitFor();
    // What there is nothing of is nothing in a part that was renewed, too.
    for (const { page } of [player, board]) expect(await page.locator('main').textContent()).not.toContain('null');
    await board.page.keyboard.press('Space');
    await board.page.getByRole('heading', { name: 'Pause the drill?' }).waitFor();
    await board.page.getByRole('button', { name: 'Pause it' }).click();
    await board.page.waitForURL(`**/drills/${id}/board`);
    await player.page.locator('#strip').getByText('Paused').waitFor();
    expect((await playedIn(id))?.paused).toBe(true);
    expect([...player.troubles, ...board.troubles, ...site.failures]).toEqual([]);
    await player.context.close();
    await board.context.close();
  });

  test('an inject is thought up and changed before it comes; by key what comes next is fired only after it is asked for', async () => {
    const { id } = await started();
    const inject = { title: 'A call from the roof', by: 'phone' as const, from: 'Roof', to: ['everybody'] };
    const dueAt = (await site.view(id)).openedAt + 30_000;
    await tell(sofia, id, { type: 'inject-add', inject: { ...inject, subject: 'It rains', text: 'In.', dueAt } });
    await tell(sofia, id, { type: 'drill-pause', reason: null });
    const { page, context } = await visit(browser, site, { person: sofia });
    await page.goto(`/drills/${id}/board`);
    const row = page.locator('.msel tr', { hasText: 'A call from the roof' });
    await row.getByRole('link', { name: 'A call from the roof', exact: true }).click();
    await page.getByLabel('Subject').fill('It snows');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.waitForURL(`**/drills/${id}/board`);
    await page.keyboard.press('f');
    await page.getByRole('heading', { name: 'Fire this inject now?' }).waitFor();
    expect((await playedIn(id))?.injects.map((one) => one.title)).toEqual([]);
    await page.getByRole('button', { name: 'Fire it now' }).click();
    await page.waitForURL(`**/drills/${id}/board`);
    expect((await playedIn(id))?.injects.map((one) => one.subject)).toEqual(['It snows']);
    const edits = (await site.events(id)).flatMap((event) =>
      event.type === 'inject.edited' ? [event.data.fields] : [],
    );
    expect(edits).toEqual([['subject']]);
    await context.close();
  });

  test('what the outside world says reaches the player; a refused form keeps its words', async () => {
    const { id } = await started();
    const { page, context } = await visit(browser, site, { person: sofia });
    await page.goto(`/drills/${id}/board`);
    await page.locator('#voice-as').fill('T. Vogel, journalist');
    await page.locator('#voice-text').fill('Does it move money?');
    await page.locator('#voice-to-everybody').uncheck();
    await page.getByRole('button', { name: 'Send it' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('Say to whom.');
    expect(await page.locator('#voice-text').inputValue()).toBe('Does it move money?');
    expect(await faults(page)).toEqual([]);
    await page.locator('#voice-to-incident-commander').check();
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.locator('#talks').getByText('Does it move money?').waitFor();
    const others = await visit(browser, site, { person: ingrid });
    await others.page.goto(`/drills/${id}`);
    expect(await others.page.locator('#talks').textContent()).not.toContain('Vogel');
    const player = await visit(browser, site, { person: mara });
    await player.page.goto(`/drills/${id}`);
    expect(await player.page.locator('#talks').textContent()).toContain('Does it move money?');
    for (const one of [context, others.context, player.context]) await one.close();
  });

  test('a player decides in a drill as in an incident, by the scenario’s clock', async () => {
    const { id } = await started();
    await site.move(150_000);
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto(`/drills/${id}`);
    await page.getByRole('link', { name: /^Approve/ }).click();
    expect(await page.locator('.xband').textContent()).toContain('EXERCISE');
    await page.getByRole('button', { name: /^Confirm/ }).click();
    await page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();
    const { decisions, exercise } = await site.view(id);
    const vote = decisions[0]?.votes[0];
    expect(vote?.roles).toEqual(['incident-commander']);
    expect(vote?.at).toBe((exercise?.startedAt ?? 0) + 150_000);
    await context.close();
  });

  test('a player says NO DUFF from any page: asked first, then the drill is over for everybody', async () => {
    const { id } = await started();
    await site.move(150_000);
    const watcher = await visit(browser, site, { person: ingrid });
    await watcher.page.goto(`/drills/${id}`);
    await watcher.page.getByText('Live', { exact: true }).waitFor();
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto(`/incidents/${id}`);
    await page.getByRole('link', { name: /^NO DUFF/ }).click();
    await page.getByLabel(/^What is happening/).fill('The real assistant moves money.');
    expect((await playedIn(id))?.endedAt).toBeUndefined();
    await page.getByRole('button', { name: 'This is real: stop the drill' }).click();
    await page.getByRole('heading', { name: 'NO DUFF: something real is happening' }).waitFor();
    expect((await playedIn(id))?.because).toBe('real');
    await watcher.page.getByText('ENDEX: the drill is over').waitFor();
    await context.close();
    await watcher.context.close();
  });
});

describe('spoilers', () => {
  test('players and those who take no part are shown neither the board nor what is for the staff; all are after ENDEX', async () => {
    const { id, script } = await started();
    const skipped = script.injects.at(-1)?.id ?? '';
    await tell(sofia, id, { type: 'inject-skip', inject: skipped, reason: 'Too much for today.' });
    const [player, other] = await Promise.all([
      visit(browser, site, { person: mara }),
      visit(browser, site, { person: tomas }),
    ]);
    const secret = script.truth.slice(0, 60);
    const read = async (page: typeof player.page, path: string) => {
      const answer = await page.goto(path);
      return { status: answer?.status(), text: (await page.locator('body').textContent()) ?? '' };
    };
    for (const path of ['/board', '/add-inject', `/injects/${skipped}`])
      expect((await read(player.page, `/drills/${id}${path}`)).status, path).toBe(403);
    expect((await read(player.page, `/drills/${id}/check?do=inject-now&inject=${skipped}`)).status).toBe(403);
    const own = await read(player.page, `/drills/${id}`);
    for (const words of [secret, 'Too much for today', ...script.injects.map(({ title }) => title)])
      expect(own.text).not.toContain(words);
    expect((await read(other.page, `/drills/${id}`)).text).toContain('Others play this now');
    for (const path of [`/incidents/${id}`, `/incidents/${id}/decisions/1`, `/incidents/${id}/stream`])
      expect((await read(other.page, path)).status, path).toBe(403);
    const forged = await other.page.request.post(`/drills/${id}/commands`, {
      form: { command: 'endex', because: 'real', once: 'x', page: 'check' },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect(forged.status()).toBe(404);
    await tell(sofia, id, { type: 'endex', because: 'facilitator', reason: null, incident: null });
    expect((await read(other.page, `/incidents/${id}`)).text).toContain('Too much for today');
    expect((await read(other.page, `/drills/${id}/board`)).status).toBe(200);
    await player.context.close();
    await other.context.close();
  });

  test('the same form sent twice counts once', async () => {
    const { id } = await started();
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto(`/drills/${id}`);
    const form = { command: 'answer-voice', page: 'play', once: 'twice', to: 'The desk', text: 'Once.', about: '' };
    for (let i = 0; i < 2; i++)
      await page.request.post(`/drills/${id}/commands`, { form, headers: { origin: site.url, accept: 'text/html' } });
    expect((await playedIn(id))?.voices).toHaveLength(1);
    await context.close();
  });
});
