import { counted, quoted, sentenceEnd } from '../../incident/phrases.ts';
import { expectationWords, mselOf } from '../../simulator/exchange/msel.ts';
import { capabilityTitle } from '../model/describe.ts';
import { scenarioText } from '../model/drill.ts';
import type { AfterAction, MselPlayed, Told } from './contract.ts';
import { type EventOf, eventsOf, type Ground, sinceStart, startOf, titleOf, told, wordsOf } from './told.ts';

/** How it was played: what the facilitator changed and said, what the team did otherwise than the playbook, and what was called. */
const rolesInWords = (roles: readonly string[]): string =>
  roles.map((role) => (role === 'everybody' ? role : titleOf(role))).join(', ');

export function hintsOf(ground: Ground): Told[] {
  const delivered = eventsOf(ground, 'inject.delivered');
  return eventsOf(ground, 'hint.given').map(({ seq, at, data }) => {
    const about = delivered.find((one) => one.data.id === data.about);
    const words = about ? ` about ${quoted(about.data.title)}` : '';
    return told(`${sinceStart(ground, at)}, to ${rolesInWords(data.to)}${words}: ${quoted(data.text)}`, [
      seq,
      ...(about ? [about.seq] : []),
    ]);
  });
}

/** What people did otherwise than the playbook says, and what it could not do by itself. */
const DEVIATES = new Set([
  'step.taken-over',
  'incident.paused',
  'incident.stood-down',
  'incident.reopened',
  'plan.added',
  'undo.started',
  'obligation.waived',
]);

export function deviationsOf(ground: Ground): Told[] {
  return before(ground).flatMap((event): Told[] => {
    const skipped = event.type === 'step.skipped' && event.data.by === 'person';
    const silent = event.type === 'decision.made' && event.data.by === 'default';
    if (!DEVIATES.has(event.type) && !skipped && !silent) return [];
    const { text, note } = wordsOf(ground, event);
    return [
      told(`${sinceStart(ground, event.at)}: ${sentenceEnd(text)}${note ? ` ${sentenceEnd(note)}` : ''}`, [event.seq]),
    ];
  });
}

function before({ events }: Ground): Ground['events'] {
  const end = events.findIndex(({ type }) => type === 'exercise.ended');
  return end < 0 ? events : events.slice(0, end);
}

/** What the facilitator made of the list: edited, thought up, passed over, brought forward. */
export function changesOf(ground: Ground): Told[] {
  return before(ground).flatMap((event): Told[] => {
    const by = event.type === 'inject.skipped' && event.data.because === 'facilitator';
    if (event.type !== 'inject.edited' && event.type !== 'inject.added' && !by) return [];
    const { text, note } = wordsOf(ground, event);
    return [told(`${sinceStart(ground, event.at)}: ${sentenceEnd(text)}${note ? ` ${note}` : ''}`, [event.seq])];
  });
}

export function calledIn(ground: Ground): AfterAction['called'] {
  const begun = before(ground).filter((event): event is EventOf<'act.started'> => event.type === 'act.started');
  const byCapability = new Map<string, number[]>();
  for (const { data, seq } of begun)
    byCapability.set(data.capability, [...(byCapability.get(data.capability) ?? []), seq]);
  const rows = [...byCapability]
    .map(([capability, cites]) => ({ title: capabilityTitle(capability), count: cites.length, cites }))
    .sort((a, b) => b.count - a.count || a.title.localeCompare(b.title));
  const said = told(
    `${counted(begun.length, 'call')} of ${counted(rows.length, 'capability').replace('capabilitys', 'capabilities')}, all answered by the simulated world. No connector, no mailbox and nobody outside was reached.`,
    begun.length > 0 ? begun.map(({ seq }) => seq) : [startOf(ground).seq],
  );
  return { said, rows };
}

/** The master scenario events list: as it was planned, and as it was played. */
export function mselPlayed(ground: Ground): MselPlayed[] {
  const { script, events } = ground;
  const started = startOf(ground).seq;
  const byInject = new Map<string, Ground['events'][number][]>();
  for (const event of events) {
    if (!/^inject\.(delivered|skipped|edited|added)$/.test(event.type) || !('id' in event.data)) continue;
    const id = String(event.data.id);
    byInject.set(id, [...(byInject.get(id) ?? []), event]);
  }
  const planned = mselOf(script).map(({ inject, expected, time, number, atMs }): MselPlayed => {
    const own = byInject.get(inject.id) ?? [];
    return {
      ...playedAs(ground, own),
      ...{ number, title: inject.title, kind: inject.kind, planned: atMs === null ? time : scenarioText(atMs) },
      ...{ from: inject.from, to: rolesInWords(inject.to), method: inject.by },
      expected: expected.map(expectationWords),
      cites: own.length > 0 ? own.map(({ seq }) => seq) : [started],
    };
  });
  const known = new Set(script.injects.map(({ id }) => id));
  const added = [...byInject].filter(([id]) => !known.has(id));
  return [...planned, ...added.map(([id, own], i) => addedOne(ground, id, own, planned.length + i + 1))];
}

function addedOne(ground: Ground, id: string, own: Ground['events'][number][], number: number): MselPlayed {
  const delivered = own.find((event): event is EventOf<'inject.delivered'> => event.type === 'inject.delivered');
  const { title = id, kind = 'contextual', from = '', to = [], by = '' } = delivered?.data ?? {};
  return {
    ...playedAs(ground, own),
    ...{ number, title, kind, planned: 'not planned', from, to: rolesInWords(to), method: by },
    expected: [],
    cites: own.map(({ seq }) => seq),
  };
}

const SKIPPED = {
  condition: 'not needed any more',
  met: 'what it was to bring about had come about',
  facilitator: 'passed over by the facilitator',
} as const;

function playedAs(ground: Ground, own: readonly Ground['events'][number][]): Pick<MselPlayed, 'played' | 'change'> {
  const delivered = own.find(({ type }) => type === 'inject.delivered');
  const skipped = own.find((event): event is EventOf<'inject.skipped'> => event.type === 'inject.skipped');
  const edited = own.filter((event): event is EventOf<'inject.edited'> => event.type === 'inject.edited');
  const change = [
    ...(own.some(({ type }) => type === 'inject.added') ? ['thought up in mid-drill'] : []),
    ...edited.map(({ data }) => `changed: ${data.fields.join(', ')}`),
  ].join('; ');
  const played = delivered
    ? sinceStart(ground, delivered.at)
    : skipped
      ? SKIPPED[skipped.data.because]
      : 'never: the drill ended before it';
  return { played, change: change || null };
}
