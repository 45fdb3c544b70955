import { expect, it } from 'vitest';
import type { Call } from '../../src/engine/stage.ts';
import { actOnWorld, World } from '../../src/simulator/core/world.ts';
import { firstWorld, stateOf } from '../support/shipped.ts';

const SYSTEM = 'claims-triage';
const call = (capability: string, more: Partial<Call> = {}): Call => ({
  key: `k:${capability}`,
  path: 'step',
  capability,
  risk: 'disruptive',
  purpose: 'act',
  with: { system: SYSTEM },
  attempt: 1,
  timeoutMs: 1_000,
  undoes: null,
  approval: { unattended: 'a test', planHash: '' },
  ...more,
});
const proves = (world: World, capability: string, expected: string) =>
  actOnWorld(world, call(capability, { risk: 'read', with: { system: SYSTEM, expect: expected } }), 0).result;

it('a world that was kept before anything stood around its models is read, and acts take effect in it', () => {
  const { around: _none, ...model } = stateOf(firstWorld()) ?? { around: undefined };
  const old = World.parse({ format: 1, systems: { [SYSTEM]: model }, mailbox: [], faults: [], applied: {} });
  const { world } = actOnWorld(old, call('agent.stop'), 0);
  expect(proves(world, 'agent.probe', 'stopped')).toMatchObject({ ok: true, outputs: { proved: true } });
  const { world: undone } = actOnWorld(
    world,
    call('agent.resume', { key: 'k:agent.stop:undo:0', purpose: 'undo', undoes: 'k:agent.stop' }),
    1,
  );
  expect(proves(undone, 'agent.probe', 'running')).toMatchObject({ outputs: { proved: true } });
});

it('a system that answers with success and does nothing is found out by the proof', () => {
  const world = firstWorld();
  world.faults.push({
    capability: 'tool.disable',
    system: null,
    times: 1,
    kind: 'lie',
    retryable: false,
    message: 'It says that it did.',
  });
  const lied = actOnWorld(world, call('tool.disable'), 0);
  expect(lied.result.ok).toBe(true);
  expect(proves(lied.world, 'tool.probe', 'disabled')).toMatchObject({ outputs: { proved: false } });
});

it('an undo puts back what its own act changed, and leaves what others changed since', () => {
  const { world: stopped } = actOnWorld(firstWorld(), call('agent.stop'), 0);
  const { world: frozen } = actOnWorld(stopped, call('pipeline.freeze'), 1);
  const { world } = actOnWorld(
    frozen,
    call('agent.resume', { key: 'k:agent.stop:undo:0', purpose: 'undo', undoes: 'k:agent.stop' }),
    2,
  );
  expect(stateOf(world)?.around).toMatchObject({ agent: 'running', pipeline: 'frozen' });
});

it('a stranger’s credentials do not come back with the new ones', () => {
  const { world: revoked } = actOnWorld(firstWorld(), call('access.revoke'), 0);
  const { world } = actOnWorld(revoked, call('access.restore'), 1);
  const seen = actOnWorld(world, call('access.inspect', { risk: 'read' }), 2).result;
  expect(seen).toMatchObject({ outputs: { credentials: 'valid', strangers: 0 } });
});

it('a disruptive act without its decision is refused, as a worker refuses it; looking needs none', () => {
  const world = firstWorld();
  const refused = actOnWorld(world, call('agent.stop', { approval: null }), 0);
  expect(refused).toMatchObject({ world, result: { ok: false, fault: { code: 'approval-refused', effect: 'none' } } });
  expect(actOnWorld(world, call('agent.inspect', { risk: 'read', approval: null }), 0).result.ok).toBe(true);
});
