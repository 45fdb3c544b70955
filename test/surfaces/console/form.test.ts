import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ask, planOf, say } from '../../support/plans.ts';
import { faults, launch, visit } from './browser.ts';
import { sealed } from './plan.ts';
import { mara, openSite, type TestSite } from './site.ts';

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

const aware = ask('aware', {
  question: { literal: 'When did we become aware?' },
  form: [
    { id: 'aware-at', label: 'Aware since', type: 'date-time', required: true },
    { id: 'records', label: 'Records', type: 'number', required: true, hint: 'An estimate will do.' },
    { id: 'personal', label: 'Personal data', type: 'yes-no', required: true },
    {
      id: 'where',
      label: 'Where',
      type: 'choice',
      required: false,
      choices: [
        { value: 'eu', label: 'Europe' },
        { value: 'us', label: 'America' },
      ],
    },
    { id: 'notes', label: 'Notes', type: 'long-text', required: false },
  ],
});
const wayBack = ask('way-back', {
  question: { literal: 'How do we bring it back?' },
  options: [
    { id: 'rollback', title: 'Go back to the last known good version' },
    { id: 'retrain', title: 'Keep it down and retrain' },
  ],
  otherwise: 'retrain',
  onDeny: null,
});

test('a form says what is missing, keeps what was typed, and goes on the timeline', async () => {
  const { id } = await site.open(sealed(planOf([aware, say('after')])));
  await site.move(1_000);
  const { page, context } = await visit(browser, site, { width: 360, height: 740, person: mara });
  await page.goto(`/incidents/${id}/decisions/1`);
  await page.getByRole('link', { name: /^Approve/ }).click();
  await page.getByLabel('Records').fill('many');
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await page.getByRole('alert').getByText('This must be a number.').waitFor();
  expect(await page.getByLabel('Records').inputValue()).toBe('many');
  expect(await faults(page)).toEqual([]);
  await page.getByLabel('Records').fill('4000');
  await page.getByLabel('Aware since').fill('2026-11-19T02:58');
  await page.getByLabel('Personal data').selectOption('yes');
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
  const { made } = (await site.view(id)).decisions[0] ?? {};
  expect(made?.answers).toEqual({ 'aware-at': '2026-11-19T02:58Z', records: 4000, personal: true });
  await context.close();
});

test('options of the playbook’s own are buttons with their words, none of them the main one', async () => {
  const { id } = await site.open(sealed(planOf([wayBack, say('after')])));
  await site.move(1_000);
  const { page, context } = await visit(browser, site, { width: 360, height: 740, person: mara });
  await page.goto(`/incidents/${id}/decisions/1`);
  expect(await faults(page)).toEqual([]);
  expect(await page.locator('.tools .btn.main').count()).toBe(0);
  await page.getByRole('button', { name: /^Go back to the last known good version/ }).click();
  await page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();
  expect((await site.view(id)).decisions[0]?.made).toMatchObject({ outcome: 'rollback', people: [mara] });
  await page.goto(`/incidents/${id}`);
  await page.getByText('Go back to the last known good version').first().waitFor();
  expect(await faults(page)).toEqual([]);
  await context.close();
});
