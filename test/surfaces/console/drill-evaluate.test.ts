import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import type { Drill } from '../../../src/surfaces/drills/contract.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { launch, visit } from './browser.ts';
import { personOf, SIMULATION, startDrill } from './drill-cast.ts';
import { ingrid, mara, openSite, sofia, type TestSite, tomas } from './site.ts';

/** What evaluators write on their guide, and what is said in the hot wash, in the console. */
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

/** Sofia runs it, Tomas evaluates. */
const started = (): Promise<Drill> =>
  startDrill(site, {
    staff: [
      { role: 'facilitator', person: sofia },
      { role: 'evaluator', person: tomas },
    ],
  });
const tell = (person: string, id: string, command: ExerciseCommand) =>
  site.drills.tell(personOf(person), id, command, randomUUID());
const endex = (id: string) => tell(sofia, id, { type: 'endex', because: 'facilitator', reason: null, incident: null });

/** The form about one thing, opened. */
async function open(page: Page, about: string, summary: string) {
  const form = page.locator(`[id="write-${about}"]`);
  await form.getByText(summary, { exact: true }).click();
  return form;
}

test('an evaluator writes on the guide, citing events of the timeline; what is half typed elsewhere stays', async () => {
  const { id, script } = await started();
  await site.move(61_000);
  const [objective] = script.objectives;
  const [task] = objective?.tasks ?? [];
  const { page, context, troubles } = await visit(browser, site, { person: tomas, width: 360, height: 740 });
  await page.goto(`/drills/${id}/board`);
  await page.getByRole('link', { name: 'Evaluation guide' }).click();
  await page.getByRole('heading', { name: objective?.title }).waitFor();

  const ofTask = await open(page, `t-${objective?.id}-${task?.id}`, 'Write about this task');
  await ofTask.getByLabel('What you saw').fill('Half a thought');
  await ofTask.getByLabel('S Performed with some challenges').check();

  const whole = await open(page, `o-${objective?.id}`, 'Rate the objective');
  await whole.getByLabel('M Performed with major challenges').check();
  await whole.getByLabel('an area for improvement').check();
  await whole.getByLabel('What you saw').fill('Nobody asked since when.');
  for (const number of ['2', '1'])
    await page.getByRole('button', { name: `Cite event ${number}`, exact: true }).click();
  expect(await whole.getByLabel('Events it rests on').inputValue()).toBe('2, 1');
  expect(await page.locator('[data-cite="2"]').getAttribute('aria-pressed')).toBe('true');
  await Promise.all([page.waitForNavigation(), whole.getByRole('button', { name: 'Write it down' }).click()]);

  const said = page.locator(`[id="said-o-${objective?.id}"]`);
  await said.getByText('Nobody asked since when.').waitFor();
  expect(await said.textContent()).toMatch(/M\s*Area for improvement, you/);
  expect(await said.textContent()).toMatch(/Rests on event 2, 1\./);
  expect(await ofTask.getByLabel('What you saw').inputValue()).toBe('Half a thought');
  await page.reload();
  expect(await ofTask.getByLabel('What you saw').inputValue()).toBe('Half a thought');
  expect(await ofTask.getByLabel('S Performed with some challenges').isChecked()).toBe(true);
  expect(await whole.getByLabel('What you saw').inputValue()).toBe('');
  // What happens meanwhile replaces nothing that stands half typed.
  await site.move(60_000);
  await page
    .locator('#events li')
    .filter({ hasText: /inject|sends|alert/i })
    .first()
    .waitFor();
  expect(await ofTask.getByLabel('What you saw').inputValue()).toBe('Half a thought');
  expect(troubles).toEqual([]);
  await context.close();
});

test('what cannot be taken is said, and what was typed stays; without JavaScript, too', async () => {
  const { id, script } = await started();
  const judged = script.expectations.find(({ sought }) => sought.what === 'judged');
  const { page, context } = await visit(browser, site, { person: tomas, javaScript: false });
  await page.goto(`/drills/${id}/evaluate`);
  const form = await open(page, `e-${judged?.id}`, 'Give a verdict');
  await form.getByLabel('Met late').check();
  await form.getByLabel('What you saw').fill('After twenty minutes.');
  await form.getByLabel('Events it rests on').fill('twelve');
  await form.getByRole('button', { name: 'Write it down' }).click();
  expect(await page.getByRole('alert').textContent()).toContain('“twelve” is no number of an event');
  expect(await form.getByLabel('What you saw').inputValue()).toBe('After twenty minutes.');
  await form.getByLabel('Events it rests on').fill('4000');
  await form.getByRole('button', { name: 'Write it down' }).click();
  expect(await page.getByRole('alert').textContent()).toContain('There is no event 4000');
  await form.getByLabel('Events it rests on').fill('');
  await form.getByRole('button', { name: 'Write it down' }).click();
  expect(await page.locator(`[id="said-e-${judged?.id}"]`).textContent()).toContain('Met late');
  await context.close();
});

test('opinions are each evaluator’s own until ENDEX, and stand side by side then; players see neither before', async () => {
  const { id, script } = await started();
  const objective = script.objectives[0]?.id ?? '';
  const about = { objective, task: null, expectation: null, verdict: null, kind: 'observation', about: [] } as const;
  await tell(sofia, id, { type: 'observe', ...about, about: [], rating: 'P', text: 'Quick and calm.' });
  await tell(tomas, id, { type: 'observe', ...about, about: [], rating: 'M', text: 'Legal was forgotten.' });
  const { page, context } = await visit(browser, site, { person: tomas });
  await page.goto(`/drills/${id}/evaluate`);
  const said = page.locator(`[id="said-o-${objective}"]`);
  await said.getByText('Legal was forgotten.').waitFor();
  expect(await page.locator('main').textContent()).not.toContain('Quick and calm.');
  const player = await visit(browser, site, { person: mara });
  const answer = await player.page.goto(`/drills/${id}/evaluate`);
  expect(answer?.status()).toBe(403);
  await player.page.goto(`/incidents/${id}`);
  expect(await player.page.locator('main').textContent()).not.toContain('Legal was forgotten.');

  await endex(id);
  // Nobody need load the page anew.
  await said.getByText('Quick and calm.').waitFor();
  expect(await said.textContent()).toContain('Judged differently');
  await player.page.goto(`/drills/${id}`);
  await player.page.getByRole('link', { name: 'What evaluators think' }).click();
  await player.page.getByText('Judged differently').first().waitFor();
  expect(await player.page.getByRole('button', { name: 'Write it down' }).count()).toBe(0);
  await player.context.close();
  await context.close();
});

test('in the hot wash everybody says first what they think themselves, with their name or without', async () => {
  const { id, script } = await started();
  await endex(id);
  const first = await visit(browser, site, { person: ingrid });
  await first.page.goto(`/drills/${id}`);
  const question = first.page.locator('#question-1');
  await question.getByRole('heading', { name: script.debrief[0] }).waitFor();
  await first.page.locator('#question-0').getByLabel('Your answer').fill('And thank you.');
  await question.getByLabel('Your answer').fill('I did not dare to ask.');
  await question.getByLabel('Without my name').check();
  await Promise.all([first.page.waitForNavigation(), question.getByRole('button', { name: 'Answer' }).click()]);
  await question.getByText('I did not dare to ask.').waitFor();
  expect(await question.locator('.talk').textContent()).toMatch(/^without a name/);
  expect(await first.page.locator('#question-0').getByLabel('Your answer').inputValue()).toBe('And thank you.');

  const second = await visit(browser, site, { person: mara, width: 360, height: 740 });
  await second.page.goto(`/drills/${id}`);
  const same = second.page.locator('#question-1');
  await same.getByLabel('Your answer').waitFor();
  expect(await second.page.locator('main').textContent()).not.toContain('I did not dare to ask.');
  await same.getByLabel('Your answer').fill('We waited too long.');
  await Promise.all([second.page.waitForNavigation(), same.getByRole('button', { name: 'Answer' }).click()]);
  await same.getByText('I did not dare to ask.').waitFor();
  expect(await same.locator('.talk').textContent()).toContain('Mara');
  // The other one follows.
  await question.getByText('We waited too long.').waitFor();
  await second.page
    .locator('#question-2')
    .getByRole('link', { name: /^Pass it over/ })
    .click();
  await second.page.locator('#question-2').getByText('Nobody has said anything.').waitFor();
  await same.getByText('I did not dare to ask.').waitFor();
  expect([...first.troubles, ...second.troubles]).toEqual([]);
  await first.context.close();
  await second.context.close();
});
