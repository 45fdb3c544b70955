import { performance } from 'node:perf_hooks';
import { createAccounts } from '../src/store/accounts.ts';
import type { Grounds } from './grounds.ts';
import { atMost, type Measure, percentile, shown } from './measure.ts';
import { actsPlan, opensOnPlan } from './playbooks.ts';
import { openSlackStage, SLACK_INVENTORY } from './slack.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

/** From the moment a monitor sends an alert until the first question stands in Slack with its buttons. */
const WARM_UP = 3;
const ACTS = 100;
const LEAD = 'leader-0';

export async function benchAlert(grounds: Grounds, alerts: number): Promise<Measure[]> {
  const workshop = await openWorkshop(grounds);
  const stage = await openSlackStage(grounds, workshop);
  try {
    const tookMs: number[] = [];
    const token = await monitorToken(grounds);
    for (let i = 0; i < WARM_UP + alerts; i++) {
      const kind = `bench.alert-${i}`;
      await grounds.publish(opensOnPlan(SLACK_INVENTORY, kind, LEAD));
      const sent = performance.now();
      const incident = await sendAlert(stage.url, token, kind);
      await stage.card(incident, 1);
      if (i >= WARM_UP) tookMs.push(performance.now() - sent);
      await workshop.endOpened(incident);
    }
    return [
      ...(await overhead(grounds, workshop)),
      shown(`alert to the first question in Slack, p50 of ${alerts}`, percentile(tookMs, 0.5), 'ms'),
      atMost(`alert to the first question in Slack, p95 of ${alerts}`, percentile(tookMs, 0.95), 'ms', 1_000),
    ];
  } finally {
    await stage.close();
    await workshop.stop();
  }
}

/** The outside world answers at once here, so what an act takes is what Tocsin adds: append, verify, carry out, answer. */
async function overhead(grounds: Grounds, workshop: Workshop): Promise<Measure[]> {
  const plan = actsPlan(ACTS);
  await grounds.publish(plan);
  const { incident, ended } = await workshop.open(plan, 'bench-overhead');
  await ended;
  const tookMs = (await grounds.reader.events(incident, 0)).flatMap((event) =>
    event.type === 'act.done' ? [event.data.tookMs] : [],
  );
  await workshop.clear();
  return [
    shown(`what Tocsin adds to an act, p50 of ${tookMs.length}`, percentile(tookMs, 0.5), 'ms'),
    shown(`what Tocsin adds to an act, p95 of ${tookMs.length}`, percentile(tookMs, 0.95), 'ms'),
  ];
}

async function monitorToken({ pool }: Grounds): Promise<string> {
  const accounts = createAccounts({ pool, now: Date.now });
  const made = await accounts.createToken({ person: 'commander', name: 'bench', scope: 'alerts', expiresAt: null });
  return made.token;
}

/** As Alertmanager sends it: one alert in its group. */
async function sendAlert(url: string, token: string, kind: string): Promise<string> {
  const labels = { alertname: 'Bench', tocsin_kind: kind, tocsin_system: 'claims-triage' };
  const startsAt = new Date().toISOString();
  const alert = {
    status: 'firing',
    labels,
    annotations: { summary: 'Measured' },
    startsAt,
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: kind,
  };
  const body = {
    receiver: 'tocsin',
    status: 'firing',
    alerts: [alert],
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: '',
    version: '4',
    groupKey: kind,
    truncatedAlerts: 0,
  };
  const response = await fetch(`${url}/hooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = (await response.json()) as { alerts?: { incident: string | null }[] };
  const incident = said.alerts?.[0]?.incident;
  if (!response.ok || !incident)
    throw new Error(`the alert opened nothing: ${response.status} ${JSON.stringify(said)}`);
  return incident;
}
