import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPool } from '../../src/store/pool.ts';
import { createSlackStore, type SlackStore } from '../../src/store/slack.ts';
import { createSlackLead, type SlackLead } from '../../src/store/slack-lead.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let house: TestStore;
let slack: SlackStore;
beforeAll(async () => {
  house = await testStore();
  slack = createSlackStore(house.pool);
});
afterAll(() => house.close());

const INCIDENT = 'INC-2026-0001';
const within = { timeout: 10_000, interval: 20 };

describe('what stands in Slack', () => {
  test('is found again: posts, the channel, its topic and how far details were told', async () => {
    expect(await slack.standing(INCIDENT)).toEqual({ posts: new Map(), own: null, toldSeq: 0 });
    await slack.savePost(INCIDENT, { key: 'status', channel: 'C1', ts: '1.1', hash: 'a' });
    await slack.savePost(INCIDENT, { key: 'pin', channel: 'C1', ts: null, hash: '1.1' });
    await slack.savePost(INCIDENT, { key: 'status', channel: 'C1', ts: '1.1', hash: 'b' });
    await slack.saveChannel(INCIDENT, 'C1', 'inc-2026-0001');
    await slack.saveTopic(INCIDENT, 'SEV 1');
    await slack.saveTold(INCIDENT, 7);
    await slack.saveTold(INCIDENT, 5);
    const { posts, own, toldSeq } = await slack.standing(INCIDENT);
    expect([...posts.values()]).toEqual(
      expect.arrayContaining([
        { key: 'status', channel: 'C1', ts: '1.1', hash: 'b' },
        { key: 'pin', channel: 'C1', ts: null, hash: '1.1' },
      ]),
    );
    expect(own).toEqual({ channel: 'C1', name: 'inc-2026-0001', topic: 'SEV 1', archivedAt: null });
    expect(toldSeq).toBe(7);
    expect(await slack.postAt('C1', '1.1')).toEqual({ incident: INCIDENT, key: 'status' });
    expect(await slack.postAt('C1', '9.9')).toBeNull();
    expect(await slack.incidentIn('C1')).toBe(INCIDENT);
  });

  test('a channel that is lost takes its own posts with it and no others', async () => {
    await slack.savePost(INCIDENT, { key: 'announcement', channel: 'CMAIN', ts: '1.2', hash: 'a' });
    await slack.forgetChannel(INCIDENT);
    const { posts, own } = await slack.standing(INCIDENT);
    expect([...posts.keys()]).toEqual(['announcement']);
    expect(own).toBeNull();
  });

  test('one message cannot be two posts', async () => {
    await expect(
      slack.savePost('INC-2026-0002', { key: 'status', channel: 'CMAIN', ts: '1.2', hash: 'a' }),
    ).rejects.toMatchObject({ code: '23505' });
  });
});

describe('what is left to tell', () => {
  test('is every incident that grew since it was settled, but not what was closed before Slack came', async () => {
    const writer = house.writer();
    const [opened] = sampleEvents();
    const closed = sampleEvents().find(({ type }) => type === 'incident.closed');
    if (!opened || !closed) throw new Error('the samples lack an event');
    const at = opened.at;
    const open = async (incident: string) => writer.append(incident, sampleEvents(incident).slice(0, 1));
    const close = async (incident: string, when: number) => writer.append(incident, [{ ...closed, seq: 2, at: when }]);
    await open('INC-2026-0011');
    await close('INC-2026-0011', at + 10);
    await open('INC-2026-0012');
    await slack.connect('T1/U1', at + 1_000);
    expect(await slack.unsettled()).toEqual(['INC-2026-0012']);
    await slack.saveSettled('INC-2026-0012', 1);
    expect(await slack.unsettled()).toEqual([]);
    await close('INC-2026-0012', at + 2_000);
    await open('INC-2026-0013');
    await close('INC-2026-0013', at + 2_000);
    expect(await slack.unsettled()).toEqual(['INC-2026-0012', 'INC-2026-0013']);
    expect([await slack.isHistory('INC-2026-0011'), await slack.isHistory('INC-2026-0013')]).toEqual([true, false]);
  });
});

describe('another workspace', () => {
  test('knows nothing of what was said in the first; the same one goes on', async () => {
    await slack.connect('T1/U1', 1_790_000_001_000);
    await slack.savePost(INCIDENT, { key: 'status', channel: 'C7', ts: '7.1', hash: 'a' });
    await slack.saveChannel(INCIDENT, 'C7', 'x');
    await slack.saveDm('U7', 'D7');
    await slack.connect('T1/U1', 1_790_000_002_000);
    expect((await slack.standing(INCIDENT)).posts.size).toBeGreaterThan(0);
    await slack.connect('T2/U9', 1_790_000_009_000);
    expect(await slack.standing(INCIDENT)).toEqual({ posts: new Map(), own: null, toldSeq: 0 });
    expect([await slack.dm('U7'), await slack.isHistory('INC-2026-0013')]).toEqual([null, true]);
  });
});

describe('members', () => {
  test('are known by the name they were last seen with; who only opened Home is nobody yet', async () => {
    await slack.rememberMember('U1', 'slack-u1', 'Eve');
    await slack.rememberMember('U1', 'slack-u1', 'Eve Okafor');
    await slack.homeOpened('U2', 5);
    await slack.homeOpened('U1', 9);
    await slack.saveDm('U2', 'D2');
    expect(await slack.members()).toEqual([{ user: 'U1', person: 'slack-u1', name: 'Eve Okafor' }]);
    expect([await slack.member('U1'), await slack.member('U2'), await slack.member('U3')]).toEqual([
      { user: 'U1', person: 'slack-u1', name: 'Eve Okafor' },
      null,
      null,
    ]);
    expect([await slack.homes(0), await slack.homes(6)]).toEqual([['U1', 'U2'], ['U1']]);
    expect([await slack.dm('U2'), await slack.dm('U1'), await slack.dm('U3')]).toEqual(['D2', null, null]);
  });
});

describe('the right to publish', () => {
  const leads: SlackLead[] = [];
  const candidate = (onNudge: (incident: string) => void = () => {}) => {
    const told: string[] = [];
    const lead = createSlackLead({
      connectionString: house.url,
      onGained: () => told.push('gained'),
      onLost: () => told.push('lost'),
      onNudge,
      onProblem: () => {},
    });
    leads.push(lead);
    return { lead, told };
  };

  const holders = async () => {
    const { rows } = await house.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
       WHERE locktype = 'advisory' AND granted AND d.datname = current_database()`,
    );
    return rows.map(({ pid }) => pid);
  };

  test('is held by one server; another takes over within seconds when its connection dies', async () => {
    const nudged: string[] = [];
    const first = candidate();
    await vi.waitFor(() => expect(first.lead.leads()).toBe(true), within);
    const second = candidate((incident) => nudged.push(incident));
    expect(await holders()).toHaveLength(1);
    expect(second.lead.leads()).toBe(false);
    await first.lead.stop();
    expect(first.told).toEqual(['gained', 'lost']);
    await vi.waitFor(() => expect(second.lead.leads()).toBe(true), within);

    const third = candidate();
    const [holder] = await holders();
    await slack.nudge(INCIDENT);
    await vi.waitFor(() => expect(nudged).toEqual([INCIDENT]), within);
    await house.pool.query('SELECT pg_terminate_backend($1)', [holder]);
    await vi.waitFor(() => expect(second.told.slice(0, 2)).toEqual(['gained', 'lost']), within);
    await vi.waitFor(() => expect([second, third].filter(({ lead }) => lead.leads())).toHaveLength(1), within);
    await Promise.all(leads.map((lead) => lead.stop()));
  });
});

test('a server that may do no more than a server may can keep Slack current', async () => {
  const pool = openPool(house.url, { name: 'test', role: 'tocsin_server', onProblem: () => {} });
  try {
    const store = createSlackStore(pool);
    await store.savePost('INC-2026-0099', { key: 'status', channel: 'C9', ts: '9.1', hash: 'a' });
    await store.saveChannel('INC-2026-0099', 'C9', 'x');
    await store.saveTopic('INC-2026-0099', 't');
    await store.saveArchived('INC-2026-0099', 1);
    await store.saveTold('INC-2026-0099', 1);
    await store.saveSettled('INC-2026-0099', 1);
    await store.forgetChannel('INC-2026-0099');
    await store.rememberMember('U9', 'slack-u9', 'Nine');
    await store.homeOpened('U9', 1);
    await store.nudge('INC-2026-0099');
    await store.connect('T1/U1', 1);
    await store.connect('T2/U1', 2);
    await store.unsettled();
    await store.dropPost('INC-2026-0099', 'status');
    expect((await store.standing('INC-2026-0099')).posts.size).toBe(0);
  } finally {
    await pool.end();
  }
});
