import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { rememberingSecrets } from '../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import { createRegistry } from '../../src/main/bindings.ts';
import { createLiveBindings } from '../../src/main/live-bindings.ts';
import { createLiveInventory } from '../../src/main/live-inventory.ts';
import { createLog } from '../../src/main/log.ts';
import { aCall, aContext } from '../connectors/calls.ts';
import { testFolder } from '../support/folder.ts';

/** Holds its answers back until it is told to give them. */
async function receiver() {
  const bodies: string[] = [];
  let answer: () => void = () => undefined;
  let held: Promise<void> = Promise.resolve();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    await held;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    bodies,
    hold: () => {
      held = new Promise((resolve) => {
        answer = resolve;
      });
    },
    answer: () => answer(),
  };
}

const inventoryText = (url: string, person: string) => `
organisation: { name: Halden, timezone: Europe/Berlin }
roles: { ml-on-call: { title: ML on call } }
people: { ${person}: { name: Somebody, email: ${person}@example.org, roles: [ml-on-call] } }
connections: { pager: { kind: webhook, url: "${url}", private: true, secret: "env:KEY" } }
paging: [pager]
bindings: { notify.webhook: pager }
systems: {}
`;

const aPage = (key: string) => ({
  incident: 'INC-2026-0001',
  role: 'ml-on-call',
  key,
  subject: 'Somebody must answer',
  text: 'Now.',
});

test('a worker acts and pages as the inventory says now; what runs already ends as it began; mistakes change nothing', async () => {
  const [before, after] = [await receiver(), await receiver()];
  const file = join(testFolder(), 'tocsin.yaml');
  writeFileSync(file, inventoryText(before.url, 'mara'));
  let clock = 0;
  const log = createLog({ name: 'test', level: 'silent', destination: new PassThrough() });
  const { secrets, redact } = rememberingSecrets(
    createSecrets({ KEY: 'whsec_c2VjcmV0IG9mIHRoZSBob29rLCBmb3IgYSB0ZXN0' }),
  );
  const bound = createLiveBindings({
    inventory: createLiveInventory(file, () => clock, log).current,
    bind: createRegistry,
    worlds: { withWorld: () => Promise.reject(new Error('the simulated world was asked')) },
    secrets,
    redact,
    log,
    publicUrl: 'http://127.0.0.1:7373',
    now: Date.now,
  });
  onTestFinished(bound.close);
  const act = (key: string) => {
    const call = aCall({ key, capability: 'notify.webhook', with: { event: 'test', text: key } });
    return bound.registry.provider('notify.webhook', null)?.act(call, aContext());
  };
  await bound.notifier.page(aPage('page-1'));
  expect(before.bodies).toEqual([expect.stringContaining('"people":["mara"]')]);
  before.hold();
  const running = act('running');

  writeFileSync(file, inventoryText(after.url, 'jonas'));
  clock += 1_001;
  await bound.notifier.page(aPage('page-2'));
  expect(after.bodies).toEqual([expect.stringContaining('"people":["jonas"]')]);
  expect(await act('later')).toMatchObject({ ok: true });
  expect(after.bodies[1]).toContain('later');
  before.answer();
  expect(await running).toMatchObject({ ok: true });
  expect(before.bodies).toHaveLength(2);

  writeFileSync(file, inventoryText(after.url, 'jonas').replace('kind: webhook', 'kind: wobhook'));
  clock += 1_001;
  expect(await act('last')).toMatchObject({ ok: true });
});
