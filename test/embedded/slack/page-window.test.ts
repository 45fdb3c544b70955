import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launch, picture, visit } from './browser.ts';
import { ASHA, openPageApp, type PageApp } from './page-app.ts';

vi.setConfig({ testTimeout: 90_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Asha has opened the app's window with every kind of field. */
async function openWindow(): Promise<PageApp & { page: Page; troubles: string[] }> {
  const it = await openPageApp();
  const { as, troubles } = await visit(browser, it.slack);
  const page = await as(ASHA, `/c/${it.channel}`);
  await page.getByText('Shortcuts and commands').click();
  await page.getByRole('button', { name: 'Report of Tocsin' }).click();
  await page.getByRole('dialog', { name: 'Report' }).waitFor();
  return { ...it, page, troubles };
}

async function fillRequired(page: Page, title: string): Promise<void> {
  await page.getByRole('textbox', { name: 'What happened?' }).fill('It told a user\nto mix bleach');
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.getByRole('combobox', { name: 'Which AI system?' }).selectOption('Chat');
  await page.getByRole('group', { name: 'Is anybody harmed?' }).getByLabel('No').check();
  await page.getByRole('group', { name: 'What is it about?' }).getByLabel('Leak').check();
}

describe('a window of the app', () => {
  test('what is missing is said at each field before the app hears of it, and focus is on the first', async () => {
    const { page, heard } = await openWindow();
    await page.getByRole('textbox', { name: 'Title' }).fill('Four');
    await page.getByRole('textbox', { name: 'Your mail address' }).fill('asha at home');
    await page.getByRole('button', { name: 'Report it' }).click();
    const title = page.getByRole('textbox', { name: 'Title' });
    await expect.poll(() => title.getAttribute('aria-invalid')).toBe('true');
    const summary = await page.getByRole('alert').textContent();
    expect(summary).toContain('Nothing was sent.');
    expect(summary).toContain('What happened? – ');
    expect(summary).toContain('Title – Must be at least 5 characters.');
    expect(summary).toContain('Your mail address – Enter a mail address, such as name@example.com.');
    expect(summary).not.toContain('Which day?');
    expect(await title.inputValue()).toBe('Four');
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toContain('What happened?');
    await picture(page, 'slack-window-errors');
    expect(heard).toEqual([{ what: 'shortcut', by: ASHA, detail: null }]);
  });

  test('what the app refuses is said at its field; put right, every kind of answer arrives as Slack gives it', async () => {
    const { page, heard, channel, slack, troubles } = await openWindow();
    await fillRequired(page, 'wrong');
    await page.getByRole('button', { name: 'Report it' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('There is an incident of that name.');
    expect(await page.getByRole('textbox', { name: 'Title' }).getAttribute('aria-invalid')).toBe('true');

    await page.getByRole('textbox', { name: 'Title' }).fill('Bleach advice');
    await page.getByRole('combobox', { name: 'Who saw it?' }).selectOption('Ben Okafor');
    await page.getByRole('combobox', { name: 'Where?' }).selectOption('#incidents');
    await page.getByLabel('Which day?').fill('2026-03-18');
    await page.getByLabel('What time?').fill('09:30');
    await page.getByLabel('Since when?').fill('2026-07-01T12:00');
    await page.getByLabel('How many people?').fill('12');
    await page.getByLabel('Your mail address').fill('asha@example.com');
    await page.getByLabel('A link').fill('https://example.com/chat/7');
    await page.getByRole('button', { name: 'Report it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(heard.at(-1)).toMatchObject({
      what: 'report',
      by: ASHA,
      detail: {
        what: { a: { value: 'It told a user\nto mix bleach' } },
        title: { a: { value: 'Bleach advice' } },
        system: { a: { selected_option: { value: 'chat' } } },
        who: { a: { selected_user: 'U0BEN' } },
        where: { a: { selected_channel: channel } },
        harm: { a: { selected_option: { value: 'no' } } },
        tags: { a: { selected_options: [{ value: 'leak' }] } },
        day: { a: { selected_date: '2026-03-18' } },
        hour: { a: { selected_time: '09:30' } },
        // Noon in Berlin, where Asha is.
        moment: { a: { selected_date_time: Date.UTC(2026, 6, 1, 10) / 1000 } },
        users: { a: { value: '12' } },
        mail: { a: { value: 'asha@example.com' } },
        link: { a: { value: 'https://example.com/chat/7' } },
      },
    });
    expect(slack.workspace.modals(ASHA)).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('a button in it tells the app what is filled in so far; the next window lies on top, and what was typed is still there', async () => {
    const { page, heard } = await openWindow();
    await fillRequired(page, 'Bleach advice');
    await page.getByRole('button', { name: 'Who is told?' }).click();
    await page.getByRole('dialog', { name: 'Who is told' }).waitFor();
    expect(heard.find(({ what }) => what === 'state')?.detail).toMatchObject({
      title: { a: { value: 'Bleach advice' } },
      tags: { a: { selected_options: [{ value: 'leak' }] } },
    });
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('dialog', { name: 'Report' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Bleach advice');
    expect(await page.getByRole('group', { name: 'What is it about?' }).getByLabel('Leak').isChecked()).toBe(true);
  });

  test('Enter submits it, Escape closes it and gives focus back to the page', async () => {
    const { page, heard } = await openWindow();
    await page.getByRole('textbox', { name: 'Title' }).press('Enter');
    await page.getByRole('alert').waitFor();
    expect(heard.map(({ what }) => what)).toEqual(['shortcut']);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
  });

  test('what one types in it stays when messages arrive', async () => {
    const { page, slack, channel } = await openWindow();
    await page.getByRole('textbox', { name: 'What happened?' }).fill('Half a sen');
    slack.workspace.say(channel, 'U0BEN', 'Is anybody there?');
    await page.getByText('Is anybody there?').waitFor();
    expect(await page.getByRole('textbox', { name: 'What happened?' }).inputValue()).toBe('Half a sen');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
  });

  test('an app that is not there leaves the window open, with what was typed', async () => {
    const { page, stop } = await openWindow();
    await fillRequired(page, 'Bleach advice');
    await stop();
    await page.getByRole('button', { name: 'Report it' }).click();
    await expect
      .poll(() => page.getByRole('dialog').getByRole('alert').textContent())
      .toContain('Tocsin is not connected');
    expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Bleach advice');
  });
});
