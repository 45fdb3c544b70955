import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { faults, launch, picture, visit } from './browser.ts';
import { ASHA, BEN, openPageApp, postDecision } from './page-app.ts';

vi.setConfig({ testTimeout: 180_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const SCREENS = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'dark' },
  { width: 360, height: 740, scheme: 'light' },
  { width: 360, height: 740, scheme: 'dark' },
] as const;

test.each(SCREENS)('every page can be used by everybody, $width px wide, $scheme', async (screen) => {
  const it = await openPageApp();
  const { slack, app, channel } = it;
  const ts = await postDecision(it);
  await app.client.pins.add({ channel, timestamp: ts });
  await app.client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
  await app.client.chat.postMessage({ channel, text: 'The *weights* differ', thread_ts: ts });
  await app.client.chat.postEphemeral({ channel, user: ASHA, text: 'You may not decide this: you asked for it.' });
  await app.client.filesUploadV2({ channel_id: channel, file: Buffer.from('log'), filename: 'model.log' });
  slack.workspace.say(channel, BEN, `Looking at \`gpu-3\`, ${'long'.repeat(60)}`);

  const { page, troubles } = await visit(browser, slack, screen);
  const check = async (page: Page, name: string): Promise<void> => {
    await picture(page, `slack-${name}-${screen.width}-${screen.scheme}`);
    expect(await faults(page), name).toEqual([]);
  };
  await check(page, 'pick');
  await page.goto(`/as/${ASHA}`);
  await check(page, 'list');
  await page.goto(`/as/${ASHA}/c/${channel}/t/${ts}`);
  await check(page, 'thread');
  await page.goto(`/as/${ASHA}/c/${slack.workspace.channels().find(({ kind }) => kind === 'im')?.id}`);
  await check(page, 'empty');
  await page.goto(`/as/${ASHA}/c/${channel}`);
  await check(page, 'channel');
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('dialog').waitFor();
  await check(page, 'confirm');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('Shortcuts and commands').click();
  await check(page, 'menu');
  await page.getByRole('button', { name: 'Report of Tocsin' }).click();
  await page.getByRole('dialog').waitFor();
  await check(page, 'window');
  await page.getByRole('button', { name: 'Report it' }).click();
  await page.getByRole('alert').waitFor();
  await check(page, 'window-errors');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goto(`/as/${ASHA}`);
  await page.getByRole('link', { name: 'Home of Tocsin' }).click();
  await page.getByText('Waiting for you').waitFor();
  await check(page, 'home');
  await it.stop();
  await page.goto(`/as/${ASHA}/c/${channel}`);
  await page.getByRole('button', { name: 'Deny' }).click();
  await page.getByRole('alert').waitFor();
  await check(page, 'no-app');
  await page.goto(`/as/${ASHA}/c/C0NOWHERE`);
  await check(page, 'not-here');
  // The page that is not there is the browser's one complaint.
  expect(troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
});

test('all of it can be reached and used by the keyboard alone', async () => {
  const it = await openPageApp();
  await postDecision(it);
  const { as } = await visit(browser, it.slack);
  const page = await as(ASHA, `/c/${it.channel}`);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the conversation');
  const reached = new Set<string>();
  for (let step = 0; step < 40; step++) {
    reached.add(
      (await page.evaluate(
        '(document.activeElement.getAttribute("aria-label") || document.activeElement.placeholder || document.activeElement.textContent).trim()',
      )) as string,
    );
    await page.keyboard.press('Tab');
  }
  for (const name of [
    'Home of Tocsin',
    'Messages in #incidents',
    'Approve',
    'Open the console',
    'Message #incidents',
    'Send',
  ])
    expect(
      [...reached].some((one) => one.endsWith(name)),
      name,
    ).toBe(true);
  await page.getByRole('button', { name: 'Approve' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Take it out of service?' }).waitFor();
  // Focus is inside, does not leave, and comes back to the button.
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      ),
    ).toBe(true);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Approve');
});
