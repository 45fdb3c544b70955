import { expect, it } from 'vitest';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { plannedChecks } from '../../src/inventory/planned-checks.ts';

const planned = (system: string) => {
  const { inventory, diagnostics } = parseInventory(
    `
organisation: { name: Tested, timezone: UTC }
roles: { on-call: { title: On call } }
people: { ben: { name: Ben, roles: [on-call] } }
connections:
  registry: { kind: mlflow, url: https://mlflow.example.org }
  signing: { kind: model-signing, keys: [file:/keys/release.pem] }
  gateway: { kind: openai, url: https://mlflow.example.org/v1 }
systems:
  chat: { name: Chat, tier: high, owner: ben, model: { name: chat }, ${system} }
`,
    'tocsin.yaml',
  );
  if (!inventory) throw new Error(JSON.stringify(diagnostics));
  return plannedChecks(inventory).map(({ check, everyMs }) => `${check} ${everyMs}`);
};
const canaries = 'canaries: [{ id: planted, ask: [What is it?], secret: env:CANARY }]';

it('integrity is checked where something verifies it, canaries where there are some', () => {
  expect(planned(`bindings: { model.*: simulated }, checks: { every: 15m, ${canaries} }`)).toEqual([
    'integrity 900000',
    'canaries 900000',
  ]);
  expect(planned('bindings: { model.*: simulated }')).toEqual(['integrity null']);
  expect(planned(`bindings: { model.inspect: simulated }, checks: { every: 1h }`)).toEqual([]);
  const real = (serving: string) =>
    `bindings: { model.*: registry }, serving: { endpoint: chat${serving} }, checks: { every: 1h }`;
  expect(planned(real(''))).toEqual([]);
  expect(planned(real(', signed-by: signing'))).toEqual(['integrity 3600000']);
});

it('canaries that nothing can ask for are planned, so that it is heard of', () => {
  expect(planned(`checks: { every: 1h, ${canaries} }`)).toEqual(['canaries 3600000']);
});
