import { setImmediate as turn } from 'node:timers/promises';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { beforeEach, describe, expect, test } from 'vitest';
import { standingClock } from '../../../src/embedded/slack/state/clock.ts';
import type { Outbox } from '../../../src/surfaces/slack/contract.ts';
import { createOutbox, type FullOutbox } from '../../../src/surfaces/slack/publisher/outbox.ts';

/** A Slack of which every call is written down, and answered as the test says. */
type Sent = { atMs: number; method: string; channel: string; text: string };
type Answer = (sent: Sent) => Promise<unknown>;

const START = 1_790_000_000_000;
let clock: ReturnType<typeof standingClock>;
let sent: Sent[];
let answer: Answer;
let outbox: FullOutbox;
let warned: string[];
beforeEach(() => {
  clock = standingClock(START);
  sent = [];
  warned = [];
  answer = async () => ({ ok: true });
  outbox = createOutbox({
    call: (method, { channel, text }) => {
      const one = { atMs: clock.now() - START, method, channel: String(channel), text: String(text) };
      sent.push(one);
      return answer(one);
    },
    clock,
    random: () => 1,
    log: { debug: () => {}, info: () => {}, warn: (_, message) => warned.push(message), error: () => {} },
  });
});

type Urgency = Parameters<Outbox['call']>[0]['urgency'];
const post = (channel: string, text: string, urgency: Urgency = 'chatter', method = 'chat.postMessage') =>
  outbox.call({ method, args: { channel, text }, queue: channel, urgency });
const settle = async () => {
  for (let i = 0; i < 5; i += 1) await turn();
};
/** Lets time pass in small steps, as it does. */
async function pass(ms: number, stepMs = 50): Promise<void> {
  await settle();
  for (let gone = 0; gone < ms; gone += stepMs) {
    clock.advance(stepMs);
    await settle();
  }
}
const texts = () => sent.map(({ text }) => text);
const hang = () => new Promise<never>(() => {});
const unavailable = () => Promise.reject(new WebAPIHTTPError(503, 'Service Unavailable', {}));
const refused = () => Promise.reject(new WebAPIRequestError(new TypeError('fetch failed')));
const says = (error: string) => Promise.reject(new WebAPIPlatformError({ ok: false, error }));

describe('one channel', () => {
  test('gets one message a second, in order, and the burst is left to what is urgent', async () => {
    for (let i = 0; i < 5; i += 1) void post('C1', `chatter ${i}`);
    await pass(3_500);
    expect(texts()).toEqual(['chatter 0', 'chatter 1', 'chatter 2', 'chatter 3']);
    const gaps = sent.slice(1).map(({ atMs }, i) => atMs - (sent[i]?.atMs ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1_000);
  });

  test('a decision goes out at once, however much chatter waits', async () => {
    for (let i = 0; i < 30; i += 1) void post('C1', 'chatter');
    await pass(2_000);
    const before = clock.now() - START;
    await post('C1', 'decision', 'decision');
    expect(sent.at(-1)).toMatchObject({ text: 'decision', atMs: before });
  });

  test('a decision does not wait for chatter whose answer is slow', async () => {
    answer = ({ text }) => (text === 'chatter' ? hang() : Promise.resolve({ ok: true }));
    void post('C1', 'chatter');
    await settle();
    await post('C1', 'decision', 'decision');
    expect(texts()).toEqual(['chatter', 'decision']);
  });

  test('status goes before chatter', async () => {
    void post('C1', 'first');
    void post('C1', 'chatter');
    void post('C1', 'status', 'status');
    await pass(2_500);
    expect(texts()).toEqual(['first', 'status', 'chatter']);
  });
});

describe('too many calls', () => {
  test('for one channel pause that channel and no other', async () => {
    let limits = 1;
    answer = async ({ channel }) => {
      if (channel === 'C1' && limits-- > 0) throw new WebAPIRateLimitedError(20);
      return { ok: true };
    };
    const late = post('C1', 'late', 'decision');
    await settle();
    await post('C2', 'elsewhere');
    await post('C1', 'an update', 'decision', 'chat.update');
    await pass(19_900);
    expect(texts()).toEqual(['late', 'elsewhere', 'an update']);
    await pass(600);
    await late;
    expect(texts()).toEqual(['late', 'elsewhere', 'an update', 'late']);
    expect(outbox.awaySince()).toBeNull();
  });

  test('of one method pause that method for all channels, and no other method', async () => {
    let limits = 1;
    answer = async ({ method }) => {
      if (method === 'pins.add' && limits-- > 0) throw new WebAPIRateLimitedError(10);
      return { ok: true };
    };
    void post('C1', 'pin 1', 'status', 'pins.add');
    await settle();
    void post('C2', 'pin 2', 'status', 'pins.add');
    await post('C1', 'a message', 'status');
    await pass(9_900);
    expect(texts()).toEqual(['pin 1', 'a message']);
    await pass(600);
    expect(texts()).toEqual(['pin 1', 'a message', 'pin 1', 'pin 2']);
  });

  test('the last calls of a method are kept for decisions', async () => {
    for (let i = 0; i < 200; i += 1) void post(`C${i}`, 'status', 'status', 'chat.update');
    await pass(1_000);
    const soFar = sent.length;
    expect(soFar).toBeLessThan(45);
    await post('CX', 'decision', 'decision', 'chat.update');
    expect(sent.at(-1)?.text).toBe('decision');
    await pass(60_000, 1_000);
    expect(sent.length).toBeGreaterThan(soFar + 40);
  });
});

test('what became urgent while it waited goes with the decisions', async () => {
  for (let i = 0; i < 60; i += 1) void post(`C${i}`, 'status', 'status', 'chat.update');
  const args = { channel: 'CX', text: 'decided' };
  const update = outbox.call({ method: 'chat.update', args, queue: 'CX', urgency: 'status', key: 'x' });
  await pass(500);
  expect(texts()).not.toContain('decided');
  outbox.hasten('x');
  await update;
  outbox.hasten('x');
  await pass(500);
  expect(texts().filter((text) => text === 'decided')).toHaveLength(1);
});

describe('Slack away', () => {
  test.each([
    ['refuses connections', refused],
    ['answers 503', unavailable],
    ['says it is not well', () => says('internal_error')],
    ['does not take the token for a while', () => says('invalid_auth')],
  ])('%s: nothing is dropped, calls get rare, and all goes out when it is back', async (_, trouble) => {
    answer = trouble;
    const calls = Array.from({ length: 20 }, (_, i) => post(`C${i}`, `m${i}`, i % 2 ? 'decision' : 'status'));
    await pass(1_000);
    const inStorm = sent.length;
    await pass(10 * 60_000, 1_000);
    // One call looks at a time, every 10 s.
    expect(sent.length - inStorm).toBeLessThan(90);
    expect(outbox.awaySince()).toBe(START);
    expect(outbox.waiting()).toEqual({ decision: 10, status: 10, chatter: 0 });
    expect(warned).toHaveLength(1);
    answer = async () => ({ ok: true });
    await pass(45_000, 500);
    await Promise.all(calls);
    expect(outbox.awaySince()).toBeNull();
    expect(outbox.waiting()).toEqual({ decision: 0, status: 0, chatter: 0 });
  });

  test('a call that is never answered is tried again', async () => {
    let hangs = 1;
    answer = () => (hangs-- > 0 ? hang() : Promise.resolve({ ts: '1.1' }));
    const call = post('C1', 'decision', 'decision');
    await pass(32_000, 500);
    expect(await call).toEqual({ ts: '1.1' });
    expect(sent).toHaveLength(2);
  });

  test('what is no longer wanted is not sent when Slack is back; what is still wanted says the latest', async () => {
    answer = unavailable;
    let text: string | null = 'asked';
    const update = () => (text === null ? null : { channel: 'C1', text });
    const call = outbox.call({ method: 'chat.update', args: update, queue: 'C1', urgency: 'decision' });
    const obsolete = outbox.call({ method: 'chat.postMessage', args: () => null, queue: 'C2', urgency: 'chatter' });
    await expect(obsolete).rejects.toMatchObject({ code: 'obsolete' });
    await pass(5_000);
    text = 'decided';
    answer = async () => ({ ok: true });
    await pass(30_000, 500);
    await call;
    expect(texts().at(-1)).toBe('decided');
  });

  test('one call that Slack cannot digest does not hold up the others', async () => {
    answer = ({ channel }) => (channel === 'CBAD' ? unavailable() : Promise.resolve({ ok: true }));
    void post('CBAD', 'bad', 'status');
    await pass(60_000, 500);
    const before = clock.now();
    await post('C1', 'decision', 'decision');
    expect(clock.now() - before).toBe(0);
    void post('C2', 'chatter');
    await pass(1_000);
    expect(texts()).toContain('chatter');
  });
});

describe('the end', () => {
  test('what waiting cannot mend is rejected with the code of Slack, and counts as an answer', async () => {
    answer = () => says('channel_not_found');
    await expect(post('C1', 'x')).rejects.toMatchObject({ name: 'NotSent', code: 'channel_not_found' });
    expect(outbox.awaySince()).toBeNull();
  });

  test('a mistake of ours is said at once', async () => {
    answer = () => Promise.reject(new TypeError('args are wrong'));
    await expect(post('C1', 'x')).rejects.toThrow('args are wrong');
  });

  test('stopping waits for what is under way and gives the rest back', async () => {
    let reply: (value: unknown) => void = () => {};
    answer = () => new Promise((resolve) => (reply = resolve));
    const first = post('C1', 'under way');
    const second = post('C1', 'waits');
    second.catch(() => {});
    await settle();
    const stopping = outbox.stop();
    reply({ ts: '1.1' });
    await stopping;
    expect(await first).toEqual({ ts: '1.1' });
    await expect(second).rejects.toMatchObject({ code: 'stopped' });
    await expect(post('C1', 'later')).rejects.toMatchObject({ code: 'stopped' });
  });

  test('no channel is forgotten while others talk without end', async () => {
    const talk = (channel: string): void =>
      void post(channel, channel).then(
        () => talk(channel),
        () => {},
      );
    for (let i = 0; i < 40; i += 1) talk(`C${i}`);
    answer = () => new Promise((resolve) => clock.after(400, () => resolve({ ok: true })));
    await pass(20_000, 100);
    expect(new Set(texts()).size).toBe(40);
    await Promise.race([outbox.stop(), pass(1_000)]);
  });
});
