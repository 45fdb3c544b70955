import { describe, expect, it } from 'vitest';
import { standingClock } from '../../../src/embedded/slack/state/clock.ts';
import type { Directory, Person } from '../../../src/surfaces/ports.ts';
import { createSlackClient } from '../../../src/surfaces/slack/connection/client.ts';
import { createSlackPeople, KNOWN_MS_MAX, type SlackPeopleDeps } from '../../../src/surfaces/slack/people/people.ts';
import type { SlackMember } from '../../../src/surfaces/slack/ports.ts';
import { control } from '../../support/local-slack.ts';
import { hold, isConnected, listeningLog, openPatientSlack, PATIENT, settingsOf } from './line.ts';

const START = Date.UTC(2026, 10, 19, 2, 0);
const MINUTE_MS = 60_000;

const inventory: Person[] = [
  { id: 'asha', name: 'Asha R.', email: 'Asha@Example.com', roles: ['incident-commander'] },
  { id: 'ben', name: 'Ben', email: 'ben@private.example', roles: [] },
  { id: 'chen', name: 'Chen', email: 'chen@example.com', roles: [] },
];

const SCOPES = ['users:read', 'users:read.email', 'usergroups:read', 'chat:write', 'channels:join', 'channels:read'];

/** Asha is known by her address, Ben by his id, Chen by another id than the one that has his address; Dora is in no inventory. */
async function openPeople(more: { limits?: typeof PATIENT; askTimeoutMs?: number } = {}) {
  const clock = standingClock(START);
  const slack = await openPatientSlack({
    clock,
    limits: more.limits ?? PATIENT,
    users: [
      { id: 'U0ASHA', name: 'asha', real_name: 'Asha Rao', email: 'asha@EXAMPLE.com' },
      { id: 'U0BEN', name: 'ben', real_name: 'Ben Okafor', email: 'ben@example.com' },
      { id: 'U0CHEN', name: 'chen', real_name: 'Chen Li', email: 'chen@example.com' },
      { id: 'U0DORA', name: 'dora', real_name: 'Dora Kask', email: 'dora@example.com' },
      { id: 'U0BOT', name: 'robot', real_name: 'Robot', is_bot: true, email: 'asha2@example.com' },
      { id: 'U0GONE', name: 'gone', real_name: 'Gone', deleted: true },
      { id: 'U0GUEST', name: 'guest', real_name: 'Guest', is_restricted: true },
      { id: 'U0ULTRA', name: 'ultra', real_name: 'Ultra', is_restricted: true, is_ultra_restricted: true },
      { id: 'U0OTHER', name: 'other', real_name: 'Other', team_id: 'T0OTHER', is_stranger: true },
    ],
    groups: [
      { id: 'S0ML', handle: 'ml-on-call', name: 'ML on-call', users: ['U0DORA', 'U0ASHA', 'U0GONE', 'U0BOT'] },
      { id: 'S0SEC', handle: 'security', name: 'Security', users: ['U0BEN'] },
      { id: 'S0OFF', handle: 'off', name: 'Off', users: ['U0DORA'], disabled: true },
    ],
    app: { scopes: SCOPES },
  });
  const kept: SlackMember[] = [];
  const directory: Directory = {
    people: () => inventory,
    person: (id) => inventory.find((person) => person.id === id) ?? null,
    timezone: () => 'Europe/Oslo',
    roles: () => [],
    systems: () => [],
    system: () => null,
    formerIds: () => [],
    simulated: () => true,
    names: () => new Map(),
  };
  const facts = {
    users: { ben: 'U0BEN', chen: 'U0ELSE' } as Record<string, string>,
    groups: { 'ml-on-call': '@ml-on-call', 'security-on-call': 'S0SEC', 'legal-counsel': 'off' } as Record<
      string,
      string
    >,
  };
  const { log } = listeningLog();
  const deps: SlackPeopleDeps = {
    client: createSlackClient(settingsOf(slack), { timeoutMs: 20_000, log }),
    team: () => 'T0TEST',
    directory,
    facts: () => facts,
    store: {
      members: async () => kept,
      member: async (user) => kept.findLast((one) => one.user === user) ?? null,
      rememberMember: async (user, person, name) => void kept.push({ user, person, name }),
    },
    log,
    now: clock.now,
    askTimeoutMs: more.askTimeoutMs ?? 20_000,
  };
  const people = createSlackPeople(deps);
  const away = () => control(slack, { do: 'outage', mode: 'refuse' });
  const back = () => control(slack, { do: 'trouble', trouble: null });
  const another = () => createSlackPeople(deps);
  return { slack, people, another, clock, kept, facts, directory, away, back };
}

describe('who somebody is', () => {
  it('is found by a mail address, whatever its case, with the name and roles of the inventory and of groups', async () => {
    const { people } = await openPeople();
    expect(await people.resolve('U0ASHA')).toEqual({
      user: 'U0ASHA',
      person: { id: 'asha', name: 'Asha R.', email: 'Asha@Example.com', roles: ['incident-commander', 'ml-on-call'] },
      rolesAsOf: null,
      groupsUnknown: false,
    });
  });

  it('is found by the member id of the inventory', async () => {
    const { people } = await openPeople();
    expect((await people.resolve('U0BEN')).person).toMatchObject({ id: 'ben', roles: ['security-on-call'] });
  });

  it('an address does not make somebody a person whom the inventory names with another id', async () => {
    const { people } = await openPeople();
    expect((await people.resolve('U0CHEN')).person).toEqual({
      id: 'slack-u0chen',
      name: 'Chen Li',
      email: 'chen@example.com',
      roles: [],
    });
  });

  it('members who are in no inventory decide by their groups, and their names are kept', async () => {
    const { people, kept } = await openPeople();
    expect((await people.resolve('U0DORA')).person).toMatchObject({ id: 'slack-u0dora', roles: ['ml-on-call'] });
    await people.resolve('U0DORA');
    expect(kept).toEqual([{ user: 'U0DORA', person: 'slack-u0dora', name: 'Dora Kask' }]);
    expect(await people.userOf('slack-u0dora')).toBe('U0DORA');
  });

  it.each([
    ['U0BOT', 'slack-bot'],
    ['U0GONE', 'slack-deactivated'],
    ['U0GUEST', 'slack-guest'],
    ['U0ULTRA', 'slack-guest'],
    ['U0OTHER', 'slack-stranger'],
    ['U0NOBODY', 'slack-unknown'],
    ['USLACKBOT', 'slack-'],
  ])('%s may not act (%s), and is told why and what to do', async (user, code) => {
    const { people } = await openPeople();
    await expect(people.resolve(user)).rejects.toMatchObject({
      name: 'Problem',
      status: 403,
      code: expect.stringContaining(code),
      notDone: 'Nothing was done.',
      next: expect.any(String),
    });
  });
});

describe('who changes their address in Slack', () => {
  const change = (email: string) => ({ do: 'change-user', user: 'U0ASHA', change: { email } });

  it('stays who they are, on every server, and holds what groups give, not what the inventory does', async () => {
    const { people, another, slack, kept } = await openPeople();
    await people.resolve('U0ASHA');
    await control(slack, change('somebody@private.example'));
    for (const one of [people, another()])
      expect(await one.resolve('U0ASHA')).toMatchObject({
        person: { id: 'asha', roles: ['ml-on-call'] },
        otherAddress: true,
      });
    await control(slack, change('asha@example.com'));
    expect(await people.resolve('U0ASHA')).toMatchObject({
      person: { id: 'asha', roles: ['incident-commander', 'ml-on-call'] },
    });
    expect(kept.map(({ person }) => person)).not.toContain('slack-u0asha');
  });

  it('does not become the other person whose address it is by then', async () => {
    const { people, slack, facts } = await openPeople();
    delete facts.users.chen;
    await people.resolve('U0ASHA');
    await control(slack, { do: 'change-user', user: 'U0CHEN', change: { email: null } });
    await control(slack, change('chen@example.com'));
    expect((await people.resolve('U0ASHA')).person).toMatchObject({ id: 'asha', roles: ['ml-on-call'] });
  });

  it('is whom the inventory names with their id', async () => {
    const { people, slack, facts } = await openPeople();
    await people.resolve('U0ASHA');
    await control(slack, change('somebody@private.example'));
    facts.users.asha = 'U0ASHA';
    expect(await people.resolve('U0ASHA')).toMatchObject({
      person: { id: 'asha', roles: ['incident-commander', 'ml-on-call'] },
    });
    facts.users.asha = 'U0ELSEWHERE';
    expect((await people.resolve('U0ASHA')).person.id).toBe('slack-u0asha');
  });

  it('is a newcomer when the inventory no longer has them', async () => {
    const { people, slack, directory } = await openPeople();
    await people.resolve('U0ASHA');
    await control(slack, change('somebody@private.example'));
    directory.person = () => null;
    expect((await people.resolve('U0ASHA')).person.id).toBe('slack-u0asha');
  });
});

describe('at the click', () => {
  it('counts who is in the group now', async () => {
    const { slack, people } = await openPeople();
    await people.resolve('U0DORA');
    await control(slack, { do: 'group', group: 'ml-on-call', users: ['U0BEN'] });
    expect((await people.resolve('U0DORA')).person.roles).toEqual([]);
    expect((await people.resolve('U0BEN')).person.roles).toEqual(['ml-on-call', 'security-on-call']);
  });

  it('counts who was deactivated a moment ago', async () => {
    const { slack, people } = await openPeople();
    await people.resolve('U0DORA');
    await control(slack, { do: 'change-user', user: 'U0DORA', change: { deleted: true } });
    await expect(people.resolve('U0DORA')).rejects.toMatchObject({ code: 'slack-deactivated' });
  });

  it('a question that is under way does not answer for a click that came later', async () => {
    const { slack, people } = await openPeople();
    const early = people.resolve('U0DORA');
    await control(slack, { do: 'group', group: 'ml-on-call', users: [] });
    const late = await people.resolve('U0DORA');
    await early;
    expect(late.person.roles).toEqual([]);
  });

  it('when Slack is silent, what it said up to 15 minutes ago counts, and is noted', async () => {
    const { people, clock, away } = await openPeople();
    await people.resolve('U0DORA');
    await away();
    clock.advance(15 * MINUTE_MS);
    expect(await people.resolve('U0DORA')).toMatchObject({
      person: { roles: ['ml-on-call'] },
      rolesAsOf: START,
    });
    clock.advance(1);
    await expect(people.resolve('U0DORA')).rejects.toMatchObject({
      status: 503,
      code: 'slack-silent',
      next: expect.stringContaining('console'),
    });
  });

  it('whoever is read with all the others is known in an outage, without a click before', async () => {
    const { people, away } = await openPeople();
    await people.refresh();
    await away();
    expect(await people.resolve('U0DORA')).toMatchObject({ rolesAsOf: START, person: { roles: ['ml-on-call'] } });
  });

  it('a workspace of many pages is read to its end, also when Slack asks for patience', async () => {
    const { slack, people, away } = await openPeople();
    for (let i = 0; i < 450; i += 1)
      await control(slack, {
        do: 'add-user',
        name: `member-${i}`,
        real_name: `Member ${i}`,
        email: `m${i}@example.com`,
      });
    const last = slack.workspace.users().at(-1)?.id ?? '';
    await control(slack, { do: 'rate-limit', method: 'users.list', retryAfterS: 1, times: 1 });
    await people.refresh();
    await away();
    expect((await people.resolve(last, { fresh: false })).person.name).toBe('Member 449');
  });

  it('roles of the inventory count without Slack’s groups, and it is said that these are unknown', async () => {
    const { slack, people, clock } = await openPeople();
    await control(slack, { do: 'rate-limit', method: 'usergroups.list', retryAfterS: 30, times: 10 });
    expect(await people.resolve('U0ASHA')).toMatchObject({
      person: { roles: ['incident-commander'] },
      groupsUnknown: true,
    });
    await expect(people.resolve('U0DORA')).rejects.toMatchObject({
      code: 'slack-silent',
      message: expect.stringContaining('which groups you are in'),
    });
    clock.advance(KNOWN_MS_MAX);
    await control(slack, { do: 'trouble', trouble: null });
    expect((await people.resolve('U0DORA')).person.roles).toEqual(['ml-on-call']);
  });

  it('a Slack that hangs is not waited for', async () => {
    const { slack, people } = await openPeople({ askTimeoutMs: 100 });
    await people.refresh();
    await control(slack, { do: 'outage', mode: 'hang' });
    const startedAt = performance.now();
    expect((await people.resolve('U0DORA')).rolesAsOf).toBe(START);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('a thousand clicks within Slack’s limits are all resolved', async () => {
    const { people } = await openPeople({ limits: { ...PATIENT, tier2: 20, tier4: 100 } });
    await people.refresh();
    const resolved = [];
    for (let burst = 0; burst < 50; burst += 1)
      resolved.push(
        ...(await Promise.all(Array.from({ length: 20 }, (_, i) => people.resolve(i % 2 ? 'U0DORA' : 'U0ASHA')))),
      );
    expect(resolved).toHaveLength(1_000);
    expect(new Set(resolved.map(({ person }) => person.id))).toEqual(new Set(['slack-u0dora', 'asha']));
    expect(resolved.every(({ person }) => person.roles.includes('ml-on-call'))).toBe(true);
  });
});

describe('how people are called', () => {
  it('by their id, and roles by their group', async () => {
    const { people } = await openPeople();
    await people.refresh();
    const { person, role } = people.mentions();
    expect(['asha', 'ben', 'slack-u0dora', 'nobody'].map(person)).toEqual(['<@U0ASHA>', '<@U0BEN>', '<@U0DORA>', null]);
    expect(['ml-on-call', 'security-on-call', 'legal-counsel', 'incident-commander'].map(role)).toEqual([
      '<!subteam^S0ML>',
      '<!subteam^S0SEC>',
      null,
      null,
    ]);
  });

  it('a role is asked of all active members who hold it, by the inventory or by a group', async () => {
    const { people } = await openPeople();
    expect(await people.holders(['ml-on-call'])).toEqual(['U0DORA', 'U0ASHA']);
    expect(await people.holders(['incident-commander', 'security-on-call'])).toEqual(['U0ASHA', 'U0BEN']);
  });

  it('hears of changes while nobody clicks', async () => {
    const { slack, people } = await openPeople();
    await people.refresh();
    const { connection, until } = hold(settingsOf(slack), { listen: people.listen });
    connection.start();
    await until(isConnected);
    await control(slack, { do: 'group', group: 'security', users: ['U0DORA'] });
    await slack.interactions.event({ event: { type: 'subteam_updated', subteam: { id: 'S0SEC' } } });
    const dora = { id: 'U0DORA', team_id: 'T0TEST', deleted: true, real_name: 'Dora Kask' };
    await slack.interactions.event({ event: { type: 'user_change', user: dora } });
    await control(slack, { do: 'outage', mode: 'refuse' });
    await expect(people.resolve('U0DORA', { fresh: false })).rejects.toMatchObject({ code: 'slack-deactivated' });
    expect((await people.resolve('U0BEN')).person.roles).toEqual([]);
  });
});
