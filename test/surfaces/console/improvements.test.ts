import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NewImprovement } from '../../../src/surfaces/improvements/contract.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { personOf, planDrill, SIMULATION } from './drill-cast.ts';
import { ingrid, mara, openSite, sofia, type TestSite, tomas } from './site.ts';
import { HOSTILE } from './stories.ts';

/** Improvement items in a browser: written down after ENDEX, worked on, closed. */
vi.setConfig({ testTimeout: 240_000 });

let site: TestSite;
let browser: Browser;
let drill: string;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const plan of SHIPPED) if (plan.playbook === SIMULATION) await site.publish(plan);
  const { id } = await planDrill(site);
  await site.drills.start(personOf(mara), id);
  await site.move(1_000);
  await site.drills.tell(personOf(sofia), id, { type: 'endex', because: 'facilitator', reason: null, incident: null });
  drill = id;
}, 120_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function sound({ page, troubles }: Visit, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await faults(page, 'contrast'), `${name}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(troubles, `${name}: console`).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
}

const make = (more: object = {}) =>
  site.improvements.create(
    personOf(sofia),
    NewImprovement.parse({
      ...{ from: drill, issue: 'Nobody knew who calls the supplier.', action: 'Put the number into the runbook.' },
      ...{ owner: tomas, due: '2026-12-01', ...more },
    }),
    `key ${Math.random()}`,
  );

describe('improvement items in a browser', () => {
  test('are written down on the page of a drill that is over, with a goal of that drill, and found again', async () => {
    const seen = await visit(browser, site, { person: sofia });
    const { page } = seen;
    await page.goto('/improvements');
    expect(await page.locator('main').textContent()).toContain('Nothing is written down');
    await sound(seen, 'improvements-none');
    await page.goto(`/drills/${drill}`);
    await page.getByRole('link', { name: 'New improvement item' }).click();
    await sound(seen, 'improvement-new');
    await page.getByLabel('What went wrong, or could be better').fill('Legal was asked after the notice was due.');
    await page.getByLabel('What is to be done about it').fill('Page legal with the first question.');
    await page.getByLabel('Who sees to it').selectOption({ label: 'Ingrid Solheim' });
    await page.getByLabel('Due on').fill('2026-12-01');
    await page.getByLabel('Which drill shows that it is done').selectOption({ index: 1 });
    await page.getByLabel('Events that it rests on').fill('1, 999');
    await page.getByRole('button', { name: 'Write it down' }).click();
    // What was typed stays.
    expect(await page.getByRole('alert').textContent()).toContain('has no event 999');
    expect(await page.getByLabel('What is to be done about it').inputValue()).toContain('Page legal');
    seen.troubles.length = 0;
    await page.getByLabel('Events that it rests on').fill('1');
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.waitForURL(/\/improvements\/IMP-2026-0001$/);
    await page.getByRole('link', { name: 'Improvement items' }).click();
    expect(await page.locator('main').textContent()).toMatch(
      /Page legal with the first question\..*learnt in EX-2026-/,
    );
    await sound(seen, 'improvements-open');
    const [item] = await site.improvements.list({ from: drill });
    expect(item).toMatchObject({ owner: ingrid, about: [1], goal: { simulation: SIMULATION, atLeast: 'P' } });
    await seen.context.close();
  });

  test('are changed, noted, done, closed for a reason and opened again by their owner', async () => {
    const { id } = await make();
    const seen = await visit(browser, site, { person: tomas });
    const { page } = seen;
    await page.goto(`/improvements/${id}`);
    await sound(seen, 'improvement-open');
    await page.getByText('Change it', { exact: true }).click();
    await page.getByLabel('Due on').fill('2026-12-24');
    await sound(seen, 'improvement-edit');
    await page.getByRole('button', { name: 'Keep the changes' }).click();
    await page.getByText('due 2026-12-01 → 2026-12-24').waitFor();
    await page.getByLabel('Note something about it').fill('They have a new number.');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText('They have a new number.').waitFor();
    await page.getByRole('button', { name: 'It is done' }).click();
    await page.getByText('Done, not closed').waitFor();
    await page.getByText('Close it for a reason').click();
    await page.getByLabel('Why it is closed').fill('The supplier calls us.');
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByText('closed: The supplier calls us.').waitFor();
    await sound(seen, 'improvement-closed');
    await page.getByText('Open it again', { exact: true }).first().click();
    await page.getByLabel('Why it is opened again').fill('They do not.');
    await page.getByRole('button', { name: 'Open it again' }).click();
    await page.getByText('opened again: They do not.').waitFor();
    expect((await site.improvements.find(id)).history).toHaveLength(6);
    await seen.context.close();
  });

  test('are not changed by what somebody saw before another changed it, and by whom they do not concern', async () => {
    const { id } = await make();
    const seen = await visit(browser, site, { person: tomas });
    await seen.page.goto(`/improvements/${id}`);
    await site.improvements.note(personOf(mara), id, 'Mara was quicker.');
    await seen.page.getByRole('button', { name: 'It is done' }).click();
    expect(await seen.page.getByRole('alert').textContent()).toContain('was changed since you looked');
    expect((await site.improvements.find(id)).status).toBe('open');
    const other = await visit(browser, site, { person: ingrid });
    await other.page.goto(`/improvements/${id}`);
    expect(await other.page.getByRole('button', { name: 'It is done' }).count()).toBe(0);
    expect(await other.page.getByRole('button', { name: 'Add it' }).count()).toBe(1);
    await Promise.all([seen.context.close(), other.context.close()]);
  });

  test('are overdue in red for their owner alone', async () => {
    const { id } = await make({ due: '2026-11-18' });
    for (const [person, red] of [
      [tomas, 1],
      [sofia, 0],
    ] as const) {
      const { page, context } = await visit(browser, site, { person });
      await page.goto(`/improvements?owner=${tomas}`);
      const row = page.locator('.rows > li', { hasText: id });
      expect(await row.textContent()).toContain('overdue since 2026-11-18');
      expect(await row.locator('.c-act').count(), person).toBe(red);
      await context.close();
    }
  });

  test('plan a re-drill, which says what it is to show', async () => {
    const objective = (await site.improvements.goals()).find((one) => one.simulation === SIMULATION)?.objectives[0]?.id;
    const { id } = await make({ goal: { simulation: SIMULATION, objective, atLeast: 'S' } });
    const seen = await visit(browser, site, { person: tomas });
    const { page } = seen;
    await page.goto(`/improvements/${id}`);
    await page.getByRole('button', { name: 'Plan a drill that shows it' }).click();
    await page.waitForURL(/\/drills\/EX-2026-/);
    expect(await page.locator('main').textContent()).toContain(`It is to show whether ${id} is done.`);
    await sound(seen, 'improvement-redrill');
    await page.getByRole('link', { name: id }).click();
    expect(await page.locator('main').textContent()).toMatch(/Re-drillsEX-2026-/);
    await seen.context.close();
  });

  test('hold what is long and hostile on a phone', async () => {
    const { id } = await make({ issue: HOSTILE.repeat(3).slice(0, 2_000), action: HOSTILE.slice(0, 2_000) });
    const seen = await visit(browser, site, { person: tomas });
    for (const path of [`/improvements/${id}`, '/improvements']) {
      await seen.page.goto(path);
      await sound(seen, 'improvement-hostile');
    }
    await seen.context.close();
  });
});
