import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMetrics, type MetricSources } from '../../src/main/metrics.ts';
import { packageRoot } from '../../src/main/package-root.ts';

const unread = () => Promise.reject(new Error('nothing is collected here'));
const sources: Pick<MetricSources, 'reader' | 'openFindings'> = {
  reader: { incident: unread, incidents: unread, events: unread, subscribe: () => () => undefined },
  openFindings: unread,
};

it('every metric of ours is documented, and nothing else', () => {
  const { registry, watchSlack, watchChecks, watchDrills } = createMetrics({ ...sources, now: () => 0 });
  watchChecks({ planned: () => [], states: async () => [] });
  watchDrills({ list: unread, overdueSchedules: unread });
  watchSlack(() => ({ connected: true, awaySince: null, waiting: {}, publishes: true }));
  const ours = registry.getMetricsAsArray().flatMap(({ name }) => (name.startsWith('tocsin_') ? [name] : []));
  const text = readFileSync(join(packageRoot, 'docs', 'api.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `(tocsin_\w+)` \|/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual(ours.sort());
});

it('tells how Slack is doing, and says nothing of it where none is used', async () => {
  const figures = { connected: false, awaySince: 4_000, waiting: { decision: 2, chatter: 7 }, publishes: true };
  const { registry, watchSlack } = createMetrics({ ...sources, now: () => 10_000 });
  watchSlack(() => figures);
  const value = async (name: string) => registry.getSingleMetricAsString(name);
  expect(await value('tocsin_slack_connected')).toMatch(/^tocsin_slack_connected 0$/m);
  expect(await value('tocsin_slack_away_seconds')).toMatch(/^tocsin_slack_away_seconds 6$/m);
  expect(await value('tocsin_slack_publishes')).toMatch(/^tocsin_slack_publishes 1$/m);
  expect(await value('tocsin_slack_waiting')).toMatch(/^tocsin_slack_waiting\{urgency="decision"\} 2$/m);
  expect(await value('tocsin_slack_waiting')).toMatch(/^tocsin_slack_waiting\{urgency="chatter"\} 7$/m);
  const without = createMetrics({ ...sources, now: () => 0 }).registry.getMetricsAsArray();
  expect(without.filter(({ name }) => name.startsWith('tocsin_slack'))).toEqual([]);
});
