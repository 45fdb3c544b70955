import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faults, launch, visit } from '../embedded/slack/browser.ts';
import { openSlackDesk, type SlackDesk } from '../support/slack-desk.ts';

/** The sample incident as a newcomer meets it in the local Slack: a real browser, and everything behind it real. */
let desk: SlackDesk;
let browser: Browser;

beforeAll(async () => {
  [desk, browser] = await Promise.all([openSlackDesk('socket', { local: true }), launch()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await desk?.close();
}, 60_000);

const MARA = 'mara-lindqvist';
const TOMAS = 'tomas-okafor';

it('two people bring the sample incident to its end in Slack, and a third reports another', async () => {
  const incident = desk.served.ready.incident as string;
  const direct = (person: string) => `/c/${desk.slack.workspace.im(desk.user(person)).id}`;
  await desk.card(incident, 1, MARA);

  const mara = await visit(browser, desk.slack, { width: 1280, height: 860 });
  await mara.as(desk.user(MARA), direct(MARA));
  await mara.page.getByRole('heading', { name: 'Cut traffic to Claims triage?' }).waitFor();
  expect(await faults(mara.page)).toEqual([]);
  await mara.page.getByRole('button', { name: /^Approve/ }).click();
  const modal = mara.page.getByRole('dialog');
  await modal.getByText('Cut traffic to the model', { exact: false }).first().waitFor();
  expect(await faults(mara.page)).toEqual([]);
  await modal.getByLabel('Reason').fill('The signature does not verify.');
  await modal.getByRole('button', { name: 'Confirm: approve' }).click();
  await modal
    .getByText(/Approved/)
    .first()
    .waitFor();
  await modal.getByRole('button', { name: 'Close' }).first().click();
  // The same message now says who it was; nobody reloads.
  await mara.page
    .getByText(/Approved by Mara Lindqvist/)
    .first()
    .waitFor();
  expect(await mara.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);

  const second = await desk.card(incident, 2, TOMAS);
  const tomas = await visit(browser, desk.slack, { width: 360, height: 740 });
  await tomas.as(desk.user(TOMAS), direct(TOMAS));
  await tomas.page
    .getByRole('button', { name: /^Approve/ })
    .last()
    .click();
  await tomas.page.getByRole('dialog').getByRole('button', { name: 'Confirm: approve' }).click();
  await tomas.page
    .getByRole('dialog')
    .getByText('Yours is recorded', { exact: false })
    .or(tomas.page.getByRole('dialog').getByText(/recorded/i))
    .first()
    .waitFor();
  expect(await faults(tomas.page)).toEqual([]);
  // The commander sees the first of two voices, and adds the other.
  await mara.page
    .getByText(/ML on-call.*Tomas Okafor/)
    .first()
    .waitFor();
  await mara.page.getByRole('button', { name: /^Approve/ }).click();
  await mara.page.getByRole('dialog').getByRole('button', { name: 'Confirm: approve' }).click();
  await desk.served.house.until(incident, 'the end of the plan', (view) => view.plan?.outcome === 'completed');
  await desk.see('both voices', () => !desk.textOf(second).includes(`"${incident}/2/`));

  const daniel = await visit(browser, desk.slack, { width: 1280, height: 860 });
  await daniel.as(desk.user('daniel-achterberg'), direct('daniel-achterberg'));
  await daniel.page.getByText('Shortcuts and commands').click();
  await daniel.page
    .getByRole('button', { name: /^Report an AI incident/ })
    .first()
    .click();
  const report = daniel.page.getByRole('dialog');
  await report.getByLabel('What did you notice?').fill('It answered with another customer’s name.');
  await report.getByLabel('Which AI system?').selectOption({ label: 'Customer assistant' });
  await report.getByLabel('Not yet, but it could be soon').check();
  await report.getByRole('button', { name: 'Report', exact: true }).click();
  await report
    .getByText(/INC-\d{4}-0002/)
    .first()
    .waitFor();
  expect(await faults(daniel.page)).toEqual([]);
  for (const { context, troubles } of [mara, tomas, daniel]) {
    expect(troubles).toEqual([]);
    await context.close();
  }
}, 180_000);
