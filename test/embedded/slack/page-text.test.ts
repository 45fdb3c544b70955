import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writtenText } from '../../../src/embedded/slack/page/compose.ts';
import { epochOf, localOf, slackDate } from '../../../src/embedded/slack/page/dates.ts';
import { launch, picture, visit } from './browser.ts';
import { ASHA, BEN, openPageApp } from './page-app.ts';

vi.setConfig({ testTimeout: 90_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What Asha sees of a message with these blocks or this text. */
async function shown(message: {
  text: string;
  blocks?: object[];
}): Promise<{ page: Page; html: string; troubles: string[] }> {
  const { slack, app, channel } = await openPageApp();
  await app.client.chat.postMessage({ channel, text: message.text, blocks: message.blocks as never });
  const { as, troubles } = await visit(browser, slack);
  const page = await as(ASHA, `/c/${channel}`);
  return { page, html: await page.locator('.said').innerHTML(), troubles };
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

describe('text of apps', () => {
  test('markup is drawn as Slack draws it', async () => {
    const { html } = await shown({
      text: '*bold* _italic_ ~gone~ `co*d*e` snake_case_name 2*3*4 <https://example.com/a?b=1&amp;c=2|a page> <mailto:a@b.example>\n&gt; said &amp; done\n```\n<b> *x*\n``` <@U0BEN> <!subteam^S0SAFETY> <!here> <#C0NONE> <!date^1780000000^{date_short} {time}^https://example.com|then>',
    });
    for (const part of [
      '<strong>bold</strong> <em>italic</em> <s>gone</s> <code>co*d*e</code> snake_case_name 2*3*4 ',
      '<a href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer"><bdi>a page</bdi></a>',
      '<blockquote class="lines">said &amp; done</blockquote>',
      '<pre><code>&lt;b&gt; *x*</code></pre>',
      '@<bdi>Ben Okafor</bdi>',
      '<strong class="mention own">@<bdi>safety</bdi></strong>',
      '@here',
      '#unknown channel C0NONE',
      '<bdi><time datetime="2026-05-28T20:26:40.000Z">28 May 2026 22:26</time></bdi></a>',
    ])
      expect(html).toContain(part);
  });

  test('hostile text stays text: no element, no script, no link to code', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(1)</script>"\'><svg/onload=alert(1)> \u202eRTL\u2066';
    const { page, troubles } = await shown({
      text: 'fallback',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: evil } },
        section(`${evil} <javascript:alert(1)|click> <data:text/html,x|click> <https://a.example"onmouseover="x|y>`),
        { type: 'section', fields: [{ type: 'mrkdwn', text: evil }] },
        {
          type: 'context',
          elements: [
            { type: 'mrkdwn', text: evil },
            { type: 'image', image_url: 'https://a.example/x.png', alt_text: evil },
          ],
        },
        {
          type: 'markdown',
          text: `# ${evil}\n\n[x](javascript:alert(1)) <b onclick=alert(1)>b</b>\n\n| a | b |\n|---|---|\n| ${'c'.repeat(300)} | d |`,
        },
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: evil, style: { bold: true } },
                { type: 'link', url: 'javascript:alert(1)', text: 'x' },
              ],
            },
          ],
        },
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'x"><b>',
              text: { type: 'plain_text', text: evil.slice(0, 70) },
              value: '"><script>',
            },
          ],
        },
      ],
    });
    const said = page.locator('.said');
    expect(
      await said.locator('img, script, svg, b, [onerror], [onclick], [onload], [onmouseover], [style]').count(),
    ).toBe(0);
    const hrefs = await said.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const href of hrefs) expect(href).toMatch(/^https:\/\//);
    expect(await said.textContent()).toContain('<img src=x onerror=alert(1)><script>alert(1)</script>');
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await picture(page, 'slack-hostile');
    expect(troubles).toEqual([]);
  });

  test('a line of nothing but marks is drawn in no time', async () => {
    const { page } = await shown({ text: '*a _b ~c `d <e '.repeat(2500) });
    const { duration } = (await page.evaluate(
      'fetch(location.href).then(() => ({ duration: performance.getEntriesByType("resource").at(-1).duration }))',
    )) as { duration: number };
    expect(duration).toBeLessThan(2000);
  });

  test('nothing is loaded from elsewhere and nothing inline runs', async () => {
    const { slack } = await openPageApp();
    const { page } = await visit(browser, slack);
    const policy = (await page.request.get('/')).headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test('the permanent address of a message leads to it, as oneself in Slack, after asking who one is from elsewhere', async () => {
    const { slack, app, channel } = await openPageApp();
    const { ts = '' } = await app.client.chat.postMessage({ channel, text: 'The first sign' });
    const reply = await app.client.chat.postMessage({ channel, text: 'A reply', thread_ts: ts });
    const { permalink = '' } = await app.client.chat.getPermalink({ channel, message_ts: reply.ts ?? '' });
    await app.client.chat.postMessage({ channel, text: `<${permalink}|see there>` });
    const { as, page: elsewhere } = await visit(browser, slack);
    await elsewhere.goto(permalink);
    await elsewhere.getByRole('link', { name: 'Asha Rao' }).click();
    expect(new URL(elsewhere.url()).pathname).toBe(`/as/${ASHA}/c/${channel}/t/${ts}`);
    const page = await as(BEN, `/c/${channel}`);
    await page.getByRole('link', { name: 'see there' }).click();
    expect(new URL(page.url()).pathname).toBe(`/as/${BEN}/c/${channel}/t/${ts}`);
    expect(await page.locator(':target').textContent()).toContain('A reply');
  });

  test('a file is saved through the message that carries it, by those who see the message', async () => {
    const { slack, app, channel } = await openPageApp();
    await app.client.filesUploadV2({
      channel_id: channel,
      file: Buffer.from('<script>1</script>'),
      filename: 'état.html',
      title: 'Report',
    });
    const { as } = await visit(browser, slack);
    const page = await as(ASHA, `/c/${channel}`);
    const link = page.getByRole('list', { name: 'Files' }).getByRole('link', { name: 'Report' });
    const answer = await page.request.get((await link.getAttribute('href')) ?? '');
    expect(answer.headers()).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers()['content-disposition']).toBe("attachment; filename*=UTF-8''%C3%A9tat.html");
    expect(await answer.text()).toBe('<script>1</script>');
    expect((await page.request.get('/as/U0GUEST/files/C0NOPE/1.1/F1')).status()).toBe(404);
  });
});

describe('text of people', () => {
  const workspace = {
    users: () => [{ id: 'U1', name: 'asha', deleted: false }],
    groups: () => [{ id: 'S1', handle: 'safety', disabled: false }],
    channels: () => [{ id: 'C1', name: 'incidents', kind: 'public' }],
  } as never;

  test('names become mentions, addresses links, and all else is escaped', () => {
    expect(
      writtenText('@asha and @safety: #incidents, @nobody a@asha <b> & https://a.example/x?y=1&z=2.', workspace),
    ).toBe(
      '<@U1> and <!subteam^S1>: <#C1|incidents>, @nobody a@asha &lt;b&gt; &amp; <https://a.example/x?y=1&amp;z=2>.',
    );
  });
});

describe('dates', () => {
  test('are shown in the zone of the reader, as the app asked', () => {
    const at = Date.UTC(2026, 2, 18, 23, 30) / 1000;
    const now = Date.UTC(2026, 2, 18, 12);
    expect(slackDate('{date_num} {time}', at, now, 'UTC')).toBe('2026-03-18 23:30');
    expect(slackDate('{date_short} at {time}', at, now, 'Asia/Tokyo')).toBe('19 Mar 2026 at 08:30');
    expect(slackDate('{date_short_pretty}', at, now, 'UTC')).toBe('today');
    expect(slackDate('{ago}', at, now, 'UTC')).toBe('in 12 hours');
    expect(slackDate('{nonsense}', at, now, 'UTC')).toBeNull();
    expect(slackDate('{time}', Number.NaN, now, 'UTC')).toBeNull();
  });

  test('a local time means the same moment there and back, also in the night when clocks change', () => {
    for (const local of ['2026-03-29T03:30', '2026-10-25T12:00', '2026-01-01T00:00', '2026-06-30T23:59'])
      for (const zone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'])
        expect(localOf(epochOf(local, zone) ?? 0, zone)).toBe(local);
    expect(epochOf('2026-07-01T12:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 10) / 1000);
    expect(epochOf('yesterday', 'UTC')).toBeNull();
  });
});
