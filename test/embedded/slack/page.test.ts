import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launch, picture, visit } from './browser.ts';
import { ASHA, BEN, type Heard, openPageApp, postDecision } from './page-app.ts';

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 90_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const of = (heard: Heard[], what: string): Heard[] => heard.filter((one) => one.what === what);

describe('who one is', () => {
  test('nobody gets in without the key; with it one picks a person, and each tab can be another', async () => {
    const { slack, channel } = await openPageApp();
    const address = `${new URL(slack.pageUrl).origin}/as/${ASHA}/c/${channel}`;
    expect((await fetch(address)).status).toBe(401);

    const { page, as, troubles } = await visit(browser, slack);
    expect(page.url()).not.toContain('key');
    expect(await page.getByRole('main').getByRole('link').allTextContents()).toEqual([
      'Asha RaoIncident commander',
      'Ben OkaforSafety lead',
      'Gus Guestguest',
    ]);
    await page.getByRole('link', { name: 'Asha Rao' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('No conversation is open');
    const other = await as(BEN);
    expect(await other.getByRole('banner').textContent()).toContain('You are Ben Okafor, Safety lead');
    expect(await page.getByRole('banner').textContent()).toContain('You are Asha Rao');
    expect(await page.getByRole('banner').textContent()).toContain('Nothing here leaves this machine');
    expect(troubles).toEqual([]);
  });

  test('the deactivated have no screen, and people see no channel that they are not in', async () => {
    const { slack, channel, app } = await openPageApp();
    const { as } = await visit(browser, slack);
    expect(await (await as('U0GONE')).getByRole('heading', { level: 1 }).textContent()).toBe('Not here');
    const secret = await app.client.conversations.create({ name: 'hr', is_private: true });
    const page = await as(BEN, `/c/${secret.channel?.id}`);
    expect(await page.getByRole('main').textContent()).toContain('You see no such channel.');
    expect(await page.getByText('hr', { exact: true }).count()).toBe(0);
    await page.goto(`/as/U0GUEST/c/${channel}`);
    expect(await page.getByRole('navigation', { name: 'Conversations' }).count()).toBe(1);
  });
});

describe('messages', () => {
  test('what others write appears at once, marks channels as unread, and calls people by name', async () => {
    const { slack, app, channel } = await openPageApp();
    const { as, troubles } = await visit(browser, slack);
    const asha = await as(ASHA, `/c/${channel}`);
    const ben = await as(BEN);
    await expect.poll(() => asha.getByText('No message yet.').count()).toBe(1);

    await app.client.chat.postMessage({ channel, text: `<@${BEN}>, look at *this*` });
    const item = ben.getByRole('link', { name: /incidents/ });
    await expect.poll(() => item.textContent()).toContain('1 for you');
    expect(await ben.title()).toMatch(/^\(1\) /);
    await asha.getByText('look at').waitFor({ timeout: 5000 });

    await item.click();
    await ben.getByRole('textbox', { name: 'Message to #incidents' }).fill('I do, @asha: `df` says <90%');
    await ben.keyboard.press('Enter');
    const said = asha.getByRole('article').last();
    await expect.poll(() => said.textContent()).toContain('I do, @Asha Rao: df says <90%');
    expect(await said.locator('.mention.own').textContent()).toBe('@Asha Rao');
    expect(await ben.getByRole('textbox', { name: 'Message to #incidents' }).inputValue()).toBe('');
    await expect.poll(() => ben.title()).toMatch(/^#incidents/);
    expect(troubles).toEqual([]);
  });

  test('what one is writing stays when something else arrives', async () => {
    const { slack, app, channel } = await openPageApp();
    const { as } = await visit(browser, slack);
    const page = await as(ASHA, `/c/${channel}`);
    const box = page.getByRole('textbox', { name: 'Message to #incidents' });
    await box.fill('half a thou');
    await app.client.chat.postMessage({ channel, text: 'Something happened' });
    await page.getByText('Something happened').waitFor();
    expect(await box.inputValue()).toBe('half a thou');
    expect(await page.evaluate('document.activeElement.id')).toBe('say');
  });

  test('a thread opens beside the channel, with its replies and a place to answer', async () => {
    const it = await openPageApp();
    const { slack, app, channel } = it;
    const ts = await postDecision(it);
    await app.client.pins.add({ channel, timestamp: ts });
    await app.client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
    await app.client.chat.postMessage({ channel, thread_ts: ts, text: 'The weights differ' });
    const { as, troubles } = await visit(browser, slack);
    const page = await as(ASHA, `/c/${channel}`);
    expect(await page.getByRole('navigation', { name: 'Pinned messages' }).textContent()).toContain('Take the model');
    expect(await page.getByRole('list', { name: 'Reactions' }).textContent()).toContain('eyes from Tocsin');
    await page.getByRole('link', { name: /^1 reply/ }).click();
    const thread = page.getByRole('region', { name: 'Thread' });
    expect(await thread.textContent()).toContain('The weights differ');
    await picture(page, 'slack-thread');
    await thread.getByRole('textbox', { name: 'Reply in this thread' }).fill('Since 09:30');
    await thread.getByRole('button', { name: 'Send' }).click();
    await thread.getByText('Since 09:30').waitFor();
    expect(slack.workspace.messages(channel, ts).map(({ text }) => text)).toEqual([
      'The weights differ',
      'Since 09:30',
    ]);
    await expect.poll(() => page.getByRole('main').textContent()).toContain('2 replies');
    expect(troubles).toEqual([]);
  });

  test('an ephemeral message is marked as such and shown to one person alone', async () => {
    const it = await openPageApp();
    const { slack, channel } = it;
    await postDecision(it);
    const { as } = await visit(browser, slack);
    const asha = await as(ASHA, `/c/${channel}`);
    const ben = await as(BEN, `/c/${channel}`);
    await asha.getByRole('button', { name: 'Deny' }).click();
    await asha.getByText('Only visible to you').waitFor();
    expect(await asha.getByRole('article').last().textContent()).toContain('decided at 10:04 by Ben');
    await ben.reload();
    expect(await ben.getByText('decided at 10:04').count()).toBe(0);
  });
});

describe('acting', () => {
  test('a button that asks first is sent only when confirmed; everybody sees what came of it', async () => {
    const it = await openPageApp();
    const { slack, channel, heard } = it;
    await postDecision(it);
    const { as, troubles } = await visit(browser, slack);
    const asha = await as(ASHA, `/c/${channel}`);
    const ben = await as(BEN, `/c/${channel}`);

    await asha.getByRole('button', { name: 'Approve' }).click();
    const sure = asha.getByRole('dialog', { name: 'Take it out of service?' });
    expect(await sure.textContent()).toContain('People lose the assistant');
    await picture(asha, 'slack-confirm');
    await asha.keyboard.press('Escape');
    await sure.waitFor({ state: 'detached' });
    expect(of(heard, 'approve')).toEqual([]);

    await asha.getByRole('button', { name: 'Approve' }).click();
    await sure.getByRole('button', { name: 'Take it out' }).click();
    await ben.getByText('Approved by @Asha Rao').waitFor({ timeout: 5000 });
    expect(await ben.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(of(heard, 'approve')).toEqual([{ what: 'approve', by: ASHA, detail: null }]);
    expect(troubles).toEqual([]);
  });

  test('what is chosen in a list is sent by its button', async () => {
    const it = await openPageApp();
    await postDecision(it);
    const { as } = await visit(browser, it.slack);
    const page = await as(BEN, `/c/${it.channel}`);
    await page.getByRole('combobox', { name: 'Severity' }).selectOption('SEV 2');
    expect(of(it.heard, 'choose')).toEqual([]);
    await page.getByRole('button', { name: 'Choose: Severity' }).click();
    await expect
      .poll(() => of(it.heard, 'choose'))
      .toMatchObject([{ by: BEN, detail: { selected_option: { value: '2' } } }]);
  });

  test('a button that leads elsewhere opens a tab of its own, and the app hears of it', async () => {
    const it = await openPageApp();
    await postDecision(it);
    const { as, context } = await visit(browser, it.slack);
    // Nothing is asked of the machine it names: it is not there.
    await context.route('https://tocsin.example/**', (route) => route.fulfill({ body: 'the console' }));
    const page = await as(ASHA, `/c/${it.channel}`);
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open the console' }).click(),
    ]);
    expect(tab.url()).toBe('https://tocsin.example/incidents/1');
    await expect.poll(() => of(it.heard, 'open')).toHaveLength(1);
    expect(new URL(page.url()).pathname).toBe(`/as/${ASHA}/c/${it.channel}`);
  });

  test('a slash lists the commands, and a command goes to the app, not into the channel', async () => {
    const { slack, channel, heard } = await openPageApp();
    const { as } = await visit(browser, slack);
    const page = await as(ASHA, `/c/${channel}`);
    const box = page.getByRole('textbox', { name: 'Message to #incidents' });
    await box.pressSequentially('/to');
    const list = page.getByRole('list', { name: 'Commands' });
    expect(await list.textContent()).toContain('/tocsin status');
    await box.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await box.inputValue()).toBe('/tocsin ');
    await box.pressSequentially('status all');
    await box.press('Enter');
    await page.getByText('Two incidents are open, you asked: status all').waitFor();
    expect(of(heard, 'command')).toEqual([{ what: 'command', by: ASHA, detail: 'status all' }]);

    await box.fill('/toxin');
    await box.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('"/toxin" is not a command here; commands: "/tocsin"');
    expect(await box.inputValue()).toBe('/toxin');
  });

  test('shortcuts: of a message by its menu, global ones by theirs', async () => {
    const it = await openPageApp();
    const { slack, channel, heard } = it;
    slack.workspace.say(channel, BEN, 'The bot insults people');
    const { as } = await visit(browser, slack);
    const page = await as(ASHA, `/c/${channel}`);
    await page.getByLabel(/^Actions for the message/).click();
    await page.getByRole('button', { name: 'Report this of Tocsin' }).click();
    await expect
      .poll(() => of(heard, 'message-shortcut'))
      .toMatchObject([{ by: ASHA, detail: 'The bot insults people' }]);
    await page.getByText('Shortcuts and commands').click();
    await page.getByRole('button', { name: 'Report of Tocsin' }).click();
    await page.getByRole('dialog', { name: 'Report' }).waitFor();
  });

  test('Home is asked of the app when it is opened, and its buttons work', async () => {
    const { slack, heard } = await openPageApp();
    const { as, troubles } = await visit(browser, slack);
    const page = await as(ASHA);
    await page.getByRole('link', { name: 'Home of Tocsin' }).click();
    await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
    expect(of(heard, 'home')).toHaveLength(1);
    await page.getByRole('button', { name: 'Approve' }).click();
    await expect.poll(() => of(heard, 'approve')).toMatchObject([{ by: ASHA }]);
    await picture(page, 'slack-home');
    expect(troubles).toEqual([]);
  });

  test('Home opens by its address as well, once, and again when it is reloaded', async () => {
    const { slack, heard } = await openPageApp();
    const { as } = await visit(browser, slack);
    const page = await as(ASHA, '/home');
    await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
    expect(of(heard, 'home')).toHaveLength(1);
    await page.reload();
    await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
    expect(of(heard, 'home')).toHaveLength(2);
  });

  test('Home says so when no app is there to show it', async () => {
    const it = await openPageApp();
    await it.stop();
    const page = await (await visit(browser, it.slack)).as(ASHA, '/home');
    const alert = page.getByRole('main').getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('Tocsin is not connected, so nothing reached it.');
  });

  test('an app that is not there is said where one pressed, and nothing seems done', async () => {
    const it = await openPageApp();
    await postDecision(it);
    await it.stop();
    const { as } = await visit(browser, it.slack);
    const page = await as(ASHA, `/c/${it.channel}`);
    await page.getByRole('button', { name: 'Deny' }).click();
    const alert = page.getByRole('article').getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('Tocsin is not connected, so nothing reached it.');
  });
});

describe('without the script', () => {
  test('everything can be read, pressed, confirmed and filled in', async () => {
    const it = await openPageApp();
    const { slack, channel, heard } = it;
    await postDecision(it);
    const { as } = await visit(browser, slack, { javaScript: false });
    const page = await as(ASHA, `/c/${channel}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Take it out' }).click();
    await page.getByText('Approved by @Asha Rao').waitFor();
    expect(of(heard, 'approve')).toHaveLength(1);
    await page.getByRole('textbox', { name: 'Message to #incidents' }).fill('/tocsin status');
    await page.getByRole('button', { name: 'Send' }).click();
    expect(await page.getByRole('main').textContent()).toContain('Two incidents are open');
    await page.getByText('Shortcuts and commands').click();
    const answered = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Report of Tocsin' }).click();
    await answered;
    await expect.poll(() => slack.workspace.modals(ASHA)).toHaveLength(1);
    await page.reload();
    await page.getByRole('textbox', { name: 'Title' }).fill('Kept');
    await page.getByRole('button', { name: 'Report it' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was sent.');
    expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Kept');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
