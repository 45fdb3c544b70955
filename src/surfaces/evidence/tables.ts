import type { Inject, Script } from '../../simulator/core/script.ts';
import { csvText } from '../../simulator/exchange/csv.ts';
import { offset } from '../../simulator/exchange/msel.ts';
import { type DrillEvidence, DrillFacts } from './facts.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Who was there, as what, and what shows it. `called`: people by their ids. */
export function attendanceCsv(drill: DrillEvidence, called: ReadonlyMap<string, string>): string {
  const facts = new DrillFacts(drill);
  const { seats, staff = [] } = facts.started.data;
  const name = (person: string): string => called.get(person) ?? person;
  const did = new Map(facts.attendance.map(({ role, did }) => [role, did]));
  const players = seats.map(({ role, person, persona }) => {
    const own = did.get(role) ?? [];
    return persona === null
      ? [name(person), role, 'player', String(own.length), own.join(' ')]
      : [`bot (${persona})`, role, 'bot, not counted', '', ''];
  });
  const rest = staff.map(({ role, person }) => {
    const own = drill.events.filter(({ actor }) => actor.kind === 'person' && actor.id === person);
    return [name(person), role, 'staff', String(own.length), own.map(({ seq }) => seq).join(' ')];
  });
  return csvText([['Name', 'Role', 'Took part as', 'Recorded acts', 'Events'], ...players, ...rest]);
}

/** The MSEL as it was played: what was delivered, when, what was passed over, what never came. */
export function playedMselCsv(drill: DrillEvidence): string {
  const { script } = drill;
  const facts = new DrillFacts(drill);
  const startedAt = facts.started.at;
  const edited = new Map(facts.all('inject.edited').map(({ data, seq }) => [data.id, seq]));
  const seen = (id: string) => facts.all('inject.seen').filter(({ data }) => data.id === id);
  const delivered = facts
    .all('inject.delivered')
    .map(({ seq, at, data }) => [
      `T+${offset(at - startedAt)}`,
      iso(at),
      data.title,
      data.from,
      data.to.join('; '),
      data.by,
      changeWords(script, data.id, edited),
      'delivered',
      String(seen(data.id).length),
      [seq, ...seen(data.id).map((one) => one.seq)].join(' '),
    ]);
  const skipped = facts.all('inject.skipped').map(({ seq, at, data }) => {
    const inject = script.injects.find(({ id }) => id === data.id);
    const why = { condition: 'not needed', met: 'not needed', facilitator: 'passed over by the facilitator' }[
      data.because
    ];
    return [`T+${offset(at - startedAt)}`, iso(at), ...of(inject, data.id), '', why, '', String(seq)];
  });
  const past = new Set([...facts.all('inject.delivered'), ...facts.all('inject.skipped')].map(({ data }) => data.id));
  const never = script.injects
    .filter(({ id }) => !past.has(id))
    .map((one) => ['', '', ...of(one, one.id), '', 'never due', '', '']);
  return csvText([
    [
      'Scenario time',
      'Scenario clock (UTC)',
      'Synopsis',
      'From',
      'To',
      'Method',
      'Changed by the facilitator',
      'What became of it',
      'Seen by',
      'Events',
    ],
    ...[...delivered, ...skipped].sort((a, b) => String(a[1]).localeCompare(String(b[1]))),
    ...never,
  ]);
}

const of = (inject: Inject | undefined, id: string): string[] =>
  inject ? [inject.title, inject.from, inject.to.join('; '), inject.by] : [id, '', '', ''];

function changeWords({ injects }: Script, id: string, edited: ReadonlyMap<string, number>): string {
  if (!injects.some((inject) => inject.id === id)) return 'added';
  const seq = edited.get(id);
  return seq === undefined ? '' : `edited (event ${seq})`;
}
