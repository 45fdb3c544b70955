import { describe, expect, it } from 'vitest';
import {
  bindingFor,
  type Inventory,
  parseInventory,
  peopleByRole,
  peopleMeantBy,
  personById,
  surroundingsOf,
  systemSnapshot,
} from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { slackOf } from '../../src/inventory/slack.ts';
import { formatDiagnostic, SourceError } from '../../src/playbook/diagnostics.ts';

const sample = loadInventory('tocsin.yaml');

const minimal = `organisation: { name: A, timezone: UTC }
roles: { lead: { title: Lead } }
people: { ada: { name: Ada, roles: [lead] } }
systems:
  chat: { name: Chat, tier: low, owner: lead, model: { name: m }, bindings: { model.*: simulated } }
`;
const problems = (text: string | Uint8Array) => parseInventory(text, 't.yaml').diagnostics.map(formatDiagnostic);
const parse = (text: string) => parseInventory(text, 't.yaml').inventory as Inventory;

describe('the sample inventory', () => {
  it('holds every role by somebody, and a commander who can decide alone', () => {
    expect(Object.keys(surroundingsOf(sample).roles).sort()).toEqual(sample.roles.map((role) => role.id).sort());
    expect(peopleByRole(sample, 'incident-commander').map((person) => person.id)).toContain('mara-lindqvist');
  });

  it('binds every capability of every system', () => {
    const { systems, organisation, contracts } = surroundingsOf(sample);
    expect(organisation).toEqual(Object.keys(contracts).filter((name) => !name.startsWith('model.')));
    for (const system of Object.values(systems)) expect(system.capabilities).toEqual(Object.keys(contracts));
  });

  it('gives the facts that an incident keeps', () => {
    expect(systemSnapshot(sample, 'claims-triage')).toEqual({
      id: 'claims-triage',
      name: 'Claims triage',
      tier: 'critical',
      owner: 'ml-on-call',
      jurisdictions: ['NO', 'EU'],
      dataClasses: ['personal', 'health'],
      lastKnownGood: '4.1.7',
      dependants: ['Payout estimator'],
    });
    expect(systemSnapshot(sample, 'nothing')).toBeNull();
    expect(personById(sample, 'ingrid-solheim')?.name).toBe('Ingrid Solheim');
    expect(peopleMeantBy(sample, 'stakeholders')?.map((person) => person.id)).toEqual([
      'mara-lindqvist',
      'sofia-mendes',
      'daniel-achterberg',
      'ingrid-solheim',
    ]);
    expect(peopleMeantBy(sample, 'nobody')).toBeNull();
  });
});

it('a system without a binding has no connector, and the organisation’s own binding serves all', () => {
  const inventory = parse(
    minimal.replace(', bindings: { model.*: simulated }', ', bindings: { model.probe: simulated }'),
  );
  expect(bindingFor(inventory, 'model.isolate', 'chat')).toBeNull();
  expect(bindingFor(inventory, 'model.probe', 'chat')).toBe('simulated');
  expect(bindingFor(parse(`${minimal}bindings: { notify.mail: simulated }\n`), 'notify.mail', 'chat')).toBe(
    'simulated',
  );
});

it('a role that nobody holds is not among the surroundings', () => {
  const inventory = parse(minimal.replace('roles: [lead]', 'roles: []'));
  expect(surroundingsOf(inventory).roles).toEqual({});
});

describe('the calendar', () => {
  const working = '{ zone: Europe/Berlin, days: [mon, fri], hours: "09:00-17:00", holidays: [2026-12-25] }';
  const withCalendar = (text: string) => `${minimal}calendar: ${text}\n`;

  it('says when people work, and is what playbooks count by', () => {
    const inventory = parse(withCalendar(working));
    expect(inventory.calendar).toEqual({
      zone: 'Europe/Berlin',
      days: ['mon', 'fri'],
      hours: '09:00-17:00',
      holidays: ['2026-12-25'],
    });
    expect(surroundingsOf(inventory).organisation).toContain('calendar.after');
    expect(surroundingsOf(parse(minimal)).organisation).not.toContain('calendar.after');
  });

  it.each([
    ['Europe/Berlin', 'Europe/Berln', 't.yaml:6:19', 'IANA time zone'],
    ['"09:00-17:00"', '"17:00-09:00"', 't.yaml:6:59', 'the end after the beginning'],
    ['2026-12-25', '2026-02-30', 't.yaml:6:85', 'a day that there is'],
    ['[mon, fri]', '[]', 't.yaml:6:40', 'at least one working day'],
    ['[mon, fri]', '[mon, frie]', 't.yaml:6:46', 'fri'],
  ])('refuses %s written as %s', (good, bad, place, why) => {
    const [problem, ...others] = problems(withCalendar(working.replace(good, bad)));
    expect(problem).toContain(place);
    expect(problem).toContain(why);
    expect(others).toEqual([]);
  });

  it('cannot be bound to anything else', () => {
    expect(problems(`${minimal}bindings: { calendar.after: simulated }\n`)).toEqual([
      expect.stringContaining('unknown capability "calendar.after"'),
    ]);
  });
});

describe('Slack', () => {
  it('needs nothing said: the usual channel, one of their own for serious incidents', () => {
    expect(slackOf(parse(minimal))).toEqual({
      channel: 'incidents',
      ownChannelFor: ['sev1', 'sev2'],
      ownChannelsPrivate: false,
      groups: {},
      users: {},
    });
  });

  it('knows people by id, roles by group, and a channel by name or id, with or without their signs', () => {
    const inventory = parse(
      `${minimal
        .replace('roles: [lead]', 'roles: [lead], slack: W012A3CDE')
        .replace(
          'title: Lead',
          'title: Lead, slack-group: "@leads"',
        )}slack: { channel: "#ai", own-channel-for: [], own-channels: private }\n`,
    );
    expect(slackOf(inventory)).toEqual({
      channel: 'ai',
      ownChannelFor: [],
      ownChannelsPrivate: true,
      groups: { lead: 'leads' },
      users: { ada: 'W012A3CDE' },
    });
    expect(slackOf(parse(`${minimal}slack: { channel: C0123ABCD }`)).channel).toBe('C0123ABCD');
    expect(slackOf(parse(`${minimal}slack: { channel: vorfälle-ki }`)).channel).toBe('vorfälle-ki');
    // Surfaces show people as they are in the inventory, and nothing of Slack's.
    expect(personById(inventory, 'ada')).toEqual({ id: 'ada', name: 'Ada', email: null, roles: ['lead'] });
  });

  it('plays drills in another channel than that of incidents, and sends their mails through a mail server', () => {
    expect(slackOf(parse(`${minimal}slack: { drills: "#exercises" }`)).drills).toBe('exercises');
    expect(problems(`${minimal}slack: { channel: "#ai", drills: ai }`)).toEqual([
      't.yaml:6:34 error: incidents are announced in "ai"; play drills in another channel',
    ]);
    const hook = 'connections: { hook: { kind: webhook, url: "https://hook.example.org/x", secret: env:HOOK } }';
    expect(problems(`${minimal}${hook}\ndrills: { mail: hook }\n`)).toContainEqual(
      expect.stringContaining('hook is of kind webhook; this takes smtp'),
    );
    expect(problems(`${minimal}drills: { mail: post }\n`)).toEqual([
      expect.stringContaining('there is no connection "post"'),
    ]);
  });

  it('counts a role as held when a user group may hold it: how many are in it only Slack knows', () => {
    const held = minimal
      .replace('roles: [lead]', 'roles: []')
      .replace('title: Lead', 'title: Lead, slack-group: leads');
    expect(surroundingsOf(parse(held)).roles).toEqual({ lead: Number.POSITIVE_INFINITY });
  });
});

describe('mistakes are named with their place', () => {
  const wrong: [string, string, string, string][] = [
    ['a misspelt key', 'owner: lead', 'ownr: lead', 't.yaml:5:34 error: unknown key "ownr"; did you mean "owner"?'],
    ['a missing key', 'tier: low, ', '', 't.yaml:5:9 error: "tier" is missing'],
    [
      'an unknown role',
      'roles: [lead]',
      'roles: [lead, leed]',
      't.yaml:3:43 error: unknown role "leed"; did you mean "lead"?',
    ],
    [
      'an unknown owner',
      'owner: lead',
      'owner: adda',
      't.yaml:5:41 error: unknown role or person "adda"; did you mean "ada"?',
    ],
    [
      'an unknown tier',
      'tier: low',
      'tier: hihg',
      't.yaml:5:29 error: "hihg" is not one of critical, high, standard, low; did you mean "high"?',
    ],
    [
      'an unknown connection',
      'simulated',
      'simulatd',
      't.yaml:5:88 error: there is no connection "simulatd"; did you mean "simulated"?',
    ],
    [
      'an unknown capability',
      'model.*',
      'model.isolat',
      't.yaml:5:79 error: unknown capability "model.isolat"; did you mean "model.isolate"?',
    ],
    [
      'a time zone',
      'timezone: UTC',
      'timezone: Mars/Base',
      't.yaml:1:36 error: use an IANA time zone such as Europe/Berlin',
    ],
    [
      'an id that is no name',
      'people: { ada:',
      'people: { Ada_L:',
      't.yaml:3:11 error: "Ada_L" cannot be a name here: use lower-case words joined by hyphens',
    ],
    ['a wrong type', 'roles: [lead]', 'roles: lead', 't.yaml:3:36 error: expected a list, not "lead"'],
    [
      'a version that does not exist',
      'name: m }',
      'name: m, versions: ["1.9"], last-known-good: "1.8" }',
      't.yaml:5:101 error: unknown version "1.8"; did you mean "1.9"?',
    ],
    [
      'a person named like a role',
      'people: { ada:',
      'people: { lead:',
      't.yaml:3:11 error: "lead" is a role as well; give the person another id',
    ],
    [
      'a person named like a member of Slack who is in no inventory',
      'people: { ada:',
      'people: { slack-u0ada:',
      't.yaml:3:11 error: "slack-u0ada" is how a member of Slack who is not in this file is called; give the person another id',
    ],
    [
      'a Slack user by name',
      'roles: [lead]',
      'roles: [lead], slack: "@ada"',
      't.yaml:3:51 error: a Slack member id looks like U0123ABCD; it stands in the profile, under "Copy member ID"',
    ],
    [
      'a Slack user who is two people',
      'roles: [lead] } }',
      'slack: U1111 }, bob: { name: Bob, slack: U1111 } }',
      't.yaml:3:70 error: U1111 is the Slack user of "ada" already; a Slack user is one person',
    ],
    [
      'a user group that can be none',
      'title: Lead',
      'title: Lead, slack-group: "ML on call"',
      't.yaml:2:44 error: a Slack user group is its handle, such as ml-on-call, or its id, such as S0123ABCD',
    ],
    [
      'a Slack channel with capitals',
      'systems:',
      'slack: { channel: Incidents }\nsystems:',
      't.yaml:4:19 error: a Slack channel is its name in lower case, such as incidents, or its id, such as C0123ABCD',
    ],
    [
      'a severity without a meaning',
      'systems:',
      'slack: { own-channel-for: [sev5] }\nsystems:',
      't.yaml:4:28 error: "sev5" is not one of sev1, sev2, sev3, sev4; did you mean "sev1"?',
    ],
  ];
  it.each(wrong)('%s', (_, from, to, expected) => {
    expect(minimal).toContain(from);
    expect(problems(minimal.replace(from, to)).join('\n')).toBe(expected);
  });

  it('a file that is not there', () => {
    expect(() => loadInventory('no/such.yaml')).toThrow(SourceError);
    expect(() => loadInventory('no/such.yaml')).toThrow(/^no\/such\.yaml:1:1 error: there is no such file/);
  });
});

describe('hostile YAML', () => {
  const bomb = `a: &a [x, x]\n${'bcdefghij'
    .split('')
    .map((c, i) => `${c}: &${c} [*${'abcdefghi'[i]}, *${'abcdefghi'[i]}]`)
    .join('\n')}`;
  const hostile: [string, string | Uint8Array, RegExp][] = [
    ['alias bombs', bomb, /2:8 error: aliases are not allowed/],
    ['tags', minimal.replace('name: A', 'name: !!js/function A'), /tags are not allowed/],
    ['known tags', minimal.replace('name: A', 'name: !!str A'), /tags are not allowed/],
    ['duplicate keys', minimal.replace('name: A', 'name: A, name: B'), /1:26 error: this key stands here twice/],
    ['merge keys', minimal.replace('name: A', '<<: { name: A }'), /"<<" is not allowed/],
    ['prototype keys', minimal.replace('name: A', '__proto__: { name: A }'), /"__proto__" is not allowed/],
    ['two documents', `${minimal}---\n${minimal}`, /one document a file/],
    ['a huge file', `# ${'x'.repeat(2_000_001)}`, /larger than 2 MB/],
    ['bytes that are no text', new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]), /not UTF-8/],
    ['deep nesting', '['.repeat(400_000), /nested deeper/],
    ['deep indentation', Array.from({ length: 1300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /./],
    ['nothing', '', /empty/],
    ['a list', '- 1', /expected a map, not a list/],
    ['broken text', 'a: [1', /t\.yaml:1:6 error/],
  ];
  it.each(hostile)('%s', (_, text, expected) => {
    expect(problems(text).join('\n')).toMatch(expected);
  });
});
