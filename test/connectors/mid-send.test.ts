import { describe, expect, it } from 'vitest';
import { type Attempt, carryOut } from '../../src/activities/act.ts';
import type { ActivityPorts, CapabilityProvider } from '../../src/activities/ports.ts';
import type { Call } from '../../src/engine/stage.ts';
import type { Connection } from '../../src/inventory/connections.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { createMessengers } from '../../src/main/messengers.ts';
import { aCall } from './calls.ts';
import { serve } from './egress/servers.ts';
import { startStandIn } from './smtp/stand-in.ts';

/** What a worker does with a call. `died`: an earlier one was lost while it carried this call out. */
function worker(connection: Connection) {
  const inventory = { ...loadInventory('tocsin.yaml'), connections: { out: connection } };
  const messengers = createMessengers({ inventory, secrets: () => 'secret', redact: (text) => text, now: Date.now });
  const provider = messengers.of('out')?.provider as CapabilityProvider;
  const ports: ActivityPorts = {
    timeline: { append: async () => undefined },
    leases: { take: async (_system, incident) => ({ holder: incident }), release: async () => undefined },
    registry: { provider: () => provider },
    approvals: { refuse: async () => null },
    notifier: { page: async () => undefined },
    snapshots: { save: async () => undefined, load: async () => null },
    checks: { note: async () => undefined },
    improvements: { sweep: async () => undefined },
    drills: { noteDue: async () => undefined },
    now: Date.now,
    unavailable: () => false,
  };
  const attempt = (call: Call, died: boolean, signal: AbortSignal): Attempt => ({
    incident: 'INC-2026-0001',
    call,
    maybeDone: died,
    signal,
    beat: () => undefined,
    touching: () => undefined,
  });
  return {
    carryOut: (call: Call, died = false, signal = new AbortController().signal) =>
      carryOut(ports, attempt(call, died, signal)),
    close: () => messengers.close(),
  };
}

describe('a worker that dies in mid-send', () => {
  it('leaves a question behind when it was a mail: it is not sent a second time unasked', async () => {
    const server = await startStandIn({ end: 'silence' });
    const mail: Connection = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      private: true,
      from: 'tocsin@halden.example',
    };
    const call = aCall({ with: { to: 'legal-counsel', subject: 'Notice', text: 'We notify …' } });
    const dying = new AbortController();
    const lost = worker(mail).carryOut(call, false, dying.signal);
    await expect.poll(() => server.mails.length).toBe(1);
    dying.abort(new Error('the worker dies'));
    await expect(lost).rejects.toThrow('the worker dies');
    expect(await worker(mail).carryOut(call, true)).toMatchObject({
      ok: false,
      fault: { code: 'ambiguous', effect: 'unknown', retryable: false },
    });
    expect(server.connections()).toBe(1);
  });

  it('has its webhook sent again by the next, under the same id', async () => {
    const ids: unknown[] = [];
    const server = await serve((request, response) => {
      ids.push(request.headers['webhook-id']);
      request.resume();
      if (ids.length > 1) response.writeHead(202).end();
    });
    const hook: Connection = { kind: 'webhook', url: server.origin, private: true, secret: 'env:HOOK' };
    const call = aCall({
      capability: 'notify.webhook',
      with: { event: 'incident.contained', text: 'Traffic is cut.' },
    });
    const dying = new AbortController();
    const first = worker(hook);
    const lost = first.carryOut(call, false, dying.signal);
    await expect.poll(() => ids.length).toBe(1);
    dying.abort(new Error('the worker dies'));
    await expect(lost).rejects.toThrow('the worker dies');
    const second = worker(hook);
    expect(await second.carryOut(call, true)).toEqual({ ok: true, outputs: { deliveryId: ids[0], status: 202 } });
    expect(ids[1]).toBe(ids[0]);
    await Promise.all([first.close(), second.close()]);
  });
});
