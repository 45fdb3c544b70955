import type { EventType, IncidentEvent } from '../../incident/events.ts';
import type { Json } from '../../incident/json.ts';
import { ExpressionError, evaluateCondition, parse } from '../../playbook/cel.ts';
import { isCarriedOut } from './facts.ts';
import type { Expectation, Sought } from './script.ts';

/** What is remembered of the timeline while looking: what a proof belongs to, which rule a duty has, what was sent to whom. */
export type Memory = {
  /** By path: the act that was begun there last. */
  acts: Record<string, { capability: string; system: string | null }>;
  rules: Record<string, string>;
  says: Record<string, { to: string; text: string }>;
};
export const noMemory = (): Memory => ({ acts: {}, rules: {}, says: {} });

/** Folds one event, in place. Call before `isMetBy`. */
export function remember(memory: Memory, event: IncidentEvent): void {
  if (event.type === 'act.started') {
    const { purpose, capability, with: input } = event.data;
    if (purpose === 'act')
      memory.acts[event.path] = { capability, system: typeof input.system === 'string' ? input.system : null };
    if (typeof input.to === 'string') memory.says[event.path] = { to: input.to, text: worded(input) };
  }
  if (event.type === 'obligation.opened') memory.rules[event.data.number] = event.data.rule.id;
}

const worded = ({ subject, text }: { [key: string]: Json }): string =>
  `${String(subject ?? '')}\n${String(text ?? '')}`;

/** Whether this event is what an expectation looks for. */
export function isMetBy(sought: Sought, event: IncidentEvent, memory: Memory): boolean {
  switch (sought.what) {
    case 'opened':
      return event.type === 'incident.opened';
    case 'resolved':
      return event.type === 'incident.resolved';
    case 'act':
      return actIsMet(sought, event, memory);
    case 'decided':
      return decisionIsMet(sought, event);
    case 'told':
      return toldIsMet(sought, event, memory);
    case 'duty':
      return dutyIsMet(sought, event, memory);
    case 'noted':
      return (
        (event.type === 'note.added' || event.type === 'voice.answered') && holdsText(event.data.text, sought.holds)
      );
    case 'event':
      return conditionIsMet(sought, event);
    case 'acknowledged':
      return acknowledges(event);
    case 'judged':
      return false;
    default:
      return sought satisfies never;
  }
}

/**
 * Those of them that an event of this type may meet, in their order: most events concern few expectations. Kept with the list, which is the
 * same in every run of a script.
 */
export function expectationsOf(all: readonly Expectation[], type: EventType): readonly Expectation[] {
  let byType = kept.get(all);
  if (!byType) kept.set(all, (byType = new Map()));
  let some = byType.get(type);
  if (!some) byType.set(type, (some = all.filter(({ sought }) => mayBeMetBy(sought, type))));
  return some;
}
const kept = new WeakMap<readonly Expectation[], Map<EventType, readonly Expectation[]>>();

const MET_BY: Readonly<Record<Exclude<Sought['what'], 'event'>, readonly EventType[]>> = {
  opened: ['incident.opened'],
  acknowledged: ['inject.seen', 'decision.voted', 'note.added', 'voice.answered', 'role.assigned', 'incident.opened'],
  resolved: ['incident.resolved'],
  act: ['act.done'],
  decided: ['decision.made'],
  told: ['act.done', 'voice.answered'],
  duty: ['obligation.opened', 'obligation.met', 'obligation.waived'],
  noted: ['note.added', 'voice.answered'],
  judged: [],
};

function mayBeMetBy(sought: Sought, type: EventType): boolean {
  if (sought.what !== 'event') return MET_BY[sought.what].includes(type);
  const only = typeAskedFor(sought.cel);
  return only === null || only === type;
}

/** The type of event that a condition asks for before anything else: `event.type == "x" && …`. */
function typeAskedFor(cel: string): string | null {
  let node = parse(cel);
  while (node.op === '&&') node = node.args[0];
  if (node.op !== '==') return null;
  const [{ op, args }, { op: kind, args: type }] = node.args;
  const isType = op === '.' && args[0].op === 'id' && args[0].args === 'event' && args[1] === 'type';
  return isType && kind === 'value' && typeof type === 'string' ? type : null;
}

type Of<W extends Sought['what']> = Extract<Sought, { what: W }>;

/** An event that lacks what the condition names is not the one. */
function conditionIsMet({ cel }: Of<'event'>, event: IncidentEvent): boolean {
  const by = event.actor.kind === 'person' ? event.actor.id : '';
  const seen = { type: event.type, path: event.path, by, data: event.data };
  try {
    return evaluateCondition(cel, { event: seen } as unknown as Parameters<typeof evaluateCondition>[1]);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return false;
  }
}

function actIsMet({ capability, system }: Of<'act'>, event: IncidentEvent, memory: Memory): boolean {
  if (event.type !== 'act.done' || !isCarriedOut(event.data)) return false;
  const act = memory.acts[event.path];
  return act?.capability === capability && (system === null || act.system === system);
}

function decisionIsMet({ step, answer, people }: Of<'decided'>, event: IncidentEvent): boolean {
  if (event.type !== 'decision.made' || event.path !== step || event.data.by !== 'votes') return false;
  return (answer === null || event.data.outcome === answer) && new Set(event.data.people).size >= people;
}

function toldIsMet({ to, holds }: Of<'told'>, event: IncidentEvent, memory: Memory): boolean {
  if (event.type === 'voice.answered')
    return isSame(event.data.to, to) && (holds === null || holdsText(event.data.text, holds));
  if (event.type !== 'act.done' || !isCarriedOut(event.data)) return false;
  const said = memory.says[event.path];
  return said?.to === to && (holds === null || holdsText(said.text, holds));
}

function dutyIsMet({ rule, state }: Of<'duty'>, event: IncidentEvent, memory: Memory): boolean {
  if (event.type === 'obligation.opened') return state === 'opened' && event.data.rule.id === rule;
  if (event.type === 'obligation.met') return state !== 'opened' && memory.rules[event.data.number] === rule;
  return event.type === 'obligation.waived' && state === 'settled' && memory.rules[event.data.number] === rule;
}

/** Alerts open incidents too, and nobody need be there for that. */
const acknowledges = (event: IncidentEvent): boolean =>
  event.type === 'incident.opened'
    ? event.data.requester !== null
    : event.actor.kind === 'person' || event.type === 'decision.voted';

/** Whether it may be met by now: a sign that somebody is there counts once there is something to acknowledge. */
export const mayBeMetNow = (
  { sought, since }: Pick<Expectation, 'sought' | 'since'>,
  isDelivered: (inject: string) => boolean,
): boolean => sought.what !== 'acknowledged' || since === null || isDelivered(since);

/** People write names as they like. */
const isSame = (a: string, b: string): boolean => nameOf(a) === nameOf(b);
const nameOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');

const holdsText = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());
