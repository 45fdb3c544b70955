import { milliseconds } from './duration.ts';
import { textOf } from './expressions.ts';
import { after, type Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import type { AskStep } from './plan.ts';
import type { AskSource, SeatList } from './schema.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import { reporter, type Unit } from './unit.ts';
import type { Key } from './yaml.ts';

export function compileAsk(unit: Unit, source: AskSource, base: Base, block: Block, flow: Flow): Compiled<AskStep> {
  const { path } = block;
  const question = textOf(unit, source.ask, [...path, 'ask'], flow).value;
  const timing = compileTiming(unit, source, path);
  const step: AskStep = {
    ...base,
    title: base.title || ('literal' in question ? String(question.literal) : ''),
    kind: 'ask',
    question,
    details: source.details === undefined ? null : textOf(unit, source.details, [...path, 'details'], flow).value,
    by: compileSeats(unit, source.by, [...path, 'by']),
    requesterMayDecide: source['requester-may-decide'] ?? false,
    ...timing,
    otherwise: source.otherwise ?? 'deny',
    onDeny: null,
    covers: [],
  };
  unit.making.asks.set(step.path, step);
  const handler = source['on-deny'];
  const denied = handler
    ? compileBlock(
        unit,
        handler,
        { path: [...path, 'on-deny'], prefix: `${base.path}/on-deny/`, cover: block.cover },
        after(flow, [step.id]),
      )
    : null;
  step.onDeny = denied?.steps ?? null;
  return { step, sure: [step.id], maybe: [], handled: denied ? [...denied.sure, ...denied.maybe] : [], ends: true };
}

export function compileSeats(unit: Unit, by: SeatList, path: readonly Key[]): AskStep['by'] {
  const report = reporter(unit.diagnostics);
  for (const [i, { role, count = 1 }] of by.entries()) {
    const at = [...path, i];
    if (!checkRole(unit, role, [...at, 'role'])) continue;
    const held = unit.making.surroundings.roles[role] ?? 0;
    if (count > held)
      report(
        unit.source.place([...at, 'count']),
        'too-few-people',
        `${count} people of "${role}" are needed; the inventory has ${held}`,
      );
    if (by.findIndex((seat) => seat.role === role) < i)
      report(unit.source.place([...at, 'role']), 'role-twice', `"${role}" has a seat already; raise its count instead`);
  }
  return by.map(({ role, count = 1 }) => ({ role, count }));
}

export function checkRole(unit: Unit, role: string, path: readonly Key[]): boolean {
  const { roles } = unit.making.surroundings;
  if (Object.hasOwn(roles, role) && (roles[role] ?? 0) > 0) return true;
  const suggestion = didYouMean(role, Object.keys(roles));
  reporter(unit.diagnostics)(unit.source.place(path), 'nobody-holds', `nobody holds the role "${role}"`, {
    suggestion,
  });
  return false;
}

type TimingSource = Pick<AskSource, 'within' | 'remind' | 'escalate'>;

/** The clock of a question; reminders and escalation must come before its end. */
export function compileTiming(
  unit: Unit,
  { within, remind = [], escalate }: TimingSource,
  path: readonly Key[],
): Pick<AskStep, 'withinMs' | 'remindMs' | 'escalate'> {
  const report = reporter(unit.diagnostics);
  const withinMs = milliseconds(within);
  const late = (what: string, text: string, at: readonly Key[]) => {
    if (milliseconds(text) >= withinMs)
      report(
        unit.source.place(at),
        'after-deadline',
        `${what} after ${text} comes too late: the question ends within ${within}`,
      );
  };
  for (const [i, text] of remind.entries()) late('a reminder', text, [...path, 'remind', i]);
  if (escalate) {
    late('escalation', escalate.after, [...path, 'escalate', 'after']);
    checkRole(unit, escalate.to, [...path, 'escalate', 'to']);
  }
  return {
    withinMs,
    remindMs: [...new Set(remind.map(milliseconds))].sort((a, b) => a - b),
    escalate: escalate ? { afterMs: milliseconds(escalate.after), to: escalate.to, page: escalate.page ?? true } : null,
  };
}
