import { describe, expect, test } from 'vitest';
import type { SlackMessage } from '../../../src/embedded/slack/contract.ts';
import { BEN, buttonsOf, eventually, SCOPES, type Setting, said, setting } from './publishing.ts';

const ID = 'INC-2026-0147';

const cards = (messages: readonly SlackMessage[]) => messages.filter((one) => buttonsOf(one).length > 0);
const inOwn = (at: Setting, incident = ID) => at.messages(at.own(incident)?.id ?? '');
/** Everything that an open question brings about. */
const asked = (at: Setting) => {
  expect([cards(inOwn(at)).length, cards(at.dm(BEN)).length]).toEqual([1, 1]);
  expect(inOwn(at).filter(({ pinned }) => pinned)).toHaveLength(1);
};

describe('Slack away', () => {
  test.each(['refuse', 'hang', '503'] as const)(
    'for ten minutes (%s): what is true then is there, once, and nothing that is over',
    async (mode) => {
      const at = await setting();
      const { publisher } = at.server({ callTimeoutMs: 400 });
      const tale = at.tale(ID);
      await tale.open();
      await tale.ask();
      await eventually(() => asked(at));

      at.slack.troubles.impose({ kind: 'outage', mode });
      const other = at.tale('INC-2026-0148');
      await other.open();
      await other.ask();
      await tale.tell('decision.reminded');
      await tale.vote();
      await tale.tell('decision.made', { number: 1, outcome: 'approve', by: 'votes', people: ['ben'], reason: null });
      await tale.ask({ number: 2, question: 'Go back to v40?' });
      await eventually(() => {
        at.clock.advance(5_000);
        expect(publisher.stats().awaySince).not.toBeNull();
      });
      expect(publisher.notice()).toMatch(/^Slack cannot be used since \d\d:\d\d UTC .* Decide here/);
      at.clock.advance(600_000);

      at.slack.troubles.clear();
      await eventually(() => {
        at.clock.advance(5_000);
        const open = cards(inOwn(at));
        expect(open.map(({ text }) => text).join()).toContain('Go back to v40?');
        expect(open).toHaveLength(1);
        expect(cards(inOwn(at, 'INC-2026-0148'))).toHaveLength(1);
        expect(cards(at.dm(BEN))).toHaveLength(2);
        expect(inOwn(at).filter((one) => said(one).includes('Approved'))).toHaveLength(1);
      });
      const first = inOwn(at).find((one) => said(one).includes('Approved'));
      // Nobody is reminded of what has been decided since.
      expect(first && at.thread(first)).toEqual([]);
      expect(publisher.notice()).toBeNull();
      // A call that hung may have got through all the same: of these the first words can stand twice, never the buttons.
      if (mode !== 'hang') expect(at.messages(at.main)).toHaveLength(2);
    },
  );

  test('at the start: nothing fails, and the server catches up by itself', async () => {
    const at = await setting();
    at.slack.troubles.impose({ kind: 'outage', mode: 'refuse' });
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => {
      at.clock.advance(20_000);
    });
    at.slack.troubles.clear();
    await eventually(() => {
      at.clock.advance(5_000);
      asked(at);
    });
  });
});

describe('answers that are lost', () => {
  test('never leave two messages with buttons, nor two channels', async () => {
    const at = await setting();
    at.slack.troubles.impose({ kind: 'lose-answers', method: 'chat.postMessage', times: 6 });
    at.slack.troubles.impose({ kind: 'lose-answers', method: 'conversations.create', times: 1 });
    at.slack.troubles.impose({ kind: 'lose-answers', method: 'chat.update', times: 3 });
    at.server({ callTimeoutMs: 400 });
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => {
      at.clock.advance(2_000);
      asked(at);
    });
    expect(at.slack.workspace.channels().filter(({ name }) => name.includes('2026-0147'))).toHaveLength(1);
    // What was sent in vain says so itself.
    const strays = [...inOwn(at), ...at.dm(BEN)].filter((one) => said(one).includes('in the next message'));
    expect(strays.length).toBeGreaterThan(0);
    await tale.tell('decision.made', { number: 1, outcome: 'deny', by: 'default', people: [], reason: null });
    await eventually(() => expect(cards([...inOwn(at), ...at.dm(BEN)])).toEqual([]));
  });

  test('a click on a message that nobody knew of makes it true, from then on', async () => {
    const at = await setting();
    const { publisher } = at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    const channel = at.own(ID)?.id ?? '';
    // As after a database was restored from before it was sent.
    await at.house.pool.query(`DELETE FROM slack_posts WHERE key = 'decision/1/own'`);
    const stray = cards(inOwn(at))[0];
    await publisher.refresh(ID);
    await eventually(() => expect(cards(inOwn(at))).toHaveLength(2));
    // It stands in Slack a moment before its place is written down.
    const placed = `SELECT FROM slack_posts WHERE key = 'decision/1/own'`;
    await expect.poll(async () => (await at.house.pool.query(placed)).rowCount, { timeout: 15_000 }).toBe(1);
    await publisher.adopt(channel, stray?.ts ?? '', { incident: ID, number: 1, version: 0 });
    await tale.tell('decision.made', { number: 1, outcome: 'deny', by: 'default', people: [], reason: null });
    await eventually(() => expect(cards(inOwn(at))).toEqual([]));
  });
});

describe('servers', () => {
  test('a restart in the middle goes on where it was, and says nothing twice', async () => {
    const at = await setting();
    const first = at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    const before = inOwn(at).length;
    await first.end();
    await tale.vote();
    await tale.tell('decision.made', { number: 1, outcome: 'approve', by: 'votes', people: ['ben'], reason: null });
    const second = at.server();
    await eventually(() => expect(cards([...inOwn(at), ...at.dm(BEN)])).toEqual([]));
    expect(second.publisher.stats().leads).toBe(true);
    expect(inOwn(at)).toHaveLength(before);
    expect(at.messages(at.main)).toHaveLength(1);
  });

  test('two of them say everything once; the other takes over when the first dies, and is told of clicks meanwhile', async () => {
    const at = await setting();
    const [first, second] = [at.server(), at.server()];
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    const led = [first, second].filter(({ publisher }) => publisher.stats().leads);
    expect(led).toHaveLength(1);
    const [leader] = led;
    const other = leader === first ? second : first;
    await other.publisher.refresh(ID);
    await leader?.end();
    await tale.tell('decision.made', { number: 1, outcome: 'deny', by: 'default', people: [], reason: null });
    await eventually(() => {
      expect(other.publisher.stats().leads).toBe(true);
      expect(cards([...inOwn(at), ...at.dm(BEN)])).toEqual([]);
    });
    expect(at.messages(at.main)).toHaveLength(1);
    expect(at.dm(BEN)).toHaveLength(1);
  });

  test('200 incidents at once: each is announced once and asks once', async () => {
    const at = await setting();
    const ids = Array.from({ length: 200 }, (_, i) => `INC-2026-${String(1_000 + i)}`);
    for (const id of ids) {
      const tale = at.tale(id, { severity: 'sev3' });
      await tale.open();
      await tale.ask();
    }
    at.server();
    await eventually(() => {
      // So many calls of one method as Slack takes in a minute; the minutes pass here.
      at.clock.advance(3_000);
      expect(cards(at.messages(at.main))).toHaveLength(200);
      expect(cards(at.dm(BEN))).toHaveLength(200);
      expect(at.messages(at.main)).toHaveLength(400);
    }, 80_000);
  }, 90_000);

  test('within the limits of Slack a question of one incident does not wait for the chatter of another', async () => {
    const at = await setting({ limits: {} });
    at.server();
    const noisy = at.tale('INC-2026-0001', { severity: 'sev3' });
    await noisy.open();
    for (let i = 0; i < 50; i += 1) await noisy.tell('note.added', { text: `noise ${i}.` });
    const tale = at.tale('INC-2026-0002', { severity: 'sev3' });
    await tale.open();
    const startedAt = performance.now();
    await tale.ask();
    await eventually(() => expect(cards(at.messages(at.main))).toHaveLength(1));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('many votes', () => {
  test('use up what Slack takes in a minute, and yet the end of the question is shown at once', async () => {
    const at = await setting({ limits: {} });
    const { outbox } = at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    // As other incidents would, at the same time.
    const [announcement] = at.messages(at.main);
    const args = { channel: at.main, ts: announcement?.ts, text: 'one more vote' };
    for (let i = 0; i < 120; i += 1)
      outbox.call({ method: 'chat.update', args, queue: `C${i}`, urgency: 'status' }).catch(() => {});
    // Until only what the next minute allows still goes out, a call a second.
    let seen: number[] = [];
    await eventually(() => {
      seen = [...seen, outbox.waiting().status].slice(-8);
      expect(seen.length === 8 && new Set(seen).size === 1).toBe(true);
    });
    // The count of votes joins those that wait.
    let least = outbox.waiting().status;
    await tale.vote();
    await eventually(() => {
      const now = outbox.waiting().status;
      const joined = now > least;
      least = Math.min(least, now);
      expect(joined).toBe(true);
    });
    const startedAt = performance.now();
    await tale.tell('decision.made', { number: 1, outcome: 'approve', by: 'votes', people: ['ben'], reason: null });
    await eventually(() => expect(cards([...inOwn(at), ...at.dm(BEN)])).toEqual([]));
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });
});

describe('what people do to Slack', () => {
  test('a question that somebody deleted is asked again; what is over stays deleted', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    const remove = (message: SlackMessage | undefined) => at.remove(message?.channel ?? '', message?.ts ?? '');
    remove(cards(inOwn(at))[0]);
    await tale.vote();
    await eventually(() => expect(cards(inOwn(at))).toHaveLength(1));
    await tale.tell('decision.made', { number: 1, outcome: 'deny', by: 'default', people: [], reason: null });
    await eventually(() => expect(cards(inOwn(at))).toEqual([]));
    const count = inOwn(at).length;
    remove(inOwn(at).find((one) => said(one).includes('decision 1')));
    await tale.tell('note.added');
    await tale.tell('incident.severity-changed', { from: 'sev2', to: 'sev1', reason: 'It spreads' });
    await eventually(() => expect(at.own(ID)?.topic).toContain('SEV 1'));
    expect(inOwn(at).length).toBe(count - 1);
  });

  test('a channel that somebody archived is replaced while the incident goes on', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    at.archive(at.own(ID)?.id ?? '');
    await tale.vote();
    await eventually(() => {
      const live = at.slack.workspace.channels().filter((one) => one.name.includes('2026-0147') && !one.is_archived);
      expect(live.map(({ name }) => name)).toEqual([expect.stringMatching(/-2$/)]);
      expect(cards(at.messages(live[0]?.id ?? ''))).toHaveLength(1);
    });
  });

  test('without a main channel the incident has its own, and the console is told what to do', async () => {
    const at = await setting({ channels: [{ name: 'general' }], noMain: true });
    const { publisher } = at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => asked(at));
    expect(publisher.notice()).toContain('There is no channel "incidents"');
  });

  test('where Slack lets no channel be made, the main one serves', async () => {
    const at = await setting({
      scopes: SCOPES.filter((scope) => !/manage|groups:write/.test(scope)),
    });
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => expect(cards(at.messages(at.main))).toHaveLength(1));
  });
});

describe('what is left alone', () => {
  test('incidents that were closed before Slack was connected, also when they grow later', async () => {
    const at = await setting();
    const old = at.tale('INC-2025-0001');
    await old.open();
    await old.tell('incident.closed');
    at.clock.advance(60_000);
    at.server();
    const tale = at.tale(ID, { severity: 'sev3' });
    await tale.open();
    await eventually(() => expect(at.messages(at.main)).toHaveLength(1));
    await old.tell('amendment.added');
    await tale.tell('note.added', { text: 'after that.' });
    await eventually(() => {
      const [announcement] = at.messages(at.main);
      expect(announcement && at.thread(announcement)).toHaveLength(1);
    });
    expect(at.messages(at.main)).toHaveLength(1);
  });

  test('Home of people who never opened it; of those who did it follows', async () => {
    const at = await setting();
    const shown: string[] = [];
    const { publisher } = at.server({
      home: async (user) => {
        shown.push(user);
        return {
          type: 'home',
          blocks: [{ type: 'section', text: { type: 'plain_text', text: `look ${shown.length}` } }],
        };
      },
    });
    await publisher.homeOpened(BEN);
    await at.tale(ID).open();
    await eventually(() => expect(JSON.stringify(at.slack.workspace.home(BEN)?.blocks)).toContain('look'));
    expect(new Set(shown)).toEqual(new Set([BEN]));
  });
});
