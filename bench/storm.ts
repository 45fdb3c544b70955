import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { createAccounts } from '../src/store/accounts.ts';
import type { TokenScope } from '../src/surfaces/ports.ts';
import type { Grounds } from './grounds.ts';
import { atLeast, atMost, type Measure, percentile, shown } from './measure.ts';
import { decisionsPlan, opensOnPlan } from './playbooks.ts';
import { openSlackStage, SLACK_INVENTORY } from './slack.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/**
 * A storm of alerts through the door of Alertmanager, in its batches, while people go on deciding on another incident over the API. The
 * server is a process of its own; whoever sends the storm, the worker and local Slack share this one.
 */
const BATCH = 100;
const BATCHES_A_SECOND = 10;
const SECONDS = 30;
const ALERTS = BATCH * BATCHES_A_SECOND * SECONDS;
/** Series that fire, each again and again. */
const SERIES = 500;
const KIND = 'bench.storm';
const DECISIONS = 40;
/** People read before they decide. */
const READING_MS = 300;

export async function benchStorm(grounds: Grounds): Promise<Measure[]> {
  const workshop = await openWorkshop(grounds);
  const stage = await openSlackStage(grounds, workshop);
  try {
    const tokens = { monitor: await tokenOf(grounds, 'alerts'), commander: await tokenOf(grounds, 'person') };
    await grounds.publish(opensOnPlan(SLACK_INVENTORY, KIND, 'leader-0'));
    const calm = await decide(grounds, workshop, stage.url, tokens.commander, () => false);
    grounds.say('the storm begins');
    let over = false;
    const storming = storm(stage.url, tokens.monitor).finally(() => {
      over = true;
    });
    const [batches, meanwhile] = await Promise.all([
      storming,
      decide(grounds, workshop, stage.url, tokens.commander, () => over),
    ]);
    const told = await untilTold(grounds);
    await workshop.endOpened(told.incident);
    return [
      atLeast(`storm of ${ALERTS} alerts in ${SECONDS} s, counted in the inbox`, told.counted, 'alerts', ALERTS),
      atMost('the same, counted twice', told.counted - ALERTS, 'alerts', 0),
      atMost('the same, incidents', told.incidents, 'incidents', 1),
      atLeast('the same, taken', ALERTS / (batches.tookMs / 1_000), 'alerts/s', 950),
      shown(`the same, a batch of ${BATCH} answered, p95`, percentile(batches.answeredMs, 0.95), 'ms'),
      shown('the same, messages to its incident', told.messages, 'messages'),
      shown(`decision to the act it allows, in the calm, p95 of ${calm.length}`, percentile(calm, 0.95), 'ms'),
      shown(
        `decision to the act it allows, in the storm, p50 of ${meanwhile.length}`,
        percentile(meanwhile, 0.5),
        'ms',
      ),
      atMost(
        `decision to the act it allows, in the storm, p95 of ${meanwhile.length}`,
        percentile(meanwhile, 0.95),
        'ms',
        500,
      ),
    ];
  } finally {
    await stage.close();
    await workshop.stop();
  }
}

async function tokenOf({ pool }: Grounds, scope: TokenScope): Promise<string> {
  const accounts = createAccounts({ pool, now: Date.now });
  const made = await accounts.createToken({ person: 'commander', name: `bench-${scope}`, scope, expiresAt: null });
  return made.token;
}

async function post(url: string, token: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
}

/** Sends at its pace, whether or not the answers keep up. */
async function storm(url: string, token: string): Promise<{ tookMs: number; answeredMs: number[] }> {
  const answeredMs: number[] = [];
  const sent: Promise<void>[] = [];
  const begun = performance.now();
  for (let n = 0; n < BATCHES_A_SECOND * SECONDS; n++) {
    await pause(Math.max(0, begun + (n * 1_000) / BATCHES_A_SECOND - performance.now()));
    const started = performance.now();
    sent.push(
      post(`${url}/hooks/alertmanager`, token, batchOf(n)).then(() => {
        answeredMs.push(performance.now() - started);
      }),
    );
  }
  await Promise.all(sent);
  return { tookMs: performance.now() - begun, answeredMs };
}

/** As Alertmanager sends a group. */
const batchOf = (n: number) => ({
  version: '4',
  receiver: 'tocsin',
  status: 'firing',
  groupLabels: { alertname: 'Storm' },
  truncatedAlerts: 0,
  alerts: Array.from({ length: BATCH }, (_, i) => {
    const pod = `pod-${(n * BATCH + i) % SERIES}`;
    return {
      status: 'firing',
      labels: { alertname: 'Storm', tocsin_kind: KIND, tocsin_system: 'claims-triage', pod, severity: 'critical' },
      annotations: { summary: `Answers of ${pod} leak` },
      startsAt: '2026-11-22T03:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example:9090/graph?g0.expr=leaks',
      fingerprint: pod,
    };
  }),
});

/** One decision after the other, until there are enough or it is over. How long each takes until its act reaches the outside world. */
async function decide(
  grounds: Grounds,
  workshop: Workshop,
  url: string,
  token: string,
  isOver: () => boolean,
): Promise<number[]> {
  const plan = decisionsPlan(DECISIONS);
  await grounds.publish(plan);
  const { incident } = await workshop.open(plan, `decided-${randomUUID()}`);
  const tookMs: number[] = [];
  for (let number = 1; number <= DECISIONS && !isOver(); number++) {
    await grounds.until(incident, (view) => view.decisions.some(({ question }) => question.number === number));
    await pause(READING_MS);
    const acted = new Promise<number>((resolve) => {
      workshop.onAct = () => resolve(performance.now());
    });
    const begun = performance.now();
    await post(`${url}/api/incidents/${incident}/decisions/${number}`, token, { answer: 'approve', confirm: true });
    tookMs.push((await acted) - begun);
  }
  await workshop.clear();
  return tookMs;
}

const TOLD_WITHIN_MS = 60_000;

/** Waits until the incident has been told of every alert. */
async function untilTold({ pool, reader }: Grounds) {
  for (const deadline = performance.now() + TOLD_WITHIN_MS; ; await pause(200)) {
    const { rows } = await pool.query<{ counted: number; told: number; incidents: string[] }>(
      `SELECT sum(count)::integer AS counted, sum(told)::integer AS told, array_agg(DISTINCT incident) AS incidents
       FROM alerts WHERE raw LIKE '%"${KIND}"%'`,
    );
    const { counted = 0, told = 0, incidents = [] } = rows[0] ?? {};
    const [incident = ''] = incidents;
    if (told === counted || performance.now() > deadline) {
      const events = (await reader.incident(incident))?.events ?? [];
      const messages = events.filter(({ type }) => type === 'alert.joined').length;
      return { counted, incidents: incidents.length, incident, messages };
    }
  }
}
