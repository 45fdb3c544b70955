import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Plan } from '../../../src/playbook/plan.ts';
import { act, ask, planOf, say } from '../../support/plans.ts';
import { launch, visit } from './browser.ts';
import { sealed, tamperedModel } from './plan.ts';
import { mara, openSite, type TestSite, tomas } from './site.ts';

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  await site.publish(informing());
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

/** Not whoever adds it: nobody decides on what they asked for. */
const OTHERS = [{ role: 'ml-on-call', count: 1 }];

const informing = (): Plan =>
  sealed({
    ...planOf([
      { ...say('tell'), title: 'Tell the board' },
      { ...ask('back', { by: OTHERS, covers: ['rollback'] }), title: 'Ask about the way back' },
      { ...act('rollback', 'model.rollback', { coveredBy: 'back' }), title: 'Go back to the good version' },
    ]),
    playbook: 'inform-board',
    title: 'Inform the board',
    inputs: {
      system: { type: 'ai-system', from: null, default: null },
      people: { type: 'number', from: null, default: 3 },
    },
  });

test('the incident commander chooses, sees what it will do, gives its inputs and adds it, without JavaScript', async () => {
  const { id } = await site.open(tamperedModel());
  await site.move(10_000);
  const { page, context } = await visit(browser, site, { person: mara, javaScript: false });
  await page.goto(`/incidents/${id}`);
  expect(await page.locator('#plan').textContent()).toMatch(/\d+ of \d+ steps done\..*Then:/);
  await page.getByRole('link', { name: 'Add a playbook' }).click();
  await page.getByLabel('Playbook', { exact: true }).selectOption({ label: 'Inform the board (never drilled)' });
  await page.getByRole('button', { name: 'See what it will do' }).click();
  expect(await page.getByRole('region', { name: 'What it will do' }).textContent()).toContain('Go back to the good');
  const system = page.getByLabel('System');
  expect(await system.locator('option:checked').textContent()).toBe('Support assistant');
  await page.getByLabel('People').fill('many');
  await page.getByLabel('Why is it needed?').fill('The board asked.');
  await page.getByRole('button', { name: 'Add the playbook' }).click();
  expect(await page.getByRole('alert').textContent()).toContain('"people" must be a number, not "many"');
  expect(await page.getByLabel('Why is it needed?').inputValue()).toBe('The board asked.');
  await page.getByLabel('People').fill('5');
  await page.getByRole('button', { name: 'Add the playbook' }).click();
  expect(new URL(page.url()).pathname).toBe(`/incidents/${id}`);
  const view = await site.view(id);
  expect(view.added).toMatchObject([{ playbook: { id: 'inform-board' }, person: mara, inputs: { people: 5 } }]);
  await site.move(60_000);
  await page.reload();
  const plan = page.getByRole('region', { name: 'Inform the board, running' });
  expect(await plan.textContent()).toMatch(/Added at .* by Mara Lindqvist: The board asked\..*1 of 3 steps done/);
  expect(await page.locator('#strip').textContent()).toContain('2 playbooks');
  expect(await page.locator('.log').allTextContents()).toContainEqual(
    expect.stringContaining('added the playbook “Inform the board”'),
  );
  await context.close();
});

test('its question is answered on its page by somebody else, and its act is carried out', async () => {
  const { id } = await site.open(null, { title: 'Odd answers' });
  const { page, context } = await visit(browser, site, { person: mara });
  await page.goto(`/incidents/${id}/add-playbook?playbook=inform-board`);
  await page.getByLabel('Why is it needed?').fill('Nothing fits better.');
  await page.getByLabel('Why is it needed?').press('Tab');
  // With the keyboard alone.
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === `/incidents/${id}`);
  await site.move(60_000);
  const { decisions } = await site.view(id);
  expect(decisions).toMatchObject([{ question: { path: '+1/back' } }]);
  await context.close();
  const other = await visit(browser, site, { person: tomas });
  await approve(other.page, id);
  await site.move(60_000);
  expect((await site.view(id)).steps['+1/rollback']).toMatchObject({ status: 'done' });
  await other.context.close();
});

async function approve(page: Page, id: string) {
  await page.goto(`/incidents/${id}/decisions/1`);
  await page.getByRole('link', { name: /^Approve/ }).click();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
}

test('others see no way to add one, and are refused', async () => {
  const { id } = await site.open(tamperedModel());
  const { page, context } = await visit(browser, site, { person: tomas, javaScript: false });
  await page.goto(`/incidents/${id}`);
  expect(await page.getByRole('link', { name: 'Add a playbook' }).count()).toBe(0);
  expect((await page.goto(`/incidents/${id}/add-playbook`))?.status()).toBe(403);
  await context.close();
});
