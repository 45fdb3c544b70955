import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { type Inventory, parseInventory } from '../../src/inventory/inventory.ts';
import { createImprovementSweep } from '../../src/main/improvement-sweep.ts';
import { createImprovementStore } from '../../src/store/improvements.ts';
import { createMailClaims } from '../../src/store/mail-claims.ts';
import { openPool } from '../../src/store/pool.ts';
import { type Maildev, type ReceivedMail, startMaildev } from '../support/maildev.ts';
import { openWorld, sofia, tomas, type World } from '../surfaces/improvements/world.ts';

/** Reminders through a real mail server, in the role of a worker; the clock is moved by hand. */
let maildev: Maildev;
let world: World;
let pool: ReturnType<typeof openPool>;
beforeAll(async () => {
  [maildev, world] = await Promise.all([startMaildev(), openWorld()]);
  pool = openPool(world.store.url, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await world?.close();
  await maildev?.stop();
});

const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof createImprovementSweep
>[0]['log'];

function inventory(port: number, bound = 'bindings: { notify.mail: post }'): Inventory {
  const { inventory: found, diagnostics } = parseInventory(
    `organisation: { name: A, timezone: Europe/Oslo }
roles: { incident-commander: { title: C } }
people:
  tomas-okafor: { name: Tomas, email: tomas@example.com }
  sofia-mendes: { name: Sofia, email: sofia@example.com }
systems: {}
connections: { post: { kind: smtp, host: 127.0.0.1, port: ${port}, tls: none, private: true, from: tocsin@example.com } }
${bound}
`,
    't.yaml',
  );
  if (!found) throw new Error(JSON.stringify(diagnostics));
  return found;
}

let now = Date.parse('2026-12-15T06:30:00Z');
const sweeping = (port: number, bound?: string) =>
  createImprovementSweep({
    inventory: () => inventory(port, bound),
    items: createImprovementStore(pool),
    reminders: createMailClaims(pool, { table: 'improvement_reminders', of: 'improvement' }, 20),
    reader: world.reader,
    sync: async () => undefined,
    publicUrl: 'https://tocsin.example/',
    ...{ log, now: () => now },
  });
const make = (due: string) => world.desk.create(sofia, world.wanted({ due, owner: tomas.id }), `key ${due}`);
const line = ({ subject, to }: ReceivedMail) => `${to[0]?.address}: ${subject}`;
/** All that came, once these have: MailDev shows a mail a moment after it took it. */
async function subjects(expected: readonly string[]): Promise<string[]> {
  for (const one of expected) await maildev.awaitMail((mail) => line(mail) === one);
  return (await maildev.mails()).map(line).sort();
}

test('each reminder is sent once, by however many workers; a day that was missed is made up for', async () => {
  const { id } = await make('2026-12-15');
  await Promise.allSettled([sweeping(maildev.smtpPort).sweep('remind'), sweeping(maildev.smtpPort).sweep('remind')]);
  await sweeping(maildev.smtpPort).sweep('remind');
  const today = `tomas@example.com: [${id}] due today: Put the number into the runbook.`;
  expect(await subjects([today])).toEqual([today]);
  const [mail] = await maildev.mails();
  expect(mail?.text).toContain(`https://tocsin.example/improvements/${id}`);
  // Sixteen days in which nobody looked.
  now = Date.parse('2026-12-31T06:30:00Z');
  await sweeping(maildev.smtpPort).sweep('remind');
  const overdue = 'overdue since 2026-12-15: Put the number into the runbook.';
  const all = [today, `sofia@example.com: [${id}] ${overdue}`, `tomas@example.com: [${id}] ${overdue}`].sort();
  expect(await subjects(all)).toEqual(all);
  await world.desk.done(tomas, id, null);
});

test('what the mail server does not take is tried again, and Temporal told so; without a mail server nothing is noted', async () => {
  const { id } = await make('2026-12-30');
  await sweeping(maildev.smtpPort, '').sweep('remind');
  expect(await subjects([])).toHaveLength(3);
  await expect(sweeping(await freePort()).sweep('remind')).rejects.toThrow(
    '1 reminders of improvement items are to be tried again',
  );
  // Too soon for another try.
  await expect(sweeping(maildev.smtpPort).sweep('remind')).rejects.toThrow(/tried again/);
  now += 60_000;
  await sweeping(maildev.smtpPort).sweep('remind');
  const due = `tomas@example.com: [${id}] due since 2026-12-30: Put the number into the runbook.`;
  expect(await subjects([due])).toHaveLength(4);
});
