import { scoreOf } from '../../simulator/scoring/score-of.ts';
import { type AfterActionDesk, FORMS } from '../after-action/desk.ts';
import type { Drill, DrillDesk } from '../drills/contract.ts';
import { arrangersOf, type People } from '../drills/roster.ts';
import { assertMayRead, assertReadsAll } from '../drills/spoilers.ts';
import type { ImprovementDesk } from '../improvements/contract.ts';
import { markdownText } from '../model/markdown.ts';
import { may } from '../permissions.ts';
import type { Directory, FoundIncident, Person, Playbooks, Reader } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import type { DrillEvidence } from './facts.ts';
import { type Mapped, mappingMarkdown, mappingOf } from './mapping.ts';
import { type PackFile, type PackSigner, packOf } from './pack.ts';
import { readme } from './readme.ts';
import { attendanceCsv, playedMselCsv } from './tables.ts';
import { SCORE, TIMELINE } from './verify.ts';

/** What a drill is evidence of, on every surface. All throw Problem. */
export interface EvidenceDesk {
  /** For everybody who may read the drill, once it is over. It names roles, never persons. */
  mapping(by: Person, drill: string): Promise<Mapped[]>;
  /** It names who was there: for those who ran or planned the drill. */
  pack(by: Person, drill: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }>;
}

export type EvidencePorts = {
  reader: Pick<Reader, 'incident'>;
  drills: Pick<DrillDesk, 'find'>;
  directory: Pick<Directory, 'systems' | 'names' | 'person'>;
  playbooks: Pick<Playbooks, 'latest'>;
  improvements: Pick<ImprovementDesk, 'list'>;
  afterAction: Pick<AfterActionDesk, 'teamReport'>;
  exported: (drill: string) => AsyncIterable<string>;
  signer: PackSigner;
  now: () => number;
};

export function createEvidenceDesk(ports: EvidencePorts): EvidenceDesk {
  return {
    async mapping(by, id) {
      const over = await overDrill(ports, by, id);
      return mappingOf(await evidenceOf(ports, over));
    },
    async pack(by, id) {
      const over = await overDrill(ports, by, id);
      assertMayPack(ports, by, over);
      // The timeline in it holds what was said of single persons.
      assertReadsAll(over.found.view, id, by.id, ports.directory.names());
      const files = await filesOf(ports, over);
      return { name: `${id}-evidence.zip`, bytes: packOf(id, files, ports.now(), ports.signer) };
    },
  };
}

type Over = { drill: Drill; found: FoundIncident };

async function overDrill({ reader, drills }: EvidencePorts, by: Person, id: string): Promise<Over> {
  const [drill, found] = await Promise.all([drills.find(id), reader.incident(id)]);
  if (found) assertMayRead(found.view, id, by.id);
  if (found?.events[0]?.redacted) throw headless(id);
  if (found?.view.exercise?.endedAt !== undefined) return { drill, found };
  if (drill.status === 'cancelled') throw notFound(`evidence of ${id}: it was called off`, 'Plan another drill.');
  throw new Problem({
    status: 409,
    code: 'not-over',
    message: `${id} is not over yet.`,
    notDone: 'Nothing was made of it.',
    next: 'Ask again after ENDEX.',
  });
}

/** Who took part and what was played stands in the first event, and a stand-in for it is vouched for by nobody. */
const headless = (id: string): Problem =>
  new Problem({
    status: 409,
    code: 'redacted',
    message: `The first event of ${id} was redacted: it shows nothing of who played what.`,
    notDone: 'Nothing was made of it.',
    next: 'Its timeline can still be exported and read.',
  });

/** Whoever is on its staff, or arranged it; where a schedule did, or they have left, administrators. Not everybody, as for moving a drill. */
export function mayPack(people: People, by: Person, drill: Drill): boolean {
  const arrangers = arrangersOf(drill, people);
  return (
    drill.staff.some(({ person }) => person === by.id) ||
    (arrangers.length > 0 ? arrangers.includes(by.id) : may(by, 'admin'))
  );
}

function assertMayPack({ directory }: EvidencePorts, by: Person, { drill }: Over): void {
  if (mayPack(directory, by, drill)) return;
  throw new Problem({
    status: 403,
    code: 'not-entitled',
    message: `The evidence pack of ${drill.id} names who was there, and what each did.`,
    notDone: 'It was not made.',
    next: 'Ask who planned, facilitated or evaluated the drill. What it is evidence of is for everybody.',
  });
}

async function evidenceOf(ports: EvidencePorts, { drill, found }: Over): Promise<DrillEvidence> {
  const [improvements, published] = await Promise.all([
    ports.improvements.list({ from: drill.id }),
    ports.playbooks.latest(drill.playbook.id),
  ]);
  return {
    script: drill.script,
    // What was redacted says nothing any more.
    events: found.events.filter(({ redacted }) => !redacted),
    improvements,
    criticalSystems: ports.directory
      .systems()
      .filter(({ tier }) => tier === 'critical')
      .map(({ name }) => name),
    playbookNow: published && { version: published.plan.version, hash: published.plan.hash },
  };
}

async function filesOf(ports: EvidencePorts, over: Over): Promise<PackFile[]> {
  const { drill } = over;
  const evidence = await evidenceOf(ports, over);
  const [timeline, report] = await Promise.all([
    textOf(ports.exported(drill.id)),
    ports.afterAction.teamReport(drill.id),
  ]);
  const { objectives, expectations, rubric, hash } = drill.script;
  const { script: _, ...plan } = drill;
  const mapping = mappingOf(evidence);
  const texts: [name: string, what: string, text: string][] = [
    ['README.txt', 'what is in this pack, and how to check it', readme(drill)],
    ['plan.json', 'who planned what for when, with whom', json(plan)],
    ['attendance.csv', 'who was there, and the events that show it', attendanceCsv(evidence, ports.directory.names())],
    ['msel-as-played.csv', 'every inject: what became of it, and when', playedMselCsv(evidence)],
    [
      'rubric.json',
      'what it was scored by, frozen at STARTEX',
      json({ rubric, script: hash, objectives, expectations }),
    ],
    [TIMELINE, 'the signed timeline, with the script that was played', timeline],
    [SCORE, 'results and ratings, with the events they rest on', json(scoreOf(drill.script, evidence.events))],
    ['report.html', 'the after-action report, for reading and printing', FORMS.html.of(report)],
    ['report.md', 'the same as Markdown', FORMS.md.of(report)],
    ['report.json', 'the same as data', FORMS.json.of(report)],
    ['improvements.json', 'the improvement items, with their history', json(evidence.improvements)],
    [
      'requirements.md',
      'what this is evidence of, and what is missing',
      mappingMarkdown(drill.id, mapping, markdownText),
    ],
    ['requirements.json', 'the same as data', json(mapping)],
  ];
  return texts.map(([name, what, text]) => ({ name, what, bytes: new Uint8Array(Buffer.from(text)) }));
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all.join('');
}
