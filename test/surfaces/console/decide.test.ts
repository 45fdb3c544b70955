import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MINUTE } from '../../support/plans.ts';
import { launch, type Visit, visit } from './browser.ts';
import { tamperedModel } from './plan.ts';
import { ingrid, mara, openSite, type TestSite, tomas } from './site.ts';
import { answer } from './stories.ts';

const PHONE = { width: 360, height: 740, touch: true };

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;
let id: string;

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});
beforeEach(async () => {
  ({ id } = await site.open(tamperedModel()));
  await site.move(10_000);
});

const question = () => `/incidents/${id}/decisions/1`;
const phone = (person: string, javaScript = true): Promise<Visit> =>
  visit(browser, site, { ...PHONE, person, javaScript });

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (!box) throw new Error('not on the page');
  return box;
}
type Box = Awaited<ReturnType<typeof boxOf>>;
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const approve = (page: Page) => page.getByRole('link', { name: /^Approve/ });
const deny = (page: Page) => page.getByRole('link', { name: /^Deny/ });
const confirm = (page: Page) => page.getByRole('button', { name: /^Confirm/ });

describe('deciding on a phone', () => {
  test('the question and both buttons fit 360 × 740, deny on the left', async () => {
    const { page, context } = await phone(tomas);
    await page.goto(question());
    const [asked, no, yes] = await Promise.all([
      boxOf(page.getByRole('heading', { level: 1 })),
      boxOf(deny(page)),
      boxOf(approve(page)),
    ]);
    for (const box of [asked, no, yes]) {
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(740);
    }
    expect(no.x + no.width).toBeLessThan(yes.x);
    expect(Math.min(no.height, yes.height)).toBeGreaterThanOrEqual(64);
    await context.close();
  });

  for (const javaScript of [true, false])
    test(`approve, check, confirm, recorded ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
      const { page, context } = await phone(tomas, javaScript);
      await page.goto(question());
      const place = await boxOf(approve(page));
      await approve(page).click();
      await confirm(page).waitFor();
      expect(overlap(place, await boxOf(confirm(page))), 'Confirm lies where Approve was').toBe(false);
      expect(overlap(place, await boxOf(page.getByRole('link', { name: 'Go back' })))).toBe(true);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
        'when the incident commander approves too',
      );
      await page.getByLabel('Reason').fill('Two replicas are enough.');
      await confirm(page).click();
      await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
      expect(await page.locator('main').textContent()).toContain('ML on-call, you: approved');
      expect(await site.votes(id, 1)).toEqual([{ person: tomas, answer: 'approve', surface: 'console' }]);
      await context.close();
    });

  test('a double tap on Approve never approves', async () => {
    const { page, context } = await phone(tomas);
    await page.goto(question());
    const { x, y, width, height } = await boxOf(approve(page));
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await confirm(page).waitFor();
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await approve(page).waitFor();
    expect(await site.votes(id, 1)).toEqual([]);
    await context.close();
  });

  test('the second of two is told that it starts at once, and sees what followed', async () => {
    await answer(site, id, 1, mara, 'approve');
    const { page, context } = await phone(tomas);
    await page.goto(`${question()}?check=approve`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('It starts as soon as you confirm.');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
    expect(await page.getByRole('list', { name: 'What followed' }).textContent()).toContain(
      'Cut traffic to the model: running',
    );
    await context.close();
  });

  test('a deny without a reason is not sent; with one it stands', async () => {
    const { page, context } = await phone(tomas, false);
    await page.goto(question());
    await deny(page).click();
    await confirm(page).click();
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was sent yet');
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.getByLabel('Reason').getAttribute('aria-invalid')).toBe('true');
    expect(await site.votes(id, 1)).toEqual([]);
    await page.getByLabel('Reason').fill('The queue is closed until 06:00.');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'Denied. Your answer is recorded.' }).waitFor();
    await context.close();
  });

  test('somebody was faster: your tap changed nothing, and who it was', async () => {
    const { page, context } = await phone(tomas, false);
    await page.goto(`${question()}?check=approve`);
    await answer(site, id, 1, mara, 'deny', 'A false alarm.');
    await confirm(page).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Already decided. Your tap changed nothing.',
    );
    expect(await page.locator('main').textContent()).toMatch(/Denied by Mara Lindqvist at .* in Slack/);
    await context.close();
  });

  test('too late: the default counts, and the page says so', async () => {
    const { page, context } = await phone(tomas, false);
    await page.goto(`${question()}?check=approve`);
    await site.move(11 * MINUTE);
    await confirm(page).click();
    const words = await page.locator('main').textContent();
    expect(words).toContain('Your tap changed nothing.');
    expect(words).toContain('Nobody answered in time. It counts as deny');
    await context.close();
  });

  test('whoever is not asked sees who is, and gets no buttons; a forged post is refused', async () => {
    const { page, context } = await phone(ingrid);
    await page.goto(question());
    expect(await page.getByText('Mara Lindqvist and Tomas Okafor').count()).toBe(1);
    expect(await approve(page).count()).toBe(0);
    const forged = await page.request.post(question(), {
      form: { answer: 'approve', confirm: 'yes' },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect(forged.status()).toBe(403);
    expect(await forged.text()).toContain('Your answer was not taken.');
    expect(await site.votes(id, 1)).toEqual([]);
    await context.close();
  });

  test('whoever opened the incident cannot decide on it', async () => {
    const own = await site.open(tamperedModel(), { requester: tomas });
    await site.move(10_000);
    const { page, context } = await phone(tomas);
    await page.goto(`/incidents/${own.id}/decisions/1`);
    expect(await page.locator('main').textContent()).toContain(
      'You opened this incident, so another person must answer.',
    );
    expect(await approve(page).count()).toBe(0);
    await context.close();
  });

  test('an approve without the check gets the check, not an approval', async () => {
    const { page, context } = await phone(tomas);
    const hasty = await page.request.post(question(), {
      form: { answer: 'approve' },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect(hasty.status()).toBe(409);
    expect(await hasty.text()).toContain('Confirm: ');
    expect(await site.votes(id, 1)).toEqual([]);
    await context.close();
  });

  test('no connection: not confirmed, nothing typed is lost, sending again counts once', async () => {
    const { page, context } = await phone(tomas);
    await page.goto(`${question()}?check=approve`);
    await page.getByLabel('Reason').fill('Two replicas are enough.');
    await context.setOffline(true);
    await confirm(page).click();
    await page.getByRole('alert').getByText('Not confirmed. Your answer may not have arrived.').waitFor();
    await context.setOffline(false);
    expect(await page.getByLabel('Reason').inputValue()).toBe('Two replicas are enough.');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
    expect(await site.votes(id, 1)).toHaveLength(1);
    await context.close();
  });

  test('an answer can be changed until it stands', async () => {
    await answer(site, id, 1, tomas, 'approve');
    const { page, context } = await phone(tomas, false);
    await page.goto(question());
    await page.getByRole('link', { name: 'Change my answer' }).click();
    await deny(page).click();
    await page.getByLabel('Reason').fill('On second thought.');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'Denied. Your answer is recorded.' }).waitFor();
    await context.close();
  });

  test('a failed step is taken over by hand with its outputs, all or none', async () => {
    site.acted(id).breakNext('model.rollback', 'The registry answered 503.', 9);
    await answer(site, id, 1, mara, 'approve');
    await answer(site, id, 1, tomas, 'approve');
    await site.move(MINUTE);
    const { page, context } = await phone(mara, false);
    await page.goto(`/incidents/${id}/decisions/2`);
    await page.getByRole('link', { name: /^Take over by hand/ }).click();
    await page.getByLabel('Reason').fill('Rolled back in the registry itself.');
    await page.getByLabel('from', { exact: true }).fill('v41');
    await confirm(page).click();
    expect(await page.getByRole('alert').textContent()).toContain('Give all outputs or none.');
    expect(await page.getByLabel('from', { exact: true }).inputValue()).toBe('v41');
    await page.getByLabel('to', { exact: true }).fill('v40');
    await page.getByLabel('detail').fill('by hand');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'Taken over by hand. Your answer is recorded.' }).waitFor();
    expect((await site.view(id)).steps['recover/recover/rollback']).toMatchObject({
      status: 'taken-over',
      outputs: { from: 'v41', to: 'v40', detail: 'by hand' },
    });
    await context.close();
  });
});
