import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EventData, TOCSIN } from '../../../src/incident/events.ts';
import { oblige, planOf } from '../../support/plans.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { sealed } from './plan.ts';
import { ingrid, mara, openSite, type TestSite, tomas } from './site.ts';
import { HOSTILE } from './stories.ts';

vi.setConfig({ testTimeout: 120_000 });

const HOUR = 3_600_000;
let site: TestSite;
let browser: Browser;
const visits = new Map<string, Visit>();

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const person of [mara, ingrid, tomas]) visits.set(person, await visit(browser, site, { person }));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

type Opened = EventData<'obligation.opened'>;

/** An incident whose duties are written on its timeline as the engine writes them. */
async function withDuties(title: string, duties: Partial<Opened>[]): Promise<string> {
  const { id, acted } = await site.open(null, { title });
  for (const [i, more] of duties.entries()) {
    const awareAt = more.awareAt ?? site.now();
    const data: Opened = {
      number: i + 1,
      rule: {
        id: 'eu-gdpr-33',
        law: 'General Data Protection Regulation (EU) 2016/679',
        article: 'Art. 33(1)',
        jurisdiction: 'EU/EEA',
        whom: 'the competent supervisory authority',
        starts: 'the controller becomes aware',
        limitMs: 72 * HOUR,
        content: ['the nature of the breach', 'the contact point', 'likely consequences', 'measures taken'],
      },
      awareAt,
      dueAt: awareAt + 72 * HOUR,
      owner: 'legal-counsel',
      remindAt: [awareAt + 48 * HOUR],
      ...more,
    };
    acted.record({ at: site.now(), path: `legal/duty-${i + 1}`, type: 'obligation.opened', actor: TOCSIN, data });
  }
  await acted.moveTo(site.now());
  return id;
}

async function page(person: string, path: string) {
  const seen = visits.get(person);
  if (!seen) throw new Error(`nobody is signed in as ${person}`);
  const answer = await seen.page.goto(path);
  return { ...seen, status: answer?.status() ?? 0 };
}

async function sound(person: string, path: string, name: string): Promise<Visit> {
  const { status, ...seen } = await page(person, path);
  expect(status, name).toBe(200);
  for (const width of WIDTHS) {
    await seen.page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await seen.page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(seen.page), `${name}, ${width} px`).toEqual([]);
    await picture(seen.page, `${name}-${width}`);
    await seen.page.emulateMedia({ colorScheme: 'dark' });
    expect(await faults(seen.page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
    if (width === 1440) await picture(seen.page, `${name}-dark`);
  }
  return seen;
}

describe('duties to notify', () => {
  test('stand on the page of the incident, what is due first first, on both clocks', async () => {
    const id = await withDuties('A leak', [
      {},
      { awareAt: site.now() - 60 * HOUR },
      { awareAt: site.now() - 80 * HOUR },
      { owner: 'communications-lead', awareAt: site.now() - 10 * HOUR },
    ]);
    const seen = await sound(ingrid, `/incidents/${id}`, 'duties-incident');
    const rows = seen.page.locator('#duties li');
    expect(await rows.locator('.state').allTextContents()).toEqual(['Overdue', 'Due soon', 'Due', 'Due']);
    const words = await rows.allTextContents();
    expect(words[0]).toMatch(/late 8:0\d:\d\d/);
    expect(words[0]).toContain('Tell the competent supervisory authority');
    expect(words[0]).toMatch(/Due Wed 18 Nov 2026, 18:\d\d UTC \(Wed 18 Nov 2026, 19:\d\d CET\)/);
    // Without colour: a square for what is wrong, a diamond for what is soon.
    expect(await rows.nth(0).locator('use').first().getAttribute('href')).toBe('#fail');
    expect(await rows.nth(1).locator('use').first().getAttribute('href')).toBe('#caution');
    expect(words[2]).not.toContain('you may settle it');
    expect(words[3]).toContain('you may settle it');
    expect(await seen.page.locator('#next').textContent()).toContain('past its limit');
  });

  test('one is read and settled on a page of its own: refused without words, done with them', async () => {
    const { id } = await site.open(sealed(planOf([oblige('first'), oblige('second')])), { title: 'A leak to settle' });
    const address = `/incidents/${id}/obligations/1`;
    const { page: at } = await sound(ingrid, address, 'duty');
    await at.getByRole('link', { name: /It was given outside Tocsin/ }).click();
    await sound(ingrid, `${address}?check=met`, 'duty-check');
    await at.getByLabel('How was it given?').fill('   ');
    await at.getByRole('button', { name: 'Confirm: the notice was given' }).click();
    await at.getByText('Error: Say it in one line at least.').waitFor();
    expect(await faults(at)).toEqual([]);
    await at.getByLabel('How was it given?').fill('Filed by hand, receipt 4711');
    await at.getByLabel('When was it given?').fill('2001-01-01T00:00');
    await at.getByRole('button', { name: 'Confirm: the notice was given' }).click();
    await at.getByText('2001-01-01T00:00Z is before').waitFor();
    await at.goto(`${address}?check=met`);
    await at.getByLabel('How was it given?').fill('Filed by hand, receipt 4711');
    const given = new Date(Math.floor(site.now() / 60_000) * 60_000);
    await at.getByLabel('When was it given?').fill(given.toISOString().slice(0, 16));
    await at.getByRole('button', { name: 'Confirm: the notice was given' }).click();
    // The page before has a heading that begins alike.
    await at.getByRole('heading', { name: 'It was given', exact: true }).waitFor();
    expect((await site.view(id)).obligations[0]?.met).toMatchObject({
      how: 'Filed by hand, receipt 4711',
      person: ingrid,
      late: false,
      givenAt: given.getTime(),
    });
    await sound(ingrid, address, 'duty-settled');
    expect(await at.getByRole('link', { name: /outside Tocsin/ }).count()).toBe(0);
  });

  test('without scripts and by keyboard alone it is settled as well', async () => {
    const { id } = await site.open(sealed(planOf([oblige('gdpr')])), { title: 'Plain forms' });
    const plain = await visit(browser, site, { person: mara, javaScript: false });
    await plain.page.goto(`/incidents/${id}/obligations/1?check=waived`);
    await plain.page.getByLabel('Why need it not be given?').focus();
    await plain.page.keyboard.type('No personal data was in it');
    await plain.page.keyboard.press('Tab');
    await plain.page.keyboard.press('Enter');
    await plain.page.getByRole('heading', { name: 'It need not be given' }).waitFor();
    expect((await site.view(id)).obligations[0]?.waived).toMatchObject({ person: mara });
    await plain.context.close();
  });

  test('somebody who does not answer for it reads it and is not offered to settle it, nor taken at their word', async () => {
    const id = await withDuties('Not yours', [{}]);
    const address = `/incidents/${id}/obligations/1`;
    const { page: at } = await sound(tomas, address, 'duty-not-mine');
    expect(await at.getByRole('link', { name: /outside Tocsin/ }).count()).toBe(0);
    expect(await at.getByText('Not yours to settle').count()).toBe(1);
    const answer = await at.request.post(address, {
      form: { outcome: 'met', text: 'By hand' },
      headers: { origin: site.url },
    });
    expect(answer.status()).toBe(403);
    expect(await answer.text()).toContain('answered for by legal counsel');
    expect((await site.view(id)).obligations[0]?.met).toBeUndefined();
  });

  test('Now and the list say what is due, also when nothing else is open', async () => {
    const id = await withDuties('Resolved, and not told yet', [{ awareAt: site.now() - 100 * HOUR }]);
    const { page: now } = await sound(ingrid, '/', 'duties-now');
    const rows = now.locator('section[aria-labelledby=dt] li');
    expect(await rows.first().textContent()).toMatch(/Overdue/);
    expect(await rows.first().textContent()).toContain(id);
    await sound(ingrid, '/incidents', 'duties-list');
    expect(await now.locator('.inc', { hasText: id }).textContent()).toMatch(/Overdue to tell the competent/);
  });

  test('hostile words of a rule stay words', async () => {
    const rule = {
      id: 'hostile',
      law: HOSTILE.slice(0, 290),
      article: HOSTILE.slice(0, 190),
      jurisdiction: '<b>x</b>',
      whom: HOSTILE.slice(0, 290),
      starts: '<i>aware</i>',
      limitMs: HOUR,
      content: [HOSTILE.slice(0, 290)],
    };
    const id = await withDuties('Hostile rule', [{ rule, dueAt: site.now() + HOUR, remindAt: [] }]);
    const { page: at } = await sound(ingrid, `/incidents/${id}/obligations/1`, 'duty-hostile');
    expect(await at.locator('main img, main b img, main i').count()).toBe(0);
    await sound(ingrid, `/incidents/${id}`, 'duties-hostile');
  });
});
