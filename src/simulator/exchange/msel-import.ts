import { CHANNELS } from '../../incident/events.ts';
import { capitalised } from '../../incident/phrases.ts';
import { EVERYBODY } from '../core/script.ts';
import type { ExpectationSource, InjectSource, SimulationSource } from '../script/source.ts';
import { BadImport, type Table } from './bad-import.ts';
import type { Draft, ToDo } from './draft.ts';
import { alertKindOf, durationText, framed, planOf, type Setting, systemIdOf } from './frame.ts';
import { asLine, asName, asText, namer } from './plain.ts';
import { placeTimes, readTime } from './times.ts';

/** The columns that are understood, each by the headings that people give it. */
const HEADINGS = {
  number: [
    'event number',
    'event no',
    'event',
    'event id',
    'number',
    'no',
    'nr',
    'msel number',
    'msel no',
    'inject number',
    'inject no',
    'inject id',
    'serial',
    'id',
    '',
  ],
  time: [
    'scenario time',
    'time',
    'event time',
    'planned time',
    'inject time',
    'scheduled time',
    'delivery time',
    'exercise time',
    'start time',
    'offset',
    'elapsed',
    'elapsed time',
    'minutes',
    'min',
    'time min',
    'time minutes',
    't',
    'startex',
  ],
  synopsis: [
    'synopsis',
    'event synopsis',
    'event description',
    'description',
    'title',
    'event title',
    'inject title',
    'summary',
    'inject',
    'event name',
    'name',
    'inject description',
    'event summary',
  ],
  from: ['from', 'sender', 'source', 'originator', 'inject from', 'sent by'],
  to: [
    'to',
    'recipient',
    'recipients',
    'receiver',
    'target',
    'player',
    'players',
    'recipient player',
    'recipient players',
    'inject to',
    'audience',
    'target audience',
  ],
  method: [
    'method',
    'delivery method',
    'delivery',
    'mode',
    'inject mode',
    'inject method',
    'means',
    'channel',
    'how',
    'medium',
    'method of delivery',
  ],
  controller: [
    'controller',
    'responsible controller',
    'facilitator',
    'owner',
    'responsible',
    'responsible party',
    'controllers',
  ],
  expected: [
    'expected response',
    'expected responses',
    'expected action',
    'expected actions',
    'expected player action',
    'expected player actions',
    'expected outcome',
    'expected outcomes',
    'anticipated response',
    'expected result',
  ],
  objective: [
    'objective',
    'objectives',
    'exercise objective',
    'objective no',
    'objective number',
    'core capability',
    'capability',
  ],
  notes: ['notes', 'note', 'remarks', 'comments', 'comment', 'controller notes'],
  message: [
    'message',
    'message text',
    'inject text',
    'text',
    'content',
    'body',
    'script',
    'inject content',
    'full text',
  ],
  kind: ['kind', 'type', 'event type', 'inject type', 'category'],
} as const;
type Column = keyof typeof HEADINGS;

const plainHeading = (words: string): string =>
  words
    .toLowerCase()
    .replace(/\(e?s\)/g, 's')
    .replace(/[#№]/g, ' number ')
    .replace(/[^a-z]+/g, ' ')
    .trim()
    .replace(/^number$/, 'no');

type Row = { at: number; cell: (column: Column) => string; others: string[] };
const ROWS_MAX = 500;
const HEADER_WITHIN = 25;

/** The MSEL of another tool as a simulation. Throws BadImport. */
export function importMsel(setting: Setting, table: Table): Draft {
  const { rows, assumptions, title } = rowsOf(table);
  const startex = rows.findIndex((row) => /^startex\b/i.test(row.cell('synopsis')));
  const times = placeTimes(
    rows.map((row) => readTime(row.cell('time'))),
    startex,
  );
  const objectives = objectivesOf(rows);
  const made = injectsOf(setting, rows, { placed: times.placed, objectives });
  const lastMs = Math.max(0, ...times.placed.map(({ ms }) => ms ?? 0));
  return framed(setting, {
    title: asLine(title ?? capitalised(setting.name.replaceAll('-', ' ')), setting.name),
    about: 'Say here what everybody may read before the drill.',
    truth: 'Say here what really happened, for facilitators and evaluators alone.',
    ...(Object.keys(objectives.found).length > 0 && { objectives: objectives.found }),
    ...made,
    lastMs,
    toDo: [
      { path: ['title'], what: 'a title' },
      { path: ['about'], what: 'what everybody may read before the drill' },
      { path: ['truth'], what: 'what really happened' },
      ...made.toDo,
    ],
    assumptions: [...assumptions, ...times.assumptions, ...made.assumptions],
  });
}

function rowsOf(table: Table): { rows: Row[]; assumptions: string[]; title: string | null } {
  const scored = table.slice(0, HEADER_WITHIN).map(({ cells }) => columnsOf(cells));
  const header = scored.findIndex(
    ({ columns }) => columns.size >= 2 && (columns.has('synopsis') || columns.has('message')),
  );
  if (header < 0)
    throw new BadImport(
      table[0]?.at ?? 1,
      'no row has the headings of an MSEL: it needs at least a synopsis (or description) and one more, such as a time',
    );
  const { columns, unknown } = scored[header] as ReturnType<typeof columnsOf>;
  const heads = (table[header] as Table[number]).cells;
  const rows = table.slice(header + 1).map(({ at, cells }): Row => {
    const at_ = (i: number | undefined) => (i === undefined ? '' : (cells[i] ?? '').trim());
    return {
      at,
      cell: (column) => at_(columns.get(column)),
      others: unknown.flatMap((i) => (at_(i) === '' ? [] : [`${heads[i]?.trim()}: ${at_(i)}`])),
    };
  });
  const events = rows.filter((row) => row.cell('synopsis') !== '' || row.cell('message') !== '');
  if (events.length === 0) throw new BadImport(table[header]?.at ?? 1, 'below the headings there is no event');
  if (events.length > ROWS_MAX)
    throw new BadImport(
      events[ROWS_MAX]?.at ?? 1,
      `there are ${events.length} events; a simulation holds at most ${ROWS_MAX}`,
    );
  const skipped = rows.filter((row) => !events.includes(row)).map(({ at }) => at);
  // Sheets often say what they are above the headings.
  const title = header > 0 ? (table[0]?.cells.find((cell) => cell.trim() !== '') ?? null) : null;
  return {
    rows: events,
    title,
    assumptions: [
      ...(unknown.length > 0
        ? [`other columns are kept in the notes: ${unknown.map((i) => heads[i]?.trim()).join(', ')}`]
        : []),
      ...(skipped.length > 0 ? [`what says no synopsis is no event: row ${skipped.slice(0, 20).join(', ')}`] : []),
    ],
  };
}

function columnsOf(cells: readonly string[]): { columns: Map<Column, number>; unknown: number[] } {
  const columns = new Map<Column, number>();
  const unknown: number[] = [];
  for (const [i, cell] of cells.entries()) {
    if (cell.trim() === '') continue;
    const heading = plainHeading(cell);
    const column = (Object.keys(HEADINGS) as Column[]).find(
      (one) => !columns.has(one) && (HEADINGS[one] as readonly string[]).includes(heading),
    );
    if (column) columns.set(column, i);
    else unknown.push(i);
  }
  return { columns, unknown };
}

type Objectives = { found: SimulationSource['objectives']; idOf: (words: string) => string | undefined };

/** Each objective that a row names is one of the simulation's. */
function objectivesOf(rows: readonly Row[]): Objectives {
  const name = namer();
  const ids = new Map<string, string>();
  const found: SimulationSource['objectives'] = {};
  for (const row of rows) {
    const words = row.cell('objective');
    if (words === '' || ids.has(words.toLowerCase())) continue;
    const id = name(
      /^[\d.,; ]+$/.test(words) ? `objective-${words}` : words.split(/\s+/).slice(0, 4).join(' '),
      'objective',
    );
    ids.set(words.toLowerCase(), id);
    found[id] = { title: asLine(words, id), capability: asLine(words, id), tasks: { respond: asLine(words, id) } };
  }
  return { found, idOf: (words) => ids.get(words.toLowerCase()) };
}

type Around = { placed: ReturnType<typeof placeTimes>['placed']; objectives: Objectives };
type Made = {
  injects: InjectSource[];
  expectations: ExpectationSource[];
  roles: string[];
  toDo: ToDo[];
  assumptions: string[];
};

function injectsOf(setting: Setting, rows: readonly Row[], { placed, objectives }: Around): Made {
  const name = namer();
  const made: Made = { injects: [], expectations: [], roles: [], toDo: [], assumptions: [] };
  const objectiveOf = (row: Row) =>
    objectives.idOf(row.cell('objective')) ?? Object.keys(objectives.found)[0] ?? 'respond';
  for (const [i, row] of rows.entries()) {
    const title = asLine(row.cell('synopsis') || row.cell('message'), `Event ${i + 1}`);
    const at = ['injects', i];
    const todo = (key: string, what: string) => made.toDo.push({ path: [...at, key], what });
    const expects = row
      .cell('expected')
      .split('\n')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((words) => ({
        id: name(words.split(/\s+/).slice(0, 5).join(' '), 'expected'),
        words: asLine(words, title),
      }));
    const place = placed[i] as Around['placed'][number];
    if (place.ms === null) todo('by-hand', `when it is due; the MSEL says "${place.words}"`);
    const { by, known } = channelOf(row.cell('method'));
    if (!known) todo('by', `how it arrives; the MSEL says "${row.cell('method')}"`);
    const to = recipients(row.cell('to'));
    made.roles.push(...(to ?? []));
    const kind = kindOf(row, expects.length > 0, made.expectations.at(-1)?.id);
    if (kind.note !== null) todo('kind', kind.note);
    const text = asText(row.cell('message') || row.cell('synopsis'), title);
    const notes = [
      row.cell('notes'),
      /^(tocsin)?$/i.test(row.cell('controller')) ? '' : `Controller: ${row.cell('controller')}`,
      ...row.others,
    ];
    const isAlert = by === 'alert';
    if (isAlert) todo('alert', `what the monitor sends, word for word`);
    made.injects.push({
      id: name(title.split(/\s+/).slice(0, 5).join(' '), `event-${i + 1}`),
      title,
      kind: kind.is,
      ...(place.ms === null ? { 'by-hand': true as const } : { at: durationText(place.ms) }),
      ...(kind.unlessMet !== undefined && { 'unless-met': kind.unlessMet }),
      by,
      from: asLine(row.cell('from'), 'The facilitator'),
      ...(to && { to }),
      ...(isAlert ? { alert: alertOf(setting, text) } : { text }),
      ...(objectives.idOf(row.cell('objective')) && { objective: objectiveOf(row) }),
      ...(expects.length > 0 && { expects: expects.map(({ id }) => id) }),
      ...(notes.some((one) => one) && { notes: asText(notes.filter((one) => one).join('\n'), '-') }),
    });
    for (const { id, words } of expects) {
      made.toDo.push({
        path: ['expectations', made.expectations.length, 'judged'],
        what: 'what on the timeline shows it, and within which time; else an evaluator judges',
      });
      made.expectations.push({ id, title: words, objective: objectiveOf(row), judged: words });
    }
  }
  if (made.expectations.length > 0)
    made.assumptions.push('expected responses are judged by evaluators until something on the timeline is named');
  if (placed.some(({ ms }) => ms === 0)) made.assumptions.push('what is due at STARTEX comes a second after it');
  if (placed.some(({ ms }) => ms === null)) made.assumptions.push('what has no time is delivered by hand');
  return made;
}

/** What a monitor sends, of the kind that opens the playbook. */
function alertOf(setting: Setting, title: string) {
  return {
    kind: alertKindOf(planOf(setting)) ?? 'model.odd',
    system: systemIdOf(setting),
    title: asLine(title, 'An alert'),
  };
}

type Kind = { is: InjectSource['kind']; note: string | null; unlessMet?: string | undefined };
function kindOf(row: Row, wanted: boolean, before: string | undefined): Kind {
  if (/contingen/i.test(row.cell('kind'))) {
    if (before !== undefined && !wanted)
      return { is: 'contingency', unlessMet: before, note: 'what makes it needless; taken: the expectation before it' };
    return {
      is: wanted ? 'expected-action' : 'contextual',
      note: 'a contingency: say what makes it needless (unless, or unless-met)',
    };
  }
  if (wanted) return { is: 'expected-action', note: null };
  const says = /expected/i.test(row.cell('kind'));
  return { is: 'contextual', note: says ? 'it wants a response, and the MSEL does not say which' : null };
}

const METHODS: readonly [RegExp, InjectSource['by']][] = [
  [/alert|siem|monitor|alarm|pager/i, 'alert'],
  [/slack|teams|chat|mattermost|\bim\b|radio|in[- ]person|verbal|face/i, 'slack'],
  [/e-?mail/i, 'mail'],
  [/phone|call|sms|text message|voice/i, 'phone'],
  [/news|press|tv|article|vnn|broadcast|radio news/i, 'news'],
  [/social|twitter|\bx\b|facebook|linkedin|reddit|mastodon/i, 'social'],
  [/letter|fax|post|notice|regulator/i, 'letter'],
  [/mail/i, 'mail'],
];

function channelOf(method: string): { by: InjectSource['by']; known: boolean } {
  const exact = CHANNELS.find((one) => one === method.toLowerCase());
  const by = exact ?? METHODS.find(([words]) => words.test(method))?.[1];
  return { by: by ?? 'slack', known: by !== undefined };
}

/** The roles of a cell; none: everybody. */
function recipients(cell: string): string[] | null {
  const names = cell
    .split(/[;,/\n]| and /i)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (names.length === 0 || names.some((one) => /^(all|all players|everybody|everyone|players|team)$/i.test(one)))
    return null;
  return [...new Set(names.map((one) => asName(one, EVERYBODY)))].filter((one) => one !== EVERYBODY);
}
