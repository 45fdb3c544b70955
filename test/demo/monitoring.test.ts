import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { isAlive } from '../../src/embedded/processes.ts';
import { openMonitoring } from '../support/alertmanager.ts';

type Sent = {
  authorization: string | undefined;
  body: { status: string; alerts: { labels: { alertname: string } }[] };
};

const RULES = (expr: string) => `groups:
  - name: quick
    interval: 1s
    rules:
      - { alert: AssistantLeaks, expr: '${expr}', labels: { tocsin_kind: model.output-leak } }
`;

test('a real rule over a scraped figure goes through the door with the token, and says when it is over; nothing stays behind', async () => {
  let leaks = 0;
  const model = createServer((_, answer) => answer.end(`assistant_leaks_total ${leaks}\n`));
  const sent: Sent[] = [];
  const door = createServer(async (request, answer) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    sent.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
    answer.end();
  });
  const portOf = async (server: typeof door): Promise<number> => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return (server.address() as AddressInfo).port;
  };
  const monitoring = await openMonitoring({
    rules: RULES('assistant_leaks_total > 0'),
    door: { url: `http://127.0.0.1:${await portOf(door)}/hooks/alertmanager`, token: 'tocsin_test' },
    targets: [`127.0.0.1:${await portOf(model)}`],
  });
  try {
    leaks = 3;
    await vi.waitFor(() => expect(sent.at(-1)?.body.status).toBe('firing'), { timeout: 20_000, interval: 50 });
    expect(sent[0]).toMatchObject({
      authorization: 'Bearer tocsin_test',
      body: { alerts: [{ labels: { alertname: 'AssistantLeaks', tocsin_kind: 'model.output-leak' } }] },
    });
    leaks = 0;
    await vi.waitFor(() => expect(sent.at(-1)?.body.status).toBe('resolved'), { timeout: 20_000, interval: 50 });
  } finally {
    await monitoring.stop();
    for (const server of [model, door]) server.closeAllConnections();
    for (const server of [model, door]) server.close();
  }
  expect(monitoring.pids.filter(isAlive)).toEqual([]);
}, 60_000);

test('a configuration that Alertmanager refuses is said in its own words', async () => {
  const door = { url: 'http://127.0.0.1:1/hooks/alertmanager', token: 'x' };
  const opening = openMonitoring({ rules: 'groups: []', door, alertmanager: 'route: { receiver: nobody }' });
  await expect(opening).rejects.toMatchObject({ code: 'monitoring-does-not-start', message: /nobody/ });
});
