import type { NumberedEvent } from '../../incident/events.ts';
import { isExercise } from '../../incident/ids.ts';
import { scoreOf } from '../../simulator/scoring/score-of.ts';
import type { Drill, DrillDesk } from '../drills/contract.ts';
import { readsScriptOf } from '../drills/roster.ts';
import { notScorable } from '../drills/score.ts';
import { foundFor } from '../drills/spoilers.ts';
import type { ImprovementDesk } from '../improvements/contract.ts';
import { goalWords } from '../improvements/words.ts';
import { incidentMeasures } from '../model/measures.ts';
import type { Directory, FoundIncident, Person, Playbooks, Reader } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { afterActionOf } from './after-action.ts';
import type { AfterAction, Audience, Beside, EarlierDrill, ImprovementLine, RealIncident } from './contract.ts';
import { afterActionHtml } from './html.tsx';
import { afterActionMarkdown } from './markdown.ts';

/** The reports of drills, on every surface. All throw Problem. */
export interface AfterActionDesk {
  /** For everybody who may read the drill, once it is over; with figures of persons for its staff alone. */
  report(by: Person, drill: string, audience: Audience): Promise<AfterAction>;
  /** The same for the team, asked by nobody: for those to whom Tocsin sends it by itself. */
  teamReport(drill: string): Promise<AfterAction>;
}

export type AfterActionPorts = {
  drills: Pick<DrillDesk, 'find' | 'list' | 'board'>;
  reader: Pick<Reader, 'incident' | 'incidents' | 'events'>;
  directory: Pick<Directory, 'names' | 'person' | 'timezone' | 'systems'>;
  playbooks: Pick<Playbooks, 'latest'>;
  improvements: Pick<ImprovementDesk, 'list'>;
  organisation(): string;
};

export const FORMATS = ['html', 'md', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** One model, three forms. */
export const FORMS: Record<Format, { type: string; of(report: AfterAction): string }> = {
  html: { type: 'text/html; charset=utf-8', of: afterActionHtml },
  md: { type: 'text/markdown; charset=utf-8', of: afterActionMarkdown },
  json: { type: 'application/json', of: (report) => `${JSON.stringify(report, null, 2)}\n` },
};

export const fileName = ({ drill, audience }: AfterAction, format: Format): string =>
  `EXERCISE-${drill}-after-action${audience === 'team' ? '' : `-${audience}`}.${format}`;

export function createAfterActionDesk(ports: AfterActionPorts): AfterActionDesk {
  return {
    async report(by, id, audience) {
      const { drill, found } = await overDrill(ports, id);
      const { events } = foundFor(found, id, by.id, ports.directory.names());
      if (audience === 'staff' && !drill.staff.some(({ person }) => person === by.id)) throw notStaff(drill);
      return made(ports, { drill, found }, audience, events);
    },
    async teamReport(id) {
      return made(ports, await overDrill(ports, id), 'team');
    },
  };
}

type Over = { drill: Drill; found: FoundIncident };

async function overDrill({ drills, reader }: AfterActionPorts, id: string): Promise<Over> {
  if (!isExercise(id)) throw notFound(`drill ${id}`, 'List them: tocsin drill list.');
  const [drill, found] = await Promise.all([drills.find(id), reader.incident(id)]);
  if (found?.view.exercise?.endedAt !== undefined) return { drill, found };
  throw new Problem({
    status: 409,
    code: 'not-over',
    message: `${id} is not over: its report would tell what is to come.`,
    notDone: 'No report was made.',
    next: 'A draft is ready as soon as ENDEX is said.',
  });
}

const notStaff = ({ id, staff }: Drill): Problem =>
  new Problem({
    status: 403,
    code: 'for-staff',
    message: `Figures of single persons are for the staff of ${id}.`,
    notDone: 'The report is not shown with them.',
    next:
      staff.length > 0
        ? `Read the team’s report, or ask ${staff.map(({ person }) => person).join(' or ')}.`
        : 'Read the team’s report: nobody ran or watched this drill.',
  });

/**
 * What was redacted is told by its number alone: the stand-in says nothing. `all`: what these readers may read, which leaves out what was said
 * among those who took part.
 */
async function made(
  ports: AfterActionPorts,
  { drill, found }: Over,
  audience: Audience,
  all = found.events,
): Promise<AfterAction> {
  if (!isWhole(found)) throw notScorable(drill);
  const { script } = drill;
  const events: NumberedEvent[] = all.filter(({ redacted }) => !redacted).map(plain);
  const redacted = all.filter((event) => event.redacted).map(({ seq }) => seq);
  const last = found.events.at(-1);
  const head = last ? { seq: last.seq, hash: last.hash } : null;
  const beside = await besideOf(ports, { drill, found }, audience);
  return afterActionOf({ script, events, redacted, head, score: scoreOf(script, events), beside, audience });
}

/** As it stands in an export. */
const plain = ({ seq, at, path, type, actor, data }: NumberedEvent): NumberedEvent =>
  ({ seq, at, path, type, actor, data }) as NumberedEvent;

async function besideOf(ports: AfterActionPorts, over: Over, audience: Audience): Promise<Beside> {
  const { directory, improvements, organisation } = ports;
  const { drill } = over;
  const [final, items, earlier, incidents] = await Promise.all([
    isFinal(ports, drill),
    improvements.list({ from: drill.id }),
    earlierDrills(ports, over),
    realIncidents(ports, drill),
  ]);
  const contact = drill.staff.find(({ role }) => role === 'facilitator')?.person ?? drill.plannedBy;
  return {
    final,
    timezone: directory.timezone(),
    organisation: organisation(),
    // Whoever is named anywhere: what is shared outside is swept for all of them.
    people: Object.fromEntries([...directory.names()].filter(([id]) => audience === 'anonymous' || isIn(over, id))),
    contact: directory.person(contact)?.name ?? null,
    improvements: items.map((item): ImprovementLine => {
      const { id, issue, action, owner, start, due, status, goal, about, closed } = item;
      const named = directory.names().get(owner) ?? owner;
      return {
        ...{ id, issue, action, owner: named, start, due, status, closesWhen: goalWords(goal), cites: about },
        closed,
      };
    }),
    earlier,
    incidents,
    audit: await auditOf(ports, drill),
  };
}

async function auditOf({ directory, playbooks }: AfterActionPorts, { playbook }: Drill): Promise<Beside['audit']> {
  const published = await playbooks.latest(playbook.id);
  return {
    criticalSystems: directory
      .systems()
      .filter(({ tier }) => tier === 'critical')
      .map(({ name }) => name),
    playbookNow: published && { version: published.plan.version, hash: published.plan.hash },
  };
}

/** The hot wash is over as soon as nothing more is taken. Whoever reads the report may read its board, after ENDEX. */
async function isFinal({ drills }: AfterActionPorts, drill: Drill): Promise<boolean> {
  const reader = [...drill.staff, ...drill.players].find(({ person }) => readsScriptOf(drill, person))?.person;
  const by = { id: reader ?? drill.plannedBy, name: '', email: null, roles: [] };
  return (await drills.board(by, drill.id)) === null;
}

function isIn({ drill, found }: Over, person: string): boolean {
  const onRoster = [...drill.players, ...drill.staff].some((one) => one.person === person);
  return onRoster || found.events.some(({ actor }) => actor.kind === 'person' && actor.id === person);
}

/** More than these are a trend, and stand elsewhere. */
const COMPARED_MAX = 5;
const LOOKED_AT_MAX = 500;

/** Of the same simulation, length and rubric, with people or without as this one: only they can be compared. No part of one either. */
async function earlierDrills({ drills, reader }: AfterActionPorts, { drill }: Over): Promise<EarlierDrill[]> {
  const { simulation, rubric, length } = drill.script;
  if (rubric === undefined) return [];
  const isAlike = ({ script, players }: Drill): boolean =>
    script.simulation === simulation &&
    script.rubric === rubric &&
    script.length.name === length.name &&
    players.length > 0 === drill.players.length > 0;
  const ended = await drills.list({ status: ['ended'], limit: LOOKED_AT_MAX });
  const alike = ended
    .filter((one) => one.id !== drill.id && isAlike(one))
    .filter(({ startedAt }) => startedAt !== null && drill.startedAt !== null && startedAt < drill.startedAt)
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  const compared: EarlierDrill[] = [];
  for (const one of alike) {
    if (compared.length === COMPARED_MAX) break;
    const told = await reader.incident(one.id);
    if (told?.view.exercise && told.view.exercise.because !== 'real' && isWhole(told))
      compared.push(earlierOf(one, told));
  }
  return compared;
}

/** The first event says what was played: where it was redacted, nothing can be told from the rest. */
const isWhole = ({ events }: FoundIncident): boolean => events[0] !== undefined && !events[0].redacted;

function earlierOf(drill: Drill, { events: all }: FoundIncident): EarlierDrill {
  const events = all.filter(({ redacted }) => !redacted).map(plain);
  const score = scoreOf(drill.script, events);
  const beside = { final: true, timezone: 'UTC', organisation: null, people: {}, contact: null };
  const alone = { ...beside, improvements: [], earlier: [], incidents: [], audit: null };
  const input = {
    script: drill.script,
    events,
    redacted: [],
    head: null,
    score,
    audience: 'team',
    beside: alone,
  } as const;
  const { lanes, measures, timeline } = afterActionOf(input);
  return {
    drill: drill.id,
    endedAt: timeline.find(({ type }) => type === 'exercise.ended')?.wallAt ?? drill.startedAt ?? 0,
    ratings: Object.fromEntries(score.objectives.map(({ id, machine }) => [id, machine?.rating ?? null])),
    measures: Object.fromEntries(measures.map(({ name, ms }) => [name, ms])),
    medians: Object.fromEntries(lanes.flatMap(({ role, medianMs }) => (medianMs === null ? [] : [[role, medianMs]]))),
  };
}

async function realIncidents({ reader }: AfterActionPorts, { playbook }: Drill): Promise<RealIncident[]> {
  const views = await reader.incidents({ status: ['resolved', 'closed'], limit: LOOKED_AT_MAX });
  const alike = views
    .filter((view) => view.playbook?.id === playbook.id && view.mode === 'live')
    .sort((a, b) => b.openedAt - a.openedAt)
    .slice(0, COMPARED_MAX);
  return Promise.all(
    alike.map(async ({ id, openedAt }) => {
      const measures = incidentMeasures(await reader.events(id, 0));
      const ms = Object.fromEntries(Object.entries(measures).map(([name, one]) => [name, one.ms]));
      return { incident: id, openedAt, measures: ms };
    }),
  );
}
