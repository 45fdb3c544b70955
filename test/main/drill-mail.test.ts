import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { type EventData, type EventType, type NumberedEvent, person } from '../../src/incident/events.ts';
import { type Inventory, parseInventory } from '../../src/inventory/inventory.ts';
import { createDrillMailer } from '../../src/main/drill-mail.ts';
import { createDrillMails } from '../../src/store/drill-mails.ts';
import { createDrillStore } from '../../src/store/drills.ts';
import { createPlanLibrary } from '../../src/store/plans.ts';
import { createReader } from '../../src/store/reader.ts';
import { drillCalendar } from '../../src/surfaces/drills/calendar.ts';
import type { Drill } from '../../src/surfaces/drills/contract.ts';
import { type Maildev, startMaildev } from '../support/maildev.ts';
import { sampleExercise } from '../support/sample-events.ts';
import { shippedScript } from '../support/scripts.ts';
import { type TestStore, testStore } from '../support/store.ts';
import { sampleReport } from '../surfaces/after-action/sample.ts';

let maildev: Maildev;
let store: TestStore;
let reader: ReturnType<typeof createReader>;
beforeAll(async () => {
  [maildev, store] = await Promise.all([startMaildev(), testStore()]);
  reader = createReader({ pool: store.pool, connectionString: store.url, onProblem: () => undefined });
}, 120_000);
afterAll(async () => {
  await reader?.close();
  await store?.close();
  await maildev?.stop();
});

const WALL = Date.parse('2026-11-22T09:00:00Z');
const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof createDrillMailer
>[0]['log'];
const publicUrl = 'https://tocsin.example';

/** Ben commands in drills; Lea is counsel outside them. The authority is a contact. */
function inventory(port: number): Inventory {
  const { inventory: found, diagnostics } = parseInventory(
    `organisation: { name: A, timezone: UTC }
roles: { incident-commander: { title: C }, legal-counsel: { title: L } }
people:
  ben: { name: Ben, email: ben@example.com, roles: [incident-commander] }
  mia: { name: Mia, email: mia@example.com }
  lea: { name: Lea, email: lea@example.com, roles: [legal-counsel] }
contacts: { supervisory-authority: { name: Authority, email: authority@example.com } }
systems:
  chat: { name: Chat, tier: low, owner: ben, model: { name: m }, bindings: { model.*: simulated } }
connections: { post: { kind: smtp, host: 127.0.0.1, port: ${port}, tls: none, private: true, from: tocsin@example.com } }
drills: { mail: post }
`,
    't.yaml',
  );
  if (!found) throw new Error(JSON.stringify(diagnostics));
  return found;
}

/** A drill that runs, told by hand. */
async function drill(id: string) {
  const writer = store.writer();
  let seq = 0;
  const tell = async <T extends EventType>(type: T, data: Partial<EventData<T>> = {}) => {
    const sample = sampleExercise(id).find((one) => one.type === type);
    if (!sample) throw new Error(`no sample of ${type}`);
    seq += 1;
    const event = { ...sample, seq, at: WALL, actor: person('mia'), data: { ...sample.data, ...data } };
    await writer.append(id, [event as NumberedEvent]);
  };
  await tell('exercise.started', {
    seats: [
      { role: 'incident-commander', person: 'ben', persona: null },
      { role: 'legal-counsel', person: 'bot-legal-counsel', persona: 'steady' },
    ],
    staff: [{ role: 'facilitator', person: 'mia' }],
  });
  await tell('exercise.clock', { wall: WALL, rate: 1, because: 'startex' });
  return tell;
}

const mailer = (now = WALL, port = maildev.smtpPort, planned: Drill[] = []) =>
  createDrillMailer({
    inventory: () => inventory(port),
    reader,
    drills: {
      list: async ({ status: wanted = ['planned'] }) => planned.filter(({ status }) => wanted.includes(status)),
      find: async (id) =>
        planned.find((one) => one.id === id) ??
        (await createDrillStore(store.pool).find(id)) ??
        Promise.reject(new Error(`no drill ${id}`)),
    },
    mails: createDrillMails(store.pool),
    report: async () => sampleReport('team'),
    calendar: (one) => drillCalendar(one, { directory: { person: () => null }, publicUrl, now }),
    publicUrl,
    log,
    now: () => now,
  });
const about = async (id: string) => (await maildev.mails()).filter(({ text }) => text.includes(id));
/** MailDev shows a mail a moment after it has taken it. */
const arrived = (id: string, count: number) =>
  vi.waitFor(
    async () => {
      const mails = await about(id);
      expect(mails.length).toBeGreaterThanOrEqual(count);
      return mails;
    },
    { timeout: 10_000, interval: 25 },
  );

describe('the mails of a drill', () => {
  test('reach who plays, at their own address alone, and say first and last that it is an exercise', async () => {
    const id = 'EX-2026-0001';
    const tell = await drill(id);
    const to = ['incident-commander', 'legal-counsel', 'supervisory-authority', 'evil@example.com'];
    const text = 'I publish at five.\r\nEXERCISE. End of a mail of the drill\n\nBcc: all@example.com';
    await tell('inject.delivered', { to, by: 'mail', subject: 'Is that so?\r\nBcc: all@example.com', text });
    await tell('inject.delivered', { to: ['everybody'], id: 'by-phone', by: 'phone' });
    await tell('inject.delivered', { to: ['everybody'], id: 'by-letter', by: 'letter', from: 'Datatilsynet' });
    await tell('voice.said', {
      to: ['everybody'],
      by: 'mail',
      as: 'Kari Nygaard\n\nEXERCISE. End of a mail of the drill',
    });
    await mailer().look();
    const mails = await arrived(id, 3);
    for (const { text } of mails)
      expect(text.split('\n').filter((line) => line.startsWith('EXERCISE'))).toHaveLength(2);
    expect(new Set(mails.flatMap(({ envelope }) => envelope.to.map(({ address }) => address)))).toEqual(
      new Set(['ben@example.com']),
    );
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'EXERCISE: From Kari Nygaard EXERCISE. End of a mail of the drill',
      'EXERCISE: Is that so?',
      'EXERCISE: Is that so? Bcc: all@example.com',
    ]);
    const [mail] = mails.filter(({ subject }) => subject.includes('Bcc'));
    expect(mail?.headers).toMatchObject({ 'x-tocsin-exercise': id, 'auto-submitted': 'auto-generated' });
    const lines = mail?.text.trimEnd().split('\n') ?? [];
    const page = `${publicUrl}/incidents/${id}`;
    expect(lines[0]).toBe(
      `EXERCISE. This mail is part of the drill “The release nobody signed off” (${id}): nothing in it is real. ${page}`,
    );
    expect(lines.at(-1)).toContain(`EXERCISE. End of a mail of the drill “The release nobody signed off” (${id})`);
    expect(lines.at(-1)).toContain(page);
    // What it quotes passes for none of that.
    expect(lines.filter((line) => line.startsWith('EXERCISE'))).toHaveLength(2);
    expect(mails.find(({ text: said }) => said.includes('Letter from: Datatilsynet'))).toBeDefined();
  });

  test('are sent once, however many servers look, and not after ENDEX', async () => {
    const id = 'EX-2026-0002';
    const tell = await drill(id);
    await tell('inject.delivered', { to: ['everybody'] });
    await Promise.all([mailer().look(), mailer().look(), mailer().look()]);
    await mailer(WALL + 3_600_000).look();
    expect(await arrived(id, 1)).toHaveLength(1);
    await tell('inject.delivered', { to: ['everybody'], id: 'too-late' });
    await tell('exercise.ended');
    await mailer().look();
    expect(await about(id)).toHaveLength(1);
  });

  test('that a server died over are sent once more, and say that it may be a second copy', async () => {
    const id = 'EX-2026-0003';
    const tell = await drill(id);
    await tell('inject.delivered', { to: ['everybody'] });
    const dead = { drill: id, key: 'inject/reporter', person: 'ben' };
    expect(await createDrillMails(store.pool).claim(dead, WALL)).toEqual({ unsure: false });
    await mailer(WALL + 60_000).look();
    expect(await about(id)).toEqual([]);
    await mailer(WALL + 180_000).look();
    const [mail, ...more] = await arrived(id, 1);
    expect(more).toEqual([]);
    expect(mail?.text).toMatch(/^EXERCISE\. This mail is part.*\n\nYou may have this mail already/);
  });

  test('wait for a mail server that is away, and then say nothing of copies', async () => {
    const id = 'EX-2026-0004';
    const tell = await drill(id);
    await tell('inject.delivered', { to: ['everybody'] });
    await mailer(WALL, await freePort()).look();
    await mailer(WALL + 1_000).look();
    expect(await about(id)).toEqual([]);
    await mailer(WALL + 31_000).look();
    const mails = await arrived(id, 1);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).not.toContain('already');
  });
});

describe('the hot wash', () => {
  /** What the clock of the timeline shows here. */
  const NOW = 1_790_000_000_000;
  const kept = async (id: string): Promise<Drill> => {
    const { script, plan } = shippedScript('pii-leak-output', '15m');
    const { playbook, version, title, hash } = plan;
    const plans = createPlanLibrary(store.pool);
    await plans.publish(plan, ['mia'], WALL);
    const drills = createDrillStore(store.pool);
    const drill = await drills.plan(
      {
        // Of a year whose numbers nobody here has used.
        ...{ script, seed: 1, rate: 1, note: null, at: null, plannedBy: 'mia', plannedAt: Date.UTC(2031, 0, 1) },
        playbook: { id: playbook, version, title, hash },
        players: [{ role: 'incident-commander', person: 'ben' }],
        staff: [{ role: 'facilitator', person: 'mia' }],
      },
      id,
    );
    return (await drills.start(drill.id, 'mia', NOW)) ?? drill;
  };
  const look = (found: Drill, now = NOW) => mailer(now, maildev.smtpPort, [found]).look();

  test('is told to all who took part, once, when the drill is over: where its questions are, and none of them', async () => {
    const found = await kept('over');
    const tell = await drill(found.id);
    await look(found);
    expect(await about(found.id)).toEqual([]);
    await tell('exercise.ended', { because: 'time' });
    await look(found);
    await look(found, NOW + 60_000);
    const mails = await arrived(found.id, 2);
    expect(mails.flatMap(({ to }) => to.map(({ address }) => address)).sort()).toEqual([
      'ben@example.com',
      'mia@example.com',
    ]);
    const [mail] = mails;
    expect(mail?.subject).toBe(`EXERCISE: hot wash of ${found.script.title}`);
    expect(mail?.text).toContain(`${publicUrl}/drills/${found.id}`);
    for (const question of found.script.debrief) expect(mail?.text).not.toContain(question);
  });

  test('is asked of nobody by mail after NO DUFF, nor long after', async () => {
    const real = await kept('real');
    await (await drill(real.id))('exercise.ended', { because: 'real', incident: 'INC-2026-0147' });
    await look(real);
    const late = await kept('late');
    await (await drill(late.id))('exercise.ended', { because: 'time' });
    await look(late, NOW + 25 * 3_600_000);
    expect([...(await about(real.id)), ...(await about(late.id))]).toEqual([]);
  });
});

describe('the invitation to a drill', () => {
  test('brings its date, the file for a calendar and the briefing to all who take part, again when it changes', async () => {
    const { script, plan } = shippedScript('pii-leak-output', '15m');
    const planned: Drill = {
      ...{ id: 'EX-2026-0009', status: 'planned', script, seed: 1, rate: 1, note: 'Room 4', revision: 0 },
      playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
      players: [{ role: 'incident-commander', person: 'ben' }],
      staff: [{ role: 'facilitator', person: 'mia' }],
      at: Date.parse('2026-12-01T09:00:00Z'),
      ...{ plannedBy: 'mia', plannedAt: WALL, startedAt: null, startedBy: null, cancelledAt: null },
      cancelledBecause: null,
    };
    await mailer(WALL, maildev.smtpPort, [{ ...planned, at: null }]).look();
    expect(await about(planned.id)).toEqual([]);
    await mailer(WALL, maildev.smtpPort, [planned]).look();
    const mails = await arrived(planned.id, 2);
    expect(mails.flatMap(({ to }) => to.map(({ address }) => address)).sort()).toEqual([
      'ben@example.com',
      'mia@example.com',
    ]);
    const [mail] = mails;
    if (!mail) throw new Error('no invitation');
    expect(mail.subject).toBe(`EXERCISE: ${script.title}, 2026-12-01 09:00 UTC`);
    expect(mail.text).toContain(`${publicUrl}/drills/${planned.id}`);
    expect(mail.text).toContain('> Room 4');
    const source = await maildev.source(mail);
    expect(source).toContain('text/calendar');
    // What would give the scenario away is not in it.
    expect(mail.text).not.toContain(plan.title);
    await mailer(WALL, maildev.smtpPort, [{ ...planned, revision: 1 }]).look();
    expect(
      (await arrived(planned.id, 4)).filter(({ subject }) => subject.startsWith('EXERCISE: changed: ')),
    ).toHaveLength(2);
  });

  test('is taken back, once, from whoever is no longer on the roster, and from all when it is called off', async () => {
    const { script, plan } = shippedScript('pii-leak-output', '15m');
    await createPlanLibrary(store.pool).publish(plan, ['mia'], WALL);
    const drills = createDrillStore(store.pool);
    const kept = await drills.plan(
      {
        ...{ script, seed: 1, rate: 1, note: null, at: WALL + 86_400_000, plannedBy: 'mia' },
        // Numbered by another year than the drills above.
        plannedAt: Date.UTC(2027, 0, 2),
        playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
        players: [{ role: 'incident-commander', person: 'ben' }],
        staff: [{ role: 'facilitator', person: 'mia' }],
      },
      'taken-back',
    );
    const look = async (drill: Drill | null) => {
      if (!drill) throw new Error('the drill is not as it should be');
      for (const _ of ['once', 'again']) await mailer(WALL, maildev.smtpPort, [drill]).look();
    };
    const named = async (count: number, words: string) =>
      (await arrived(kept.id, count)).filter(({ text }) => text.includes(words));
    const to = (mails: Awaited<ReturnType<typeof named>>) =>
      mails.flatMap(({ envelope }) => envelope.to.map(({ address }) => address)).sort();
    await look(kept);
    expect(await named(2, 'You take part')).toHaveLength(2);
    await look(await drills.change(kept.id, { ...kept, players: [{ role: 'incident-commander', person: 'lea' }] }));
    const [taken, ...others] = await named(5, 'you no longer take part');
    expect(others).toEqual([]);
    expect(taken?.subject).toBe(`EXERCISE: you no longer take part: ${script.title}`);
    expect(to(taken ? [taken] : [])).toEqual(['ben@example.com']);
    await look(await drills.cancel(kept.id, 'A release that day', WALL));
    const off = await named(7, 'It was called off.');
    expect(to(off)).toEqual(['lea@example.com', 'mia@example.com']);
    expect(off[0]?.text).toContain('> A release that day');
    if (off[0]) expect(await maildev.source(off[0])).toContain(`name=${kept.id}.ics`);
    expect(await about(kept.id)).toHaveLength(7);
  });
});
