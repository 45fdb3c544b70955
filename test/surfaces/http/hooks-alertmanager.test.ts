import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openMonitoring } from '../../support/alertmanager.ts';
import { openServed, sample } from '../../support/served.ts';

const guide = readFileSync(sample('docs/alerts.md'), 'utf8');
const shown = (name: string): string => {
  const found = new RegExp(`\`\`\`yaml\\n# ${name}\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1];
  if (found === undefined) throw new Error(`docs/alerts.md shows no ${name}`);
  return found;
};

type Entry = { alert: Record<string, unknown>; status: string; count: number; incident: string | null; source: string };

it('a rule of Prometheus, as the guide shows it, comes through Alertmanager into the inbox, is counted, and ends', async () => {
  const served = await openServed();
  onTestFinished(() => served.close());
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-door-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let leaks = 0;
  const model = createServer((_, answer) => answer.end(`assistant_leaks_total ${leaks}\n`));
  await new Promise<void>((ready) => model.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    model.closeAllConnections();
    model.close();
  });
  const token = await served.token('sofia-mendes', 'alerts');
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const alertmanager = shown('alertmanager.yml')
    .replace('https://tocsin.example.org', served.url)
    .replace('/etc/alertmanager/tocsin-token', join(folder, 'token'))
    // So that the test need not wait for repeats as people would.
    .replace('group_interval: 10s', 'group_interval: 1s')
    .replace('repeat_interval: 5m', 'repeat_interval: 1s');
  const monitoring = await openMonitoring({
    // The window is shorter, for the same reason.
    rules: shown('rules.yml').replace('[5m]', '[10s]'),
    door: { url: served.url, token },
    targets: [`127.0.0.1:${(model.address() as AddressInfo).port}`],
    alertmanager,
  });
  onTestFinished(() => monitoring.stop());
  const leak = async (look: (entry: Entry) => void) =>
    vi.waitFor(
      async () => {
        const { body } = await served.call('mara-lindqvist', 'GET', '/api/alerts');
        const found = (body.alerts as unknown as Entry[]).find(({ alert }) => alert.kind === 'model.output-leak');
        if (!found) throw new Error('no leak is in the inbox');
        look(found);
        return found;
      },
      { timeout: 40_000, interval: 100 },
    );
  // A counter must have been seen before it can grow.
  await vi.waitFor(
    async () => {
      const answer = await fetch(`${monitoring.prometheusUrl}/api/v1/query?query=assistant_leaks_total`);
      expect(JSON.stringify(await answer.json())).toContain('"0"');
    },
    { timeout: 20_000, interval: 100 },
  );
  leaks = 1;
  const first = await leak(() => {});
  expect(first).toMatchObject({ source: 'test' });
  expect(first.alert).toMatchObject({
    system: 'customer-assistant',
    severity: 'critical',
    title: 'The output filter of the assistant found a planted secret',
    labels: { alertname: 'AssistantLeaksSecrets' },
  });
  await leak(({ count }) => expect(count).toBeGreaterThan(1));
  await leak((entry) => expect(entry).toMatchObject({ resolvedAt: expect.any(Number) }));
}, 180_000);
