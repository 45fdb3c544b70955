import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServed, type Served } from '../support/served.ts';
import { faults, launch, picture } from '../surfaces/console/browser.ts';

/** A drill of fifteen minutes in the console: a facilitator, two players and bots; real server, workers, Temporal and browsers. */
let served: Served;
let browser: Browser;

beforeAll(async () => {
  [served, browser] = await Promise.all([openServed({ drillWorker: true }), launch()]);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await served.close();
});

async function signIn(person: string): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(`${served.url}/sign-in/${await served.accounts.createLink(person, Date.now() + 60_000)}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${served.url}/`);
  return { page, context };
}

async function jump(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Jump ahead' }).click();
  await page.getByRole('button', { name: 'Jump ahead' }).click();
  await page.waitForURL('**/board');
}

it('a drill is planned, facilitated and played in the console, live, and read by everybody when it is over', async () => {
  const board = await signIn('sofia-mendes');
  await board.page.goto(`${served.url}/drills/new?simulation=prompt-injection-tool-abuse`);
  await board.page.getByLabel('Length').selectOption({ label: 'Warm-up, 15 min' });
  await board.page.getByLabel(/^Incident commander/).selectOption({ label: 'Mara Lindqvist' });
  await board.page.getByLabel(/^Legal counsel/).selectOption({ label: 'Ingrid Solheim' });
  await board.page.locator('#staff-facilitator summary').click();
  await board.page.getByRole('group', { name: 'Facilitator' }).getByLabel('Sofia Mendes').check();
  await board.page.getByRole('button', { name: 'Plan the drill' }).click();
  await board.page.getByRole('button', { name: 'Start the drill' }).click();
  await board.page.waitForURL('**/board');
  const drill = /EX-\d{4}-\d{4}/.exec(board.page.url())?.[0] ?? '';

  const [commander, counsel] = [await signIn('mara-lindqvist'), await signIn('ingrid-solheim')];
  for (const { page } of [commander, counsel]) {
    await page.goto(`${served.url}/drills/${drill}`);
    await page.getByText('Live', { exact: true }).waitFor();
  }
  await jump(board.page);
  await commander.page.getByRole('button', { name: 'Open: A member asks where her money is' }).click();
  await commander.page.getByText('I have a Mrs Haugen on the line.').waitFor();
  await board.page.getByText('seen by Mara Lindqvist').waitFor();

  // The alert opens the incident; from then on the commander is asked, and the scenario runs with the wall.
  await jump(board.page);
  await commander.page.getByRole('link', { name: /^Approve/ }).waitFor();
  await board.page.getByText('Somebody is asked: it runs with the wall.').waitFor();
  expect(await faults(board.page)).toEqual([]);
  expect(await faults(commander.page)).toEqual([]);
  await picture(board.page, 'real-board');
  await picture(commander.page, 'real-play');
  await commander.page.getByRole('link', { name: /^Approve/ }).click();
  await commander.page.getByRole('button', { name: /^Confirm/ }).click();
  await commander.page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();
  await commander.page.goto(`${served.url}/incidents/${drill}`);
  const timeline = commander.page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText(/Mara Lindqvist approved/).waitFor();
  await picture(commander.page, 'real-incident');

  await board.page.locator('#voice-as').fill('T. Vogel, journalist');
  await board.page.locator('#voice-text').fill('Does your assistant move money?');
  await board.page.getByRole('button', { name: 'Send it' }).click();
  await counsel.page.locator('#talks').getByText('Does your assistant move money?').waitFor();
  await counsel.page.locator('#say-to').fill('T. Vogel, journalist');
  await counsel.page.locator('#say-text').fill('We will call you at noon.');
  await counsel.page.getByRole('button', { name: 'Say it' }).click();
  await board.page.locator('#talks').getByText('We will call you at noon.').waitFor();

  await board.page.getByRole('link', { name: 'End the drill' }).click();
  await board.page.getByRole('button', { name: 'End the drill' }).click();
  await counsel.page.getByText('ENDEX: the drill is over').waitFor();
  await counsel.page.getByRole('link', { name: /^See what there was/ }).click();
  await counsel.page.getByLabel('What worked, what did not, what is to change').fill('Counsel was asked late.');
  await counsel.page.getByRole('button', { name: 'Add it' }).click();
  await counsel.page.locator('#wash').getByText('Counsel was asked late.').waitFor();
  await picture(counsel.page, 'real-over');

  const other = await signIn('tomas-okafor');
  await other.page.goto(`${served.url}/drills/${drill}/board`);
  expect(await other.page.locator('.msel').textContent()).toContain('It does it again');
  for (const { context } of [board, commander, counsel, other]) await context.close();
}, 240_000);
