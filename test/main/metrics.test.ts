import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMetrics, type MetricSources } from '../../src/main/metrics.ts';
import { packageRoot } from '../../src/main/package-root.ts';

it('every metric of ours is documented, and nothing else', () => {
  const unread = () => Promise.reject(new Error('nothing is collected here'));
  const reader: MetricSources['reader'] = {
    incident: unread,
    incidents: unread,
    events: unread,
    subscribe: () => () => undefined,
  };
  const { registry } = createMetrics({ reader, openFindings: unread, now: () => 0 });
  const ours = registry.getMetricsAsArray().flatMap(({ name }) => (name.startsWith('tocsin_') ? [name] : []));
  const text = readFileSync(join(packageRoot, 'docs', 'api.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `(tocsin_\w+)` \|/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual(ours.sort());
});
