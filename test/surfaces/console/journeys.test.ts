import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launch, visit } from './browser.ts';
import { sealed, tamperedModel } from './plan.ts';
import { ingrid, mara, openSite, type TestSite, tomas } from './site.ts';
import { answer, say } from './stories.ts';

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

async function opened(): Promise<string> {
  const { id } = await site.open(tamperedModel());
  await site.move(10_000);
  return id;
}

describe('signing in', () => {
  test('a link works once, looking at it does not use it up, and signing out ends the session', async () => {
    const link = await site.link(mara);
    expect(await (await fetch(link)).text()).toContain('Sign in as <bdi>Mara Lindqvist</bdi>');
    const { page, context } = await visit(browser, site, { javaScript: false });
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(new URL(page.url()).pathname).toBe('/');
    const cookies = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('status').first().textContent()).toContain('You are signed out.');
    await context.addCookies(cookies);
    await page.goto('/incidents');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await page.goto(link);
    expect(await page.getByRole('alert').textContent()).toContain('was used before, or it has expired');
    await context.close();
  });

  test('by password, back to the page that was asked for, never to another site', async () => {
    await site.setPassword(mara, 'correct horse battery');
    const { page, context } = await visit(browser, site, { javaScript: false });
    await page.goto('/playbooks');
    const signIn = async () => {
      await page.getByLabel('Name or mail address').fill('mara@halden.example');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn();
    expect(new URL(page.url()).pathname).toBe('/playbooks');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto('/sign-in?to=//elsewhere.example/');
    await signIn();
    expect(page.url()).toBe(`${site.url}/`);
    await context.close();
  });
});

describe('without JavaScript', () => {
  test('a report that names a playbook but no system is told so beside the question', async () => {
    const inputs = { system: { type: 'ai-system' as const, from: null, default: null } };
    await site.publish(sealed({ ...tamperedModel(), playbook: 'odd-answers', title: 'Odd answers', inputs }));
    const { page, context } = await visit(browser, site, { person: mara, javaScript: false });
    await page.goto('/incidents/new');
    await page.getByLabel('1. What did you notice?').fill('It made up a policy');
    await page.getByLabel('3. What is it most like?').selectOption({ label: 'Odd answers (never drilled)' });
    await page.getByRole('button', { name: 'Open the incident' }).click();
    const system = page.getByLabel('2. Which AI system?');
    expect(await system.getAttribute('aria-invalid')).toBe('true');
    const described = await system.getAttribute('aria-describedby');
    expect(await page.locator(`#${described}`).textContent()).toContain(
      'This playbook needs an AI system: choose one under 2.',
    );
    expect(await page.getByLabel('1. What did you notice?').inputValue()).toBe('It made up a policy');
    await system.selectOption({ label: 'Support assistant' });
    await page.getByRole('button', { name: 'Open the incident' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('It made up a policy');
    await context.close();
  });

  test('report an incident, note, pause, resolve, close, reopen', async () => {
    await site.publish(tamperedModel());
    const { page, context } = await visit(browser, site, { person: mara, javaScript: false });
    await page.goto('/');
    await page.getByRole('link', { name: 'Report an incident' }).first().click();
    await page.getByLabel('1. What did you notice?').fill('The assistant quotes a policy that does not exist');
    await page.getByLabel('2. Which AI system?').selectOption({ label: 'Support assistant' });
    await page
      .getByLabel('3. What is it most like?')
      .selectOption({ label: 'Model artefact tampered with (never drilled)' });
    await page.getByRole('button', { name: 'Open the incident' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('quotes a policy');
    await page.getByText('Add a note').click();
    await page.getByLabel('Note').fill('Seen in two chats.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    expect(await page.locator('.log').first().textContent()).toContain('Mara Lindqvist noted: Seen in two chats.');
    const command = async (verb: string, field: string | null, words: string) => {
      const section = page.locator('#command details', { has: page.getByText(verb, { exact: true }) }).first();
      await section.locator('summary').click();
      if (field) await section.getByLabel(field).fill(words);
      await section.getByRole('button', { name: verb }).click();
    };
    await command('Pause', 'Reason', 'Counsel asked to wait.');
    expect(await page.locator('#strip').textContent()).toContain('Paused');
    await command('Resume', null, '');
    await command('Resolve', 'In a few lines', 'v40 serves again.');
    expect(await page.locator('#strip').textContent()).toContain('Resolved');
    expect(await page.locator('#next').textContent()).toContain('stand down, and close then');
    await command('Stand down', 'Reason', 'It is over.');
    await site.move(60_000);
    await page.reload();
    await command('Close', null, '');
    expect(await page.locator('#strip').textContent()).toContain('Closed');
    await command('Reopen', 'Reason', 'It came back.');
    expect(await page.locator('#strip').textContent()).not.toContain('Closed');
    await context.close();
  });

  test('commands are not offered to, and not taken from, whoever may not give them', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: ingrid });
    await page.goto(`/incidents/${id}`);
    expect(await page.locator('#command').count()).toBe(0);
    const forged = await page.request.post(`/incidents/${id}/commands`, {
      form: { command: 'stand-down', reason: 'x' },
      headers: { origin: site.url, accept: 'text/html' },
    });
    expect(forged.status()).toBe(403);
    expect(await forged.text()).toContain('You may not do this');
    await context.close();
  });

  test('a form posted from another site is refused', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: mara });
    const before = (await site.view(id)).seq;
    const forged = await page.request.post(`/incidents/${id}/notes`, {
      form: { text: 'planted' },
      headers: { origin: 'http://elsewhere.example', accept: 'text/html' },
    });
    expect(forged.status()).toBe(403);
    expect((await site.view(id)).seq).toBe(before);
    await context.close();
  });
});

describe('live', () => {
  test('the page follows the timeline, keeps what is being typed, and announces decisions', async () => {
    const id = await opened();
    const { page, context, troubles } = await visit(browser, site, { person: mara });
    await page.goto(`/incidents/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Add a note').click();
    await page.getByLabel('Note').fill('half a sent');
    await answer(site, id, 1, tomas, 'approve', 'Two replicas are enough.');
    await page.locator('.log').getByText('Tomas Okafor approved').waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('half a sent');
    await answer(site, id, 1, mara, 'approve');
    await page.locator('#plan').getByText('Running').first().waitFor();
    await page
      .locator('#announce')
      .getByText(/^Decided by/)
      .waitFor({ state: 'attached' });
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('focus stays on the button that had it when the page renews itself', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto(`/incidents/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^Approve/ }).focus();
    await say(site, id, tomas, { type: 'note', text: 'Something new.' });
    await page.locator('.log').getByText('Something new.').waitFor();
    expect(await page.evaluate('document.activeElement.dataset.key')).toBe('approve');
    await context.close();
  });

  test('Now shows the question the moment it is asked, and the clock moves', async () => {
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto('/');
    await page.getByText('Live', { exact: true }).waitFor();
    const { id } = await site.open(tamperedModel(), { title: 'Opened a moment ago' });
    await site.move(10_000);
    await page.locator(`a[href="/incidents/${id}"]`).waitFor();
    const clock = page.locator('.waiting .clock');
    const before = await clock.textContent();
    await expect.poll(() => clock.textContent(), { timeout: 5_000 }).not.toBe(before);
    await context.close();
  });

  test('a question decided elsewhere says so on the open phone', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: tomas, width: 360, height: 740 });
    const streaming = page.waitForResponse((response) => response.url().includes('/stream'));
    await page.goto(`/incidents/${id}/decisions/1`);
    await streaming;
    await answer(site, id, 1, mara, 'deny', 'A false alarm.');
    await page.getByRole('heading', { name: 'Already decided.' }).waitFor();
    await context.close();
  });
});

describe('by keyboard alone', () => {
  test('from Now to a confirmed approval', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Skip to the page');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/incidents');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.waitForURL(`**/incidents/${id}`);
    await page.keyboard.press('q');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.dataset.key')).toBe('approve');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/decisions/1?check=approve');
    await page.getByRole('button', { name: /^Confirm/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Approved. Your answer is recorded.' }).waitFor();
    await context.close();
  });

  test('? shows the keys; single letters can be turned off and stay off; typing is never taken for a key', async () => {
    const id = await opened();
    const { page, context } = await visit(browser, site, { person: mara });
    await page.goto(`/incidents/${id}`);
    await page.keyboard.press('n');
    expect(await page.evaluate('document.activeElement.id')).toBe('note-text');
    await page.keyboard.type('going');
    expect(await page.getByLabel('Note').inputValue()).toBe('going');
    await page.getByLabel('Note').fill('');
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.getByLabel('Single-letter keys are on').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.keyboard.press('n');
    expect(new URL(page.url()).pathname).toBe(`/incidents/${id}`);
    expect(await page.locator('#note').getAttribute('open')).toBeNull();
    await context.close();
  });
});
