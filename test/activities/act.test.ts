import { describe, expect, it } from 'vitest';
import { type Attempt, carryOut } from '../../src/activities/act.ts';
import type { ActivityPorts, CapabilityProvider } from '../../src/activities/ports.ts';
import type { ActResult, Call } from '../../src/engine/stage.ts';

class Away extends Error {}

const done: ActResult = { ok: true, outputs: { detail: 'cut' } };
const isolate: Call = {
  key: 'INC-2026-0147:isolate:act:0',
  path: 'isolate',
  capability: 'model.isolate',
  risk: 'disruptive',
  purpose: 'act',
  with: { system: 'support-assistant' },
  attempt: 1,
  timeoutMs: 50,
  undoes: null,
  approval: null,
};
const inspect: Call = { ...isolate, path: 'assess', capability: 'model.inspect', risk: 'read' };

type Given = {
  provider?: Partial<CapabilityProvider> | null;
  call?: Call;
  maybeDone?: boolean;
  holder?: string;
  refuse?: { code: string; message: string };
  incident?: string;
};

/** What carrying out comes to, and what was asked of the outside world on the way. */
async function carriedOut(given: Given = {}) {
  const asked: string[] = [];
  const provider: CapabilityProvider = {
    act: async () => done,
    readBack: async () => ({ state: 'not-done' }),
    ...given.provider,
  };
  const watched: CapabilityProvider = {
    act: (call, context) => {
      asked.push('act');
      return provider.act(call, context);
    },
    readBack: (call, context) => {
      asked.push('read-back');
      return provider.readBack(call, context);
    },
  };
  const ports: ActivityPorts = {
    timeline: { append: async () => undefined },
    leases: { take: async (_, incident) => ({ holder: given.holder ?? incident }), release: async () => undefined },
    registry: { provider: () => (given.provider === null ? null : watched) },
    approvals: { refuse: async () => given.refuse ?? null },
    notifier: { page: async () => undefined },
    snapshots: { save: async () => undefined, load: async () => null },
    checks: { note: async () => undefined },
    improvements: { sweep: async () => undefined },
    drills: { noteDue: async () => undefined },
    now: () => 0,
    unavailable: (error) => error instanceof Away,
  };
  const attempt: Attempt = {
    incident: given.incident ?? 'INC-2026-0147',
    call: given.call ?? isolate,
    maybeDone: given.maybeDone ?? false,
    signal: new AbortController().signal,
    beat: () => undefined,
    touching: () => undefined,
  };
  const result = await carryOut(ports, attempt).catch((error: unknown) => error);
  return { result, asked };
}

const fault = (code: string, more: object = {}) => ({ ok: false, fault: expect.objectContaining({ code, ...more }) });

describe('an act', () => {
  it('is carried out once, without reading back first', async () => {
    await expect(carriedOut()).resolves.toEqual({ result: done, asked: ['act'] });
  });

  it('is never carried out for a drill, whatever was approved in it', async () => {
    for (const call of [isolate, inspect])
      for (const maybeDone of [false, true])
        await expect(carriedOut({ incident: 'EX-2026-0003', call, maybeDone })).resolves.toEqual({
          result: fault('exercise'),
          asked: [],
        });
  });

  it('is refused before the world is touched: unbound, badly used, not approved, another incident changes the system', async () => {
    await expect(carriedOut({ provider: null })).resolves.toMatchObject({ result: fault('unbound'), asked: [] });
    const misused = { ...isolate, with: { system: 'support-assistant', force: true } };
    await expect(carriedOut({ call: misused })).resolves.toMatchObject({ result: fault('bad-input'), asked: [] });
    const refuse = { code: 'approval-refused', message: 'no' };
    await expect(carriedOut({ refuse })).resolves.toMatchObject({ result: fault('approval-refused'), asked: [] });
    const held = await carriedOut({ holder: 'INC-2026-0101' });
    expect(held).toMatchObject({ result: fault('lease-held', { effect: 'none' }), asked: [] });
    expect(JSON.stringify(held.result)).toMatch(/INC-2026-0101.*INC-2026-0147/);
  });

  it('that only reads needs no lease', async () => {
    const outputs = {
      version: 'v41',
      since: 'unknown',
      lastKnownGood: 'v40',
      signatureValid: false,
      lastKnownGoodValid: true,
      traffic: 'serving',
      detail: '',
    };
    const provider = { act: async (): Promise<ActResult> => ({ ok: true, outputs }) };
    const { result } = await carriedOut({ provider, call: inspect, holder: 'INC-2026-0101' });
    expect(result).toEqual({ ok: true, outputs });
  });

  it('that answers with something else than it declares has failed, with an effect that is not known', async () => {
    const provider = { act: async (): Promise<ActResult> => ({ ok: true, outputs: { status: 200 } }) };
    await expect(carriedOut({ provider })).resolves.toMatchObject({
      result: fault('bad-output', { effect: 'unknown' }),
    });
  });

  it('that answers with more than an incident can carry has failed as well', async () => {
    const provider = { act: async (): Promise<ActResult> => ({ ok: true, outputs: { detail: 'x'.repeat(300_000) } }) };
    const { result } = await carriedOut({ provider });
    expect(result).toEqual(fault('bad-output', { effect: 'unknown' }));
    expect(JSON.stringify(result).length).toBeLessThan(1_000);
    const page = 'x'.repeat(300_000);
    const refused = { code: 'http-502', message: page, retryable: true, effect: 'none' as const };
    for (const act of [
      async () => Promise.reject(new Error(page)),
      async () => ({ ok: false as const, fault: refused }),
    ])
      expect(JSON.stringify((await carriedOut({ provider: { act } })).result).length).toBeLessThan(3_000);
  });

  it('whose connector throws has failed; but our own database being away is thrown, to be tried again', async () => {
    const broken = { act: async () => Promise.reject(new Error('socket hang up')) };
    await expect(carriedOut({ provider: broken })).resolves.toMatchObject({ result: fault('connector-error') });
    const away = { act: async () => Promise.reject(new Away()) };
    expect((await carriedOut({ provider: away })).result).toBeInstanceOf(Away);
  });
});

describe('an act that may have been done before', () => {
  const again = (readBack: CapabilityProvider['readBack'], more: Given = {}) =>
    carriedOut({ provider: { readBack }, maybeDone: true, ...more });

  it('is not repeated when the world says that it was done', async () => {
    const found = await again(async () => ({ state: 'done', outputs: { detail: 'cut already' } }));
    expect(found).toEqual({ result: { ok: true, outputs: { detail: 'cut already' } }, asked: ['read-back'] });
  });

  it('is carried out when the world says that it was not', async () => {
    await expect(again(async () => ({ state: 'not-done' }))).resolves.toMatchObject({ asked: ['read-back', 'act'] });
  });

  it('becomes a question when nobody can tell', async () => {
    const found = await again(async () => ({ state: 'unknown', why: 'mail leaves no trace' }));
    expect(found).toMatchObject({
      result: fault('ambiguous', { retryable: false, effect: 'unknown' }),
      asked: ['read-back'],
    });
    const broken = await again(async () => Promise.reject(new Error('no route to host')));
    expect(broken.result).toMatchObject(fault('ambiguous'));
  });

  it('is simply repeated when it only reads', async () => {
    const { asked } = await again(async () => ({ state: 'unknown', why: '' }), { call: inspect });
    expect(asked).toEqual(['act']);
  });
});

describe('an act that takes too long', () => {
  const never = () => new Promise<never>(() => undefined);

  it('is called off and looked at: what it did in time counts as done', async () => {
    let aborted = false;
    const provider: Partial<CapabilityProvider> = {
      act: (_, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return never();
      },
      readBack: async () => ({ state: 'done', outputs: { detail: 'cut' } }),
    };
    await expect(carriedOut({ provider })).resolves.toEqual({ result: done, asked: ['act', 'read-back'] });
    expect(aborted).toBe(true);
  });

  it('is a question otherwise, because it may still take effect', async () => {
    const { result } = await carriedOut({ provider: { act: never } });
    expect(result).toMatchObject(fault('timeout', { retryable: false, effect: 'unknown' }));
  });

  it('may be tried again when it only reads', async () => {
    const { result } = await carriedOut({ provider: { act: never }, call: inspect });
    expect(result).toMatchObject(fault('timeout', { retryable: true, effect: 'none' }));
  });
});
