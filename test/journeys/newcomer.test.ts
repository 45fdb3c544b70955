import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServed, type Served } from '../support/served.ts';
import { faults, launch } from '../surfaces/console/browser.ts';

/** The sample incident as a newcomer meets it: real server, worker, Temporal, PostgreSQL, and a real browser. */
let served: Served;
let browser: Browser;

beforeAll(async () => {
  [served, browser] = await Promise.all([openServed(), launch()]);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await served.close();
});

async function signIn(
  link: string,
  size: { width: number; height: number },
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${served.url}/`);
  return { page, context };
}

const linkFor = async (person: string) =>
  `${served.url}/sign-in/${await served.accounts.createLink(person, Date.now() + 60_000)}`;

describe('a newcomer', () => {
  it('signs in, approves, sees the timeline grow by itself, and brings the sample incident to its end', async () => {
    const { signIn: link, incident } = served.ready;
    const desk = await signIn(link as string, { width: 1440, height: 900 });
    await desk.page.getByRole('link', { name: 'Read and answer' }).click();
    await desk.page.getByRole('link', { name: /^Approve/ }).click();
    await desk.page.getByRole('button', { name: /^Confirm/ }).click();
    await desk.page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();

    // From here on nobody reloads: the page follows the incident.
    await desk.page.goto(`${served.url}/incidents/${incident}`);
    await desk.page
      .getByRole('heading', { name: /^Put traffic back to/ })
      .first()
      .waitFor();
    const timeline = desk.page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('Cut traffic to the model: proved by traffic').waitFor();
    expect(await faults(desk.page)).toEqual([]);

    const phone = await signIn(await linkFor('tomas-okafor'), { width: 360, height: 740 });
    await phone.page.getByRole('link', { name: 'Read and answer' }).click();
    await phone.page.getByRole('link', { name: /^Approve/ }).click();
    await phone.page.getByRole('button', { name: /^Confirm/ }).click();
    await phone.page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();

    // The commander's page learns of it by itself; then the second voice makes it stand.
    await desk.page
      .getByText(/ML on-call.*approved/)
      .first()
      .waitFor();
    await desk.page
      .getByRole('link', { name: /^Approve/ })
      .first()
      .click();
    await desk.page.getByRole('button', { name: /^Confirm/ }).click();
    // Leaving before it is recorded could call the sending off.
    await desk.page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();
    await desk.page.goto(`${served.url}/incidents/${incident}`);
    await desk.page
      .getByRole('region', { name: 'Timeline' })
      .getByText('Tell stakeholders how it ended: sent')
      .waitFor();

    const { view } = await served.house.read(incident as string);
    expect(view.plan?.outcome).toBe('completed');
    expect((await served.house.world()).systems['claims-triage']).toMatchObject({
      traffic: 'serving',
      serving: '4.1.7',
    });
  }, 120_000);
});
