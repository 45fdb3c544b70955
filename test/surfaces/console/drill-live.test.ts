import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import type { DrillPlan } from '../../../src/surfaces/drills/contract.ts';
import { reportOf } from '../../../src/surfaces/report/report.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { launch, visit } from './browser.ts';
import { personOf, planDrill, SIMULATION, startDrill } from './drill-cast.ts';
import { ingrid, mara, openSite, people, sofia, type TestSite } from './site.ts';

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

const planned = (more: Partial<DrillPlan> = {}) => planDrill(site, more);
const started = (more: Partial<DrillPlan> = {}) => startDrill(site, more);

const tell = (person: string, id: string, command: ExerciseCommand) =>
  site.drills.tell(personOf(person), id, command, randomUUID());

test('what a player has half typed outlives what they open meanwhile, and is gone once it is said', async () => {
  const { id } = await started();
  await site.move(61_000);
  const { page, context, troubles } = await visit(browser, site, { person: mara });
  await page.goto(`/drills/${id}`);
  await page.getByLabel('To whom').fill('Oda Rustad, service desk');
  await page.getByLabel('What you say').fill('Put her through to me.');
  await page.getByRole('button', { name: 'Open: A member asks where her money is' }).click();
  await page.locator('#arrived .text').waitFor();
  expect(await page.getByLabel('What you say').inputValue()).toBe('Put her through to me.');
  expect(await page.getByLabel('To whom').inputValue()).toBe('Oda Rustad, service desk');
  await page.getByRole('button', { name: 'Say it' }).click();
  await page.locator('#talks, #arrived').getByText('Put her through to me.').first().waitFor();
  expect(await page.getByLabel('What you say').inputValue()).toBe('');
  await page.reload();
  expect(await page.getByLabel('What you say').inputValue()).toBe('');
  expect(troubles).toEqual([]);
  await context.close();
});

test('what one person has half typed is not shown to the next who signs in here', async () => {
  const { id } = await started();
  const { page, context } = await visit(browser, site, { person: mara });
  await page.goto(`/drills/${id}`);
  await page.getByLabel('What you say').fill('For my eyes.');
  await page.goto('/drills');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(await site.link(ingrid));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${site.url}/`);
  await page.goto(`/drills/${id}`);
  expect(await page.getByLabel('What you say').inputValue()).toBe('');
  await context.close();
});

test('the facilitator fires an inject and stays where they were, with what they were writing and to whom', async () => {
  const { id } = await started();
  const { page, context } = await visit(browser, site, { person: sofia, height: 600 });
  await page.goto(`/drills/${id}/board`);
  await page.locator('#voice-to-everybody').uncheck();
  await page.locator('#voice-to-legal-counsel').check();
  await page.locator('#voice-as').fill('T. Vogel, journalist');
  await page.locator('#voice-text').fill('Does it move');
  const row = page.locator('.msel tr', { hasText: 'Somebody opens the file' });
  await row.getByRole('button', { name: /^Fire now/ }).scrollIntoViewIfNeeded();
  const before = await page.evaluate('scrollY');
  expect(before).toBeGreaterThan(0);
  await Promise.all([page.waitForNavigation(), row.getByRole('button', { name: /^Fire now/ }).click()]);
  expect(await page.evaluate('scrollY')).toBe(before);
  expect(await page.locator('#voice-text').inputValue()).toBe('Does it move');
  expect(await page.locator('#voice-as').inputValue()).toBe('T. Vogel, journalist');
  expect(await page.locator('#voice-to-everybody').isChecked()).toBe(false);
  expect(await page.locator('#voice-to-legal-counsel').isChecked()).toBe(true);
  // The same by way of a page that asks first.
  await page.getByRole('link', { name: 'Jump ahead' }).click();
  await page.getByRole('link', { name: 'Go back' }).click();
  expect(await page.locator('#voice-text').inputValue()).toBe('Does it move');
  await context.close();
});

test('without JavaScript, too, a page that tells of a refusal leads back by its own Refresh', async () => {
  const { id } = await started({ staff: [] });
  const { page, context } = await visit(browser, site, { person: mara, javaScript: false });
  await page.goto(`/drills/${id}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: '×4' }).click();
  expect(await page.getByRole('alert').textContent()).toContain('is paused');
  await page.getByRole('link', { name: 'Refresh' }).click();
  await page.getByRole('heading', { name: 'What has reached you' }).waitFor();
  await context.close();
});

test('who waits for the drill on its page is told when it has begun, and led to it', async () => {
  const { id } = await planned();
  const { page, context, troubles } = await visit(browser, site, { person: mara });
  await page.goto(`/drills/${id}`);
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await page.getByText('The drill has begun').count()).toBe(0);
  await site.drills.start(personOf(sofia), id);
  await page.getByRole('link', { name: 'Go to the drill' }).click();
  await page.getByRole('heading', { name: 'What has reached you' }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('an alert that somebody reads stays open while other things arrive', async () => {
  const { id } = await started();
  await site.move(121_000);
  const { page, context } = await visit(browser, site, { person: mara });
  await page.goto(`/drills/${id}`);
  await page.getByRole('button', { name: 'Open: Tool calls' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('#arrived summary').first().click();
  await page.locator('#arrived .raw').waitFor();
  await site.move(60_000);
  await page.getByRole('button', { name: 'Open: The service desk' }).waitFor();
  expect(await page.locator('#arrived .raw').isVisible()).toBe(true);
  await context.close();
});

test('on a phone the question that waits stands on the first screen, before the clocks; where there is room, under them', async () => {
  const { id } = await started();
  await site.move(150_000);
  const { page, context } = await visit(browser, site, { person: mara, width: 390, height: 844 });
  await page.goto(`/drills/${id}`);
  const question = await page.locator('#question').boundingBox();
  const clocks = await page.locator('#clocks').boundingBox();
  expect(question?.y).toBeLessThan(clocks?.y ?? 0);
  expect(question?.y).toBeLessThan(400);
  await page.setViewportSize({ width: 1440, height: 900 });
  const wide = {
    question: await page.locator('#question').boundingBox(),
    clocks: await page.locator('#clocks').boundingBox(),
  };
  expect(wide.clocks?.y).toBeLessThan(wide.question?.y ?? 0);
  await context.close();
});

test('a real incident beside the drill is told on its pages as it is opened, and read out', async () => {
  const { id } = await started();
  const seen = await Promise.all([visit(browser, site, { person: mara }), visit(browser, site, { person: sofia })]);
  for (const { page } of seen) {
    await page.goto(`/drills/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.getByText('A real incident').count()).toBe(0);
  }
  await site.open(null, { severity: 'sev3', title: 'Refunds to strangers' });
  for (const { page } of seen) {
    await page.locator('#strip').getByText('Refunds to strangers').waitFor();
    expect(await page.locator('#announce').textContent()).toContain('A real incident SEV 3 is open');
  }
  for (const { context } of seen) await context.close();
});

test('the report of a drill says when it was played by the clock on the wall, how its own clock ran, and who ended it', async () => {
  const { id } = await started({ staff: [] });
  await site.move(30_000);
  await tell(mara, id, { type: 'drill-jump', to: null });
  await tell(mara, id, { type: 'endex', because: 'facilitator', reason: null, incident: null });
  const [view, events] = [await site.view(id), await site.events(id)];
  const names = new Map(people.map((one) => [one.id, one.name]));
  const report = reportOf({ view, plan: null, events, people: names, timezone: 'Europe/Oslo', madeAt: site.now() });
  const facts = new Map(report.facts);
  expect(facts.get('Played, by the clock on the wall')).toMatch(
    /^Thu 19 Nov 2026, \d\d:\d\d UTC .*, to Thu 19 Nov 2026/,
  );
  expect(facts.get('Pace')).toContain('was set forward once');
  expect(facts.get('STARTEX, scenario time')).toMatch(/2026/);
  expect(report.summary.map(({ text }) => text).join(' ')).toContain('ENDEX: Mara Lindqvist ended it');
});
