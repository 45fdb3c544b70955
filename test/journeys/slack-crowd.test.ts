import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askedPlan, crowdInventory } from '../../bench/playbooks.ts';
import { ACTIONS } from '../../src/surfaces/slack/contract.ts';
import { openSlackDesk, type SlackDesk, startDeskSlack } from '../support/slack-desk.ts';
import { WITHIN_MS } from './wait.ts';

/** Many people press at once, ten on each decision, and each decision needs all ten. In full: a thousand people. */
const DECISIONS = process.env.TOCSIN_SWEEP === 'full' ? 100 : 10;
const EACH = 10;
const PEOPLE = Array.from({ length: DECISIONS * EACH }, (_, i) => ({
  id: `person-${i}`,
  name: `Person ${i}`,
  email: `person-${i}@bench.example`,
  role: `crowd-${i % DECISIONS}`,
}));
const OPENER = { id: 'opener', name: 'Opener', email: 'opener@bench.example', role: 'incident-commander' };
const INVENTORY = crowdInventory([OPENER, ...PEOPLE]);

let desk: SlackDesk;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-crowd-'));
  writeFileSync(join(folder, 'tocsin.yaml'), INVENTORY);
  desk = await openSlackDesk('http', {
    local: false,
    env: { TOCSIN_INVENTORY: join(folder, 'tocsin.yaml') },
    slack: (port) => startDeskSlack(port, 'http', 0, [OPENER, ...PEOPLE]),
  });
}, 120_000);
afterAll(async () => {
  await desk?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it(
  'everybody who pressed is counted, and nobody twice, though many press twice',
  async () => {
    const incidents: string[] = [];
    for (let i = 0; i < DECISIONS; i += 1) {
      const plan = await desk.served.house.publish(askedPlan(INVENTORY, `crowd-${i}`, EACH, false));
      const body = { playbook: plan.playbook, system: 'claims-triage', severity: 'sev2' };
      const opened = await desk.served.call(OPENER.id, 'POST', '/api/incidents', body);
      expect(opened.status, opened.text).toBeLessThan(300);
      incidents.push(String(opened.body.incident));
    }
    const cards = await Promise.all(incidents.map((incident) => desk.card(incident, 1)));
    const press = (person: number) => {
      const { channel, ts } = cards[person % DECISIONS] ?? { channel: '', ts: '' };
      const user = desk.user(`person-${person}`);
      return desk.slack.interactions.act({ user, on: { channel, ts }, actionId: ACTIONS.approve });
    };
    const everybody = PEOPLE.map((_, i) => i);
    const heard = await Promise.all([...everybody, ...everybody.filter((i) => i % 3 === 0)].map(press));
    expect(heard.filter((outcome) => !outcome.ok)).toEqual([]);
    for (const incident of incidents) {
      const { made } = await desk.served.house.until(incident, 'its decision', (view) =>
        view.decisions[0]?.made ? view.decisions[0] : null,
      );
      expect(new Set(made?.people).size).toBe(EACH);
      const { view } = await desk.served.house.read(incident);
      expect(view.decisions[0]?.votes.length).toBe(EACH);
    }
  },
  10 * WITHIN_MS,
);
