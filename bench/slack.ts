import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../src/embedded/ports.ts';
import type { LocalSlack, SlackMessage } from '../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../src/embedded/slack/start.ts';
import { openDecisions } from '../src/incident/view.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { readManifest } from '../src/main/slack-manifest.ts';
import { spawnService } from '../src/main/supervise.ts';
import { ACTIONS } from '../src/surfaces/slack/contract.ts';
import { endWithUs } from './children.ts';
import { type Grounds, NAMESPACE } from './grounds.ts';
import { atLeast, atMost, type Measure, percentile, shown } from './measure.ts';
import { askedPlan, crowdInventory, decisionsPlan } from './playbooks.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/**
 * From a signed click in Slack until the disruptive act that it allows reaches the outside world; then a crowd. The server runs as a
 * process of its own, as under `npm start`, and hears Slack over signed HTTP. Local Slack and the worker are in this process, so what
 * is measured holds the work of the emulator too.
 */

const QUIET_DECISIONS = 10;
/** Whoever decides has read the question first; nothing else is going on then. */
const READING_MS = 400;
/** Incidents before the first that counts: the server has just started, and its code is slow at first. */
const WARM_UP = 3;
const AT_ONCE = 50;
const CROWD = { people: 1_000, decisions: 100 };
const WITHIN_MS = 120_000;
const EACH = CROWD.people / CROWD.decisions;
const COMMANDER = 'commander';
/** One commander, one for each of the incidents at once, and the crowd, ten to a role. */
const PEOPLE = [
  { id: COMMANDER, role: 'incident-commander' },
  ...Array.from({ length: AT_ONCE }, (_, i) => ({ id: `lead-${i}`, role: `leader-${i}` })),
  ...Array.from({ length: CROWD.people }, (_, i) => ({ id: `person-${i}`, role: `crowd-${i % CROWD.decisions}` })),
];
export const SLACK_INVENTORY = crowdInventory(PEOPLE);

export async function benchSlack(grounds: Grounds, incidents: number): Promise<Measure[]> {
  const workshop = await openWorkshop(grounds);
  const stage = await openSlackStage(grounds, workshop);
  try {
    return [
      ...(await quiet(grounds, workshop, stage, incidents)),
      ...(await atOnce(grounds, workshop, stage)),
      ...(await crowd(grounds, workshop, stage)),
    ];
  } finally {
    await stage.close();
    await workshop.stop();
  }
}

export type SlackStage = {
  slack: LocalSlack;
  /** Where the server answers. */
  url: string;
  user(person: string): string;
  /** The channel's message of an open question. */
  card(incident: string, number: number): Promise<SlackMessage>;
  close(): Promise<void>;
};

export async function openSlackStage(grounds: Grounds, workshop: Workshop): Promise<SlackStage> {
  const folder = join(grounds.scratch, 'slack');
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const inventory = file('tocsin.yaml', SLACK_INVENTORY);
  const port = await freePort();
  const slack = await startLocalSlack({
    port: 0,
    file: null,
    team: { id: 'T0BENCH', name: 'Bench', domain: 'bench' },
    users: PEOPLE.map(({ id }, i) => ({ id: `U${i}`, name: id, real_name: id, email: `${id}@bench.example` })),
    groups: [],
    channels: [{ id: 'C0INCIDENTS', name: 'incidents' }],
    app: {
      ...readManifest(),
      requestUrl: `http://127.0.0.1:${port}/slack/events`,
      botToken: 'xoxb-bench',
      signingSecret: 'bench',
    },
    // What is measured is Tocsin, not how long Slack makes it wait.
    limits: { tier1: 1e9, tier2: 1e9, tier3: 1e9, tier4: 1e9, channelPerS: 1e9, channelBurst: 1e9, messages: 1e9 },
  });
  const service = spawnService({
    name: 'server',
    cli: join(packageRoot, 'dist', 'src', 'main', 'cli.js'),
    logFile: join(folder, 'server.log'),
    env: {
      ...process.env,
      TOCSIN_DATA: folder,
      TOCSIN_PORT: String(port),
      TOCSIN_KEYS: grounds.keysDir,
      TOCSIN_INVENTORY: inventory,
      TOCSIN_TASK_QUEUE: workshop.taskQueue,
      TOCSIN_SLACK_BOT_TOKEN: `file:${file('bot', 'xoxb-bench')}`,
      TOCSIN_SLACK_SIGNING_SECRET: `file:${file('signing', 'bench')}`,
      TOCSIN_SLACK_API_URL: slack.apiUrl,
      TEMPORAL_NAMESPACE: NAMESPACE,
    },
  });
  endWithUs(service.child, 'SIGTERM');
  const server = await service.go({
    type: 'go',
    databaseUrl: grounds.databaseUrl,
    temporalAddress: grounds.temporalAddress,
  });
  const { workspace } = slack;
  const users = new Map(workspace.users().map((user) => [user.name, user.id]));
  const cards = new Map<string, SlackMessage>();
  const off = workspace.onChange((change) => {
    if (change.kind !== 'message' || workspace.channel(change.channel)?.kind === 'im') return;
    const message = workspace.message(change.channel, change.ts);
    const ref = message && /"(INC-\d{4}-\d{4,}\/\d+)\/\d+"/.exec(JSON.stringify(message.blocks))?.[1];
    if (message && ref) cards.set(ref, message);
  });
  return {
    slack,
    url: `http://127.0.0.1:${port}`,
    user: (person) => users.get(person) ?? '',
    card: (incident, number) => until(`question ${number} of ${incident}`, () => cards.get(`${incident}/${number}`)),
    async close() {
      off();
      await server.stop();
      await slack.stop();
    },
  };
}

/** Opens the modal of a risky approve: what the person reads before they confirm. */
async function openModal({ slack, user }: SlackStage, card: SlackMessage): Promise<void> {
  const on = { channel: card.channel, ts: card.ts };
  const pressed = await slack.interactions.act({ user: user(COMMANDER), on, actionId: ACTIONS.approve });
  if (!pressed.ok) throw new Error(`a press was not heard: ${pressed.detail}`);
  await until('the modal', () => slack.workspace.modals(user(COMMANDER)).at(-1)?.submit);
}

async function confirm({ slack, user }: SlackStage): Promise<void> {
  const submitted = await slack.interactions.submit({ user: user(COMMANDER), values: {} });
  if (!submitted.ok) throw new Error(`a click was not heard: ${submitted.detail}`);
  await slack.interactions.dismiss({ user: user(COMMANDER), all: true });
}

async function quiet(grounds: Grounds, workshop: Workshop, stage: SlackStage, incidents: number): Promise<Measure[]> {
  const plan = decisionsPlan(QUIET_DECISIONS);
  await grounds.publish(plan);
  const tookMs: number[] = [];
  for (let i = -WARM_UP; i < incidents; i++) {
    const { incident, ended } = await workshop.open(plan, `slack-${i + WARM_UP}`);
    for (let number = 1; number <= QUIET_DECISIONS; number++) {
      await openModal(stage, await stage.card(incident, number));
      await pause(READING_MS);
      const acted = new Promise<number>((resolve) => {
        workshop.onAct = () => resolve(performance.now());
      });
      const clicked = performance.now();
      const heard = confirm(stage);
      const took = (await acted) - clicked;
      await heard;
      if (i >= 0) tookMs.push(took);
    }
    await ended;
    await workshop.clear();
    if (i >= 0) grounds.say(`signed click to act: ${tookMs.length} of ${incidents * QUIET_DECISIONS} samples`);
  }
  return [
    shown(`signed click in Slack to the act it allows, p50 of ${tookMs.length}`, percentile(tookMs, 0.5), 'ms'),
    atMost(`signed click in Slack to the act it allows, p95 of ${tookMs.length}`, percentile(tookMs, 0.95), 'ms', 40),
  ];
}

/** Fifty incidents wait, and are all approved in one moment. */
async function atOnce(grounds: Grounds, workshop: Workshop, stage: SlackStage): Promise<Measure[]> {
  const { slack, user } = stage;
  const leads = Array.from({ length: AT_ONCE }, (_, i) => `lead-${i}`);
  const plans = leads.map((_, i) => askedPlan(SLACK_INVENTORY, `leader-${i}`, 1, true));
  for (const plan of plans) await grounds.publish(plan);
  const opened = await Promise.all(plans.map((plan, i) => workshop.open(plan, `at-once-${i}`)));
  const cards = await Promise.all(opened.map(({ incident }) => stage.card(incident, 1)));
  // They read one after the other, and confirm together.
  for (const [i, { channel, ts }] of cards.entries()) {
    const by = user(leads[i] as string);
    await slack.interactions.act({ user: by, on: { channel, ts }, actionId: ACTIONS.approve });
    await until('the modal', () => slack.workspace.modals(by).at(-1)?.submit);
  }
  await pause(500);
  const actedAt = new Map<string, number>();
  workshop.onAct = ({ key }) => void actedAt.set(key.split(':')[0] ?? '', performance.now());
  const clicked = performance.now();
  await Promise.all(leads.map((person) => slack.interactions.submit({ user: user(person), values: {} })));
  await Promise.all(opened.map(({ ended }) => ended));
  await workshop.clear();
  const tookMs = opened.map(({ incident }) => (actedAt.get(incident) ?? Number.POSITIVE_INFINITY) - clicked);
  return [
    shown(`${AT_ONCE} incidents approved in one moment, p50`, percentile(tookMs, 0.5), 'ms'),
    shown(`${AT_ONCE} incidents approved in one moment, last`, Math.max(...tookMs), 'ms'),
  ];
}

/** A thousand people each press once, ten on each of a hundred decisions; each decision needs all ten. */
async function crowd(grounds: Grounds, workshop: Workshop, stage: SlackStage): Promise<Measure[]> {
  const plans = Array.from({ length: CROWD.decisions }, (_, i) =>
    askedPlan(SLACK_INVENTORY, `crowd-${i}`, EACH, false),
  );
  for (const plan of plans) await grounds.publish(plan);
  const opened = await Promise.all(plans.map((plan, i) => workshop.open(plan, `crowd-${i}`)));
  grounds.say(`${CROWD.decisions} incidents ask ${EACH} people each`);
  const cards = await Promise.all(opened.map(({ incident }) => stage.card(incident, 1)));
  const clicked = performance.now();
  const heard = await Promise.all(
    Array.from({ length: CROWD.people }, (_, i) => {
      const { channel, ts } = cards[i % CROWD.decisions] as SlackMessage;
      return stage.slack.interactions.act({
        user: stage.user(`person-${i}`),
        on: { channel, ts },
        actionId: ACTIONS.approve,
      });
    }),
  );
  const views = await Promise.all(
    opened.map(({ incident }) => grounds.until(incident, (view) => (openDecisions(view).length === 0 ? view : null))),
  );
  const tookS = (performance.now() - clicked) / 1_000;
  await Promise.all(opened.map(({ ended }) => ended));
  await workshop.clear();
  const votes = views.flatMap((view) => view.decisions[0]?.votes ?? []);
  const counted = new Set(votes.map(({ incident, person }) => `${incident} ${person}`)).size;
  const made = views.filter((view) => view.decisions[0]?.made?.people.length === EACH).length;
  const refused = heard.filter((outcome) => !outcome.ok).length;
  return [
    atLeast(
      `${CROWD.people} people on ${CROWD.decisions} decisions, votes counted once`,
      counted,
      'votes',
      CROWD.people,
    ),
    atMost('the same, votes counted twice', votes.length - counted, 'votes', 0),
    atLeast('the same, decisions made by all of their people', made, 'decisions', CROWD.decisions),
    shown('the same, clicks that Slack called failed', refused, 'clicks'),
    shown('the same, until the last decision stood', tookS, 's'),
  ];
}

async function until<T>(what: string, look: () => T): Promise<NonNullable<T>> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`Slack never showed ${what}`);
    await pause(2);
  }
}
