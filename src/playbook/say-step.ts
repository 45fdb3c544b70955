import { checkRole } from './ask-step.ts';
import { textOf } from './expressions.ts';
import type { Flow } from './flow.ts';
import type { SayStep } from './plan.ts';
import type { SaySource } from './step-source.ts';
import type { Base, Block, Compiled } from './steps.ts';
import { MAIL, reporter, type Unit } from './unit.ts';
import { contractNamed } from './uses.ts';
import { wordingOf } from './wording.ts';
import type { Key } from './yaml.ts';

/** A message to people of the organisation goes by mail; unlike a mail to outsiders it can be corrected by the next one. */
export function compileSay(
  unit: Unit,
  source: SaySource,
  base: Base,
  { path }: Block,
  flow: Flow,
): Compiled<SayStep> | null {
  const report = reporter(unit.diagnostics);
  const contract = contractNamed(unit, MAIL, [...path, 'say']);
  if (!contract) return null;
  if (!unit.making.surroundings.organisation.includes(MAIL))
    report(
      unit.source.place([...path, 'say'], { key: true }),
      'unbound',
      `the inventory binds ${MAIL} to no connector; add it under "bindings"`,
    );
  checkRecipient(unit, source.to, [...path, 'to']);
  const title = base.title || `Tell ${source.to.replaceAll('-', ' ')}`;
  const subject =
    source.subject === undefined
      ? ({ literal: base.title || unit.value.title } as const)
      : textOf(unit, source.subject, [...path, 'subject'], flow).value;
  const step: SayStep = {
    ...base,
    title,
    kind: 'say',
    use: {
      capability: MAIL,
      risk: 'reversible',
      with: { to: { literal: source.to }, subject, text: wordingOf(unit, source.say, [...path, 'say'], flow).value },
      timeoutMs: contract.timeoutMs,
    },
  };
  return { step, sure: [step.id], maybe: [], handled: [], ends: false };
}

function checkRecipient(unit: Unit, to: string, path: readonly Key[]): void {
  if (to === 'stakeholders') return;
  if (!to.includes('@')) {
    checkRole(unit, to, path);
    return;
  }
  reporter(unit.diagnostics)(
    unit.source.place(path),
    'outside',
    'say is for people of the organisation (a role, or stakeholders); mail to others is do: notify.mail, which must be approved',
  );
}
