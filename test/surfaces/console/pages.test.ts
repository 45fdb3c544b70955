import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { severityLabel } from '../../../src/incident/severity.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { ingrid, mara, openSite, sofia, type TestSite, tomas } from './site.ts';
import { HOSTILE, stories } from './stories.ts';

/** Every page and state, at three widths, light and dark: nothing that axe finds, no sideways scroll, no console error. */
// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;
const visits = new Map<string, Visit>();

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const person of [mara, tomas, ingrid, sofia]) visits.set(person, await visit(browser, site, { person }));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function sound(person: string, path: string, name: string, status = 200): Promise<Visit> {
  const seen = visits.get(person);
  if (!seen) throw new Error(`nobody is signed in as ${person}`);
  const answer = await seen.page.goto(path);
  expect(answer?.status(), `${name} at ${path}`).toBe(status);
  await soundHere(seen, name, status);
  return seen;
}

async function soundHere({ page, troubles }: Visit, name: string, status = 200): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`, !name.includes('hostile'));
    await page.emulateMedia({ colorScheme: 'dark' });
    if (width !== 768) expect(await faults(page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
  }
  // The browser itself reports a page that answers with an error status.
  const own = troubles.filter((trouble) => status < 400 || !trouble.includes('Failed to load resource'));
  expect(own, `${name}: console`).toEqual([]);
  troubles.length = 0;
  expect(await page.title()).toMatch(/ – Tocsin$/);
}

describe('every page is sound', () => {
  test('before signing in', async () => {
    const nobody = await visit(browser, site);
    visits.set('nobody', nobody);
    await sound('nobody', '/sign-in', 'sign-in');
    await sound('nobody', '/sign-in?signed-out', 'signed-out');
    await sound('nobody', '/sign-in/tocsin_link_unknown', 'link-spent', 401);
    await sound('nobody', await site.link(mara), 'link');
    const { page } = await sound('nobody', '/sign-in', 'sign-in');
    await page.getByLabel('Name or mail address').fill('mara-lindqvist');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('do not match');
    await soundHere(nobody, 'wrong-password', 401);
  });

  test('when all is quiet', async () => {
    const { page } = await sound(mara, '/', 'now-quiet');
    expect(await page.getByRole('heading', { name: 'All quiet.' }).count()).toBe(1);
    await sound(mara, '/incidents', 'incidents-none');
    await sound(mara, '/incidents/new', 'new');
    await sound(mara, '/playbooks', 'playbooks-none');
    await sound(mara, '/nowhere', 'not-found', 404);
    await sound(mara, '/incidents/INC-2026-9999', 'no-incident', 404);
  });

  test('through the life of an incident', async () => {
    const { asked, halfway, failed, denied, undone, over, empty } = await stories(site);
    site.notices.push({
      code: 'slack-silent',
      message: 'Slack has not answered since 03:09. Questions still reach people here.',
      since: site.now(),
    });
    await sound(mara, '/', 'now');
    await sound(ingrid, '/', 'now-others');
    site.notices.length = 0;
    await sound(mara, '/incidents', 'incidents');
    await sound(mara, '/incidents?status=closed&q=zebra', 'incidents-filtered');
    await sound(mara, '/playbooks', 'playbooks');
    await sound(mara, '/playbooks/supply-chain-tampered-artifact', 'playbook');
    for (const [name, id] of Object.entries({ asked, halfway, failed, denied, undone, over, empty }))
      await sound(mara, `/incidents/${id}`, `incident-${name}`);
    await sound(ingrid, `/incidents/${asked}`, 'incident-not-mine');
    await sound(mara, `/incidents/${over}?show=decision`, 'timeline-decisions');
    await sound(mara, `/incidents/${over}?event=5`, 'timeline-event');
  }, 240_000);

  test('on the way to a decision', async () => {
    const { asked, halfway, failed, denied, late, hostile } = await stories(site);
    await sound(tomas, `/incidents/${asked}/decisions/1`, 'decide-question');
    await sound(tomas, `/incidents/${asked}/decisions/1?check=approve`, 'decide-check');
    await sound(tomas, `/incidents/${asked}/decisions/1?check=deny`, 'decide-deny');
    await sound(ingrid, `/incidents/${asked}/decisions/1`, 'decide-not-entitled');
    await sound(mara, `/incidents/${halfway}/decisions/1`, 'decide-answered');
    await sound(mara, `/incidents/${denied}/decisions/1`, 'decide-decided');
    await sound(mara, `/incidents/${late}/decisions/1`, 'decide-late');
    await sound(mara, `/incidents/${failed}/decisions/2`, 'decide-failure');
    await sound(mara, `/incidents/${failed}/decisions/2?check=take-over`, 'decide-take-over');
    await sound(mara, `/incidents/${hostile}/decisions/1`, 'decide-hostile');
    const refused = await sound(tomas, `/incidents/${asked}/decisions/1?check=deny`, 'decide-deny');
    await refused.page.getByRole('button', { name: 'Confirm: deny' }).click();
    await refused.page.getByText('Nothing was sent yet').waitFor();
    await soundHere(refused, 'decide-no-reason', 422);
    site.acted(asked).unreachable = true;
    await refused.page.getByLabel('Reason').fill('The queue is closed until 06:00.');
    await refused.page.getByRole('button', { name: 'Confirm: deny' }).click();
    await refused.page.getByRole('heading', { level: 1, name: /Not confirmed/ }).waitFor();
    await soundHere(refused, 'decide-unsure', 503);
    site.acted(asked).unreachable = false;
  }, 240_000);
});

describe('hostile text', () => {
  test('is shown as what it is: no markup, no reordering, no sideways scroll', async () => {
    const { hostile } = await stories(site);
    const { page } = await sound(mara, `/incidents/${hostile}`, 'incident-hostile');
    expect(await page.locator('main img, main script').count()).toBe(0);
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    expect(heading).toContain('<img src=x onerror=alert(1)>');
    expect(heading).toContain('\\u202e');
    expect(heading).not.toContain('\u202e');
    expect(await page.locator('body').textContent()).toMatch(/x{9000}/);
    expect(await page.title()).toContain(severityLabel('sev2'));
    expect(HOSTILE).toContain('\u202e');
  });
});

describe('the strict policy', () => {
  test('forbids whatever is not a file of our own, and no page needs more', async () => {
    const answer = await fetch(`${site.url}/sign-in`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/\sstyle=/);
    const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const asset of assets) {
      const file = await fetch(`${site.url}${asset}`);
      expect(file.status).toBe(200);
      expect(file.headers.get('cache-control')).toContain('immutable');
    }
    expect((await fetch(`${site.url}/assets/0/%2e%2e%2froutes.tsx`)).status).toBe(404);
  });
});
