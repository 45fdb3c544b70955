import { describe, expect, test } from 'vitest';
import { type EventData, type EventType, type NumberedEvent, person } from '../../../src/incident/events.ts';
import { emptyView, evolve, type IncidentView } from '../../../src/incident/view.ts';
import type { Story } from '../../../src/surfaces/slack/contract.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { replies } from '../../../src/surfaces/slack/messages/replies.ts';
import {
  type Audience,
  askedOf,
  sayingOf,
  wantedMembers,
  wantedPosts,
} from '../../../src/surfaces/slack/publisher/wanted.ts';
import { sampleEvents } from '../../support/sample-events.ts';
import { ADA, BEN, eventually, LEA, said, setting } from './publishing.ts';
import { read } from './told.ts';

const ID = 'INC-2026-0147';
const NOW = 1_790_000_000_000;
const HOUR = 3_600_000;
const audience: Audience = {
  holders: (role) => ({ 'incident-commander': [ADA], 'legal-counsel': [LEA] })[role] ?? [],
  user: () => null,
};

type Told = { [T in EventType]: [T, Partial<EventData<T>>?] }[EventType];

/** The view after these events; an obligation of its own number may be named in their data. */
function viewAfter(...told: Told[]): IncidentView {
  return told.reduce<IncidentView>((view, [type, more], i) => {
    const sample = sampleEvents(ID).find((one) => one.type === type);
    if (!sample) throw new Error(`no sample of ${type}`);
    const at = NOW + i;
    return evolve(view, { ...sample, seq: i + 1, at, data: { ...sample.data, ...more } } as NumberedEvent);
  }, emptyView());
}
const opened = (number: number, more: Partial<EventData<'obligation.opened'>> = {}): Told => [
  'obligation.opened',
  { number, awareAt: NOW, dueAt: NOW + 72 * HOUR, ...more },
];
const keys = (view: IncidentView, own = true) =>
  wantedPosts({ view, own, audience })
    .map(({ key }) => key)
    .filter((key) => key.startsWith('obligation/'));

const storyOf = (view: IncidentView, now = NOW): Story => ({
  view,
  plan: null,
  people: new Map([['ben', 'B. Okoye']]),
  now,
  url: `https://tocsin.example/incidents/${ID}`,
  mentions: { person: () => null, role: (role) => (role === 'legal-counsel' ? '<!subteam^S0LEGAL>' : null) },
});

describe('what a duty asks for in Slack', () => {
  test('whoever answers for it hears directly that its clock runs; reminders stand in the thread as well', () => {
    const running = viewAfter(['incident.opened'], opened(1));
    expect(keys(running)).toEqual([`obligation/1/opened/dm/${LEA}`]);
    for (const { key, saying } of wantedPosts({ view: running, own: true, audience }))
      if (saying.kind === 'duty') expect(sayingOf(key)).toEqual(saying);
    const reminded = viewAfter(['incident.opened'], opened(1), ['obligation.reminded', { number: 1 }]);
    expect(keys(reminded)).toEqual([`obligation/1/reminder/1/dm/${LEA}`, 'obligation/1/reminder/1']);
    const posts = wantedPosts({ view: reminded, own: false, audience });
    expect(posts.find(({ key }) => key === 'obligation/1/reminder/1')).toMatchObject({
      place: { in: 'main' },
      thread: 'announcement',
    });
    for (const { key, saying } of posts) if (saying.kind === 'duty') expect(sayingOf(key)).toEqual(saying);
  });

  test('once it is overdue the commander as well; once it is settled nobody any more', () => {
    const events: Told[] = [
      ['incident.opened'],
      opened(1),
      ['obligation.reminded', { number: 1 }],
      ['obligation.overdue', { number: 1 }],
    ];
    expect(keys(viewAfter(...events))).toEqual([
      `obligation/1/overdue/dm/${LEA}`,
      `obligation/1/overdue/dm/${ADA}`,
      'obligation/1/overdue',
    ]);
    expect(keys(viewAfter(...events, ['obligation.met', { number: 1 }]))).toEqual([]);
    expect(keys(viewAfter(...events, ['obligation.waived', { number: 1 }]))).toEqual([]);
  });

  test('whoever answers for it belongs in the channel of the incident while it is open', () => {
    const view = viewAfter(['incident.opened'], opened(1));
    expect(askedOf(view).roles).toContain('legal-counsel');
    expect(wantedMembers(view, audience)).toContain(LEA);
    const settled = viewAfter(['incident.opened'], opened(1), ['obligation.met', { number: 1 }]);
    expect(wantedMembers(settled, audience)).not.toContain(LEA);
  });
});

describe('what is said', () => {
  const view = viewAfter(['incident.opened'], opened(2, { dueAt: NOW + 72 * HOUR }), opened(1, { dueAt: NOW + HOUR }));

  test('the status lists open duties with the time as Slack shows it to each reader, what is due first first', () => {
    const status = read(messages.status(storyOf(view)));
    const token = (ms: number) => `<!date^${ms / 1_000}^{date_short_pretty} at {time_secs}|`;
    expect(status).toMatch(/Duties to notify:\n◆ Due/);
    expect(status.indexOf(token(NOW + HOUR))).toBeGreaterThan(-1);
    expect(status.indexOf(token(NOW + HOUR))).toBeLessThan(status.indexOf(token(NOW + 72 * HOUR)));
    expect(status).toContain('legal counsel answers for it (duty 1)');
    expect(read(messages.status(storyOf(view, NOW + 2 * HOUR)))).toContain('■ Overdue since');
    const done = viewAfter(['incident.opened'], opened(1), ['obligation.waived', { number: 1 }]);
    expect(read(messages.status(storyOf(done)))).not.toContain('Duties to notify');
  });

  test('a reminder says whom, by when and where to settle it; once it is settled the same message says so', () => {
    const [, due] = view.obligations;
    if (!due) throw new Error('no duty');
    const words = read(messages.duty(storyOf(view), due, 'reminder'));
    expect(words).toContain('Reminder: the competent supervisory authority must be told.');
    expect(words).toContain('The legal counsel (<!subteam^S0LEGAL>) answers for it.');
    expect(words).toContain(`https://tocsin.example/incidents/${ID}/obligations/1|Settle it in the console`);
    const met = { ...due, met: { at: NOW + 1_000, how: 'Filed by hand, receipt 4711', person: 'ben', late: false } };
    const settled = read(messages.duty(storyOf(view), met, 'reminder'));
    expect(settled).toMatch(/Settled: .*Given by B. Okoye, .*before the limit\.\nFiled by hand, receipt 4711/s);
    expect(settled).not.toContain('answers for it');
  });

  test('Home and /tocsin list what is due, and say which the reader answers for', () => {
    const lea = { id: 'lea', name: 'Lea', email: null, roles: ['legal-counsel'] };
    const home = JSON.stringify(messages.home(lea, [], [storyOf(view)], NOW).blocks);
    expect(home).toContain('2 notices due');
    expect(home).toContain('you answer for it');
    const other = JSON.stringify(messages.home({ ...lea, roles: [] }, [], [storyOf(view)], NOW).blocks);
    expect(other).toContain('2 notices due');
    expect(other).not.toContain('you answer for it');
    expect(read(replies.overview([], [storyOf(view)], NOW))).toContain('2 notices due');
  });

  test('the thread of details leaves reminders to their own messages, and tells how a duty began and ended', () => {
    const detail = (type: EventType) => {
      const event = sampleEvents(ID).find((one) => one.type === type);
      if (!event) throw new Error(`no sample of ${type}`);
      return messages.detail(storyOf(view), { ...event, actor: person('ben'), hash: '', recordedAt: '' });
    };
    expect(detail('obligation.reminded')).toBeNull();
    expect(detail('obligation.overdue')).toBeNull();
    expect(read(detail('obligation.opened') ?? { blocks: [] })).toContain('must be told by');
    expect(detail('obligation.met')).not.toBeNull();
  });
});

const RUNS = expect.stringContaining('Duty to notify');

test('a duty reaches counsel at once, reminders counsel and the thread once, also after a restart, and say when the duty was settled', async () => {
  const at = await setting();
  const first = at.server();
  const tale = at.tale(ID);
  await tale.open();
  const dueAt = at.clock.now() + 72 * HOUR;
  await tale.tell('obligation.opened', { number: 1, awareAt: at.clock.now(), dueAt });
  await eventually(() => expect(at.dm(LEA).map(said)).toEqual([expect.stringContaining('Duty to notify')]));
  await tale.tell('obligation.reminded', { number: 1, dueAt });
  const thread = () => {
    const status = at.messages(at.own(ID)?.id ?? '').find(({ pinned }) => pinned);
    return (status ? at.thread(status) : []).map(said);
  };
  const reminders = (all: string[]) => all.filter((one) => one.includes('Reminder'));
  await eventually(() => {
    expect(at.dm(LEA).map(said)).toEqual([RUNS, expect.stringContaining('Reminder')]);
    expect(reminders(thread())).toHaveLength(1);
    expect(at.own(ID)?.members).toContain(LEA);
  });
  expect(at.dm(BEN)).toEqual([]);
  await first.end();
  at.server();
  await tale.tell('obligation.overdue', { number: 1, dueAt });
  await eventually(() => {
    expect(at.dm(LEA).map(said)).toEqual([
      RUNS,
      expect.stringContaining('Reminder'),
      expect.stringContaining('■ Overdue'),
    ]);
    expect(at.dm(BEN).map(said)).toEqual([expect.stringContaining('■ Overdue')]);
    expect(thread().filter((one) => one.includes('■ Overdue'))).toHaveLength(1);
  });
  expect(reminders(thread())).toHaveLength(1);
  await tale.tell('obligation.met', { number: 1, how: 'Filed by hand', by: null, late: true });
  await eventually(() => {
    for (const user of [LEA, BEN]) for (const one of at.dm(user)) expect(said(one)).toMatch(/Settled.*Filed by hand/s);
    expect(thread().filter((one) => one.includes('Settled'))).toHaveLength(2);
  });
});
