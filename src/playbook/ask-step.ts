import { FailureAnswer } from '../incident/decision.ts';
import { milliseconds } from './duration.ts';
import { textOf } from './expressions.ts';
import { after, type Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import type { AskStep } from './plan.ts';
import type { AskSource, SeatList } from './step-source.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import { reporter, type Unit } from './unit.ts';
import { wordingOf } from './wording.ts';
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
    details: source.details === undefined ? null : wordingOf(unit, source.details, [...path, 'details'], flow).value,
    by: compileSeats(unit, source.by, [...path, 'by']),
    requesterMayDecide: source['requester-may-decide'] ?? false,
    ...timing,
    otherwise: compileOtherwise(unit, source, path),
    ...compileOptions(unit, source, path),
    ...compileForm(unit, source, path),
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
  const handled = denied ? [...denied.sure, ...denied.maybe] : [];
  return { step, sure: [step.id], maybe: [], handled, ends: step.options === undefined };
}

/** Own options must be told from the answers that mean something to Tocsin. */
const OWN_WORDS = ['approve', 'deny', ...FailureAnswer.options];
const OPTIONS = { min: 2, max: 5 };
const FIELDS_MAX = 10;
const CHOICES = { min: 2, max: 50 };

function compileOptions(unit: Unit, { options, ...source }: AskSource, path: readonly Key[]): Pick<AskStep, 'options'> {
  if (options === undefined) return {};
  const report = reporter(unit.diagnostics);
  const at = unit.source.place([...path, 'options'], { key: true });
  const list = Object.entries(options).map(([id, title]) => ({ id, title }));
  if (list.length < OPTIONS.min || list.length > OPTIONS.max)
    report(at, 'options', `a question has ${OPTIONS.min} to ${OPTIONS.max} options of its own, not ${list.length}`);
  for (const { id } of list)
    if (OWN_WORDS.includes(id))
      report(
        unit.source.place([...path, 'options', id], { key: true }),
        'options',
        `"${id}" has a meaning of its own and cannot name an option`,
      );
  if (source['on-deny'])
    report(
      unit.source.place([...path, 'on-deny'], { key: true }),
      'options',
      'a question with options of its own is never denied; look at its outcome in a later step',
    );
  return { options: list };
}

/** The answer that silence gives must be one of the answers. */
function compileOtherwise(unit: Unit, source: AskSource, path: readonly Key[]): string {
  const known = source.options ? Object.keys(source.options) : ['approve', 'deny'];
  const { otherwise = source.options ? undefined : 'deny' } = source;
  const report = reporter(unit.diagnostics);
  if (otherwise === undefined)
    report(
      unit.source.place([...path, 'ask'], { key: true }),
      'otherwise',
      'say which option counts when nobody answers',
      { suggestion: `otherwise: ${known[0]}` },
    );
  else if (!known.includes(otherwise)) {
    const suggestion = didYouMean(otherwise, known) ?? known.join(' or ');
    report(unit.source.place([...path, 'otherwise']), 'otherwise', `"${otherwise}" is no answer to this question`, {
      suggestion,
    });
  }
  return otherwise ?? known[0] ?? 'deny';
}

export function compileForm(
  unit: Unit,
  { form, otherwise }: Pick<AskSource, 'form' | 'otherwise'>,
  path: readonly Key[],
): Pick<AskStep, 'form'> {
  if (form === undefined) return {};
  const report = reporter(unit.diagnostics);
  const place = (...keys: Key[]) => unit.source.place([...path, 'form', ...keys], { key: true });
  const fields = Object.entries(form);
  if (fields.length === 0 || fields.length > FIELDS_MAX)
    report(place(), 'form', `a form has 1 to ${FIELDS_MAX} fields, not ${fields.length}`);
  for (const [id, { type, choices, required = true }] of fields) {
    const count = Object.keys(choices ?? {}).length;
    if (type === 'choice' && (count < CHOICES.min || count > CHOICES.max))
      report(place(id), 'form', `a choice needs ${CHOICES.min} to ${CHOICES.max} \`choices\`, not ${count}`);
    if (type !== 'choice' && choices !== undefined)
      report(place(id, 'choices'), 'form', 'only a field of type choice has choices', { suggestion: 'type: choice' });
    if (required && otherwise === 'approve')
      report(place(id), 'form', `silence fills in no form, and "${id}" is needed`, { suggestion: 'otherwise: deny' });
  }
  return {
    form: fields.map(([id, { label, type = 'text', required = true, hint, choices }]) => ({
      id,
      label,
      type,
      required,
      ...(hint !== undefined && { hint }),
      ...(choices && { choices: Object.entries(choices).map(([value, label]) => ({ value, label })) }),
    })),
  };
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
