import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ATLAS } from '../../playbook/atlas.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { InjectSource } from '../script/source.ts';
import { BadImport } from './bad-import.ts';
import type { Draft, ToDo } from './draft.ts';
import { alertKindOf, framed, planOf, type Setting, systemIdOf } from './frame.ts';
import { asLine, asText, namer, withoutHtml } from './plain.ts';

/** Case studies as ATLAS publishes them: all in one file, or one `study`; what else stands there is let be. */
const Step = z.looseObject({
  tactic: z.string().optional(),
  technique: z.string().optional(),
  description: z.string().optional(),
});
const Study = z.looseObject({
  id: z.string().optional(),
  name: z.string().min(1),
  summary: z.string().optional(),
  procedure: z.array(Step).min(1).max(400),
  target: z.string().optional(),
  actor: z.string().optional(),
  references: z.array(z.looseObject({ title: z.string().nullish(), url: z.string().nullish() })).nullish(),
});
export type Study = z.infer<typeof Study>;
const Technique = z.looseObject({
  id: z.string(),
  name: z.string(),
  tactics: z.array(z.string()).optional(),
  'subtechnique-of': z.string().optional(),
});
type Technique = z.infer<typeof Technique>;
const Tactic = z.looseObject({ id: z.string(), name: z.string() });
const Matrix = z.looseObject({ tactics: z.array(Tactic).optional(), techniques: z.array(Technique).optional() });
const Whole = z.looseObject({ matrices: z.array(Matrix).optional(), 'case-studies': z.array(z.unknown()) });

type Matter = { tactics: readonly z.infer<typeof Tactic>[]; techniques: ReadonlyMap<string, Technique> };

/** The order of the tactics, for a study that comes without the matrix. */
const ORDER: readonly (readonly [string, string])[] = [
  ['AML.TA0002', 'Reconnaissance'],
  ['AML.TA0003', 'Resource Development'],
  ['AML.TA0004', 'Initial Access'],
  ['AML.TA0000', 'AI Model Access'],
  ['AML.TA0005', 'Execution'],
  ['AML.TA0006', 'Persistence'],
  ['AML.TA0012', 'Privilege Escalation'],
  ['AML.TA0007', 'Defense Evasion'],
  ['AML.TA0013', 'Credential Access'],
  ['AML.TA0008', 'Discovery'],
  ['AML.TA0015', 'Lateral Movement'],
  ['AML.TA0009', 'Collection'],
  ['AML.TA0001', 'AI Attack Staging'],
  ['AML.TA0014', 'Command and Control'],
  ['AML.TA0010', 'Exfiltration'],
  ['AML.TA0011', 'Impact'],
];

export type ReadStudy = { study: Study; matter: Matter };

/** The case study of that id or name; of a file with one, that one. Throws BadImport. */
export function readStudy(text: string, wanted: string | undefined): ReadStudy {
  const value = readYaml(text);
  const whole = Whole.safeParse(value);
  if (!whole.success) {
    const one = z.looseObject({ study: z.unknown() }).safeParse(value);
    return { study: studyOf(one.success ? one.data.study : value), matter: matterOf([]) };
  }
  const listed = z
    .array(z.looseObject({ id: z.string().optional(), name: z.string().optional() }))
    .safeParse(whole.data['case-studies']);
  if (!listed.success) throw new BadImport(1, 'what stands under case-studies are no case studies');
  const found = listed.data.filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
  const ids = listed.data.map(({ id, name }) => id ?? name ?? '');
  if (found.length === 0) {
    const near = wanted === undefined ? undefined : didYouMean(wanted, ids);
    throw new BadImport(
      1,
      `there is no case study ${wanted ?? ''}${near === undefined ? `; there are ${ids.join(', ')}` : `; did you mean ${near}?`}`,
    );
  }
  if (found.length > 1)
    throw new BadImport(1, `there are ${found.length} case studies; say --study and one of ${ids.join(', ')}`);
  return { study: studyOf(found[0]), matter: matterOf(whole.data.matrices ?? []) };
}

function readYaml(text: string): unknown {
  const document = parseDocument(text.replaceAll('\r\n', '\n'), { schema: 'core' });
  const error = document.errors[0];
  if (error)
    throw new BadImport(
      error.linePos?.[0].line ?? 1,
      `it is no YAML that can be read: ${error.message.split('\n')[0]}`,
    );
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (problem) {
    throw new BadImport(1, `it cannot be read: ${problem instanceof Error ? problem.message : problem}`);
  }
}

function studyOf(value: unknown): Study {
  const { success, data, error } = Study.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  throw new BadImport(1, `it is no case study of ATLAS: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`);
}

function matterOf(matrices: readonly z.infer<typeof Matrix>[]): Matter {
  const tactics = matrices.flatMap((matrix) => matrix.tactics ?? []);
  const techniques = matrices.flatMap((matrix) => matrix.techniques ?? []);
  return {
    tactics: tactics.length > 0 ? tactics : ORDER.map(([id, name]) => ({ id, name })),
    techniques: new Map(techniques.map((one) => [one.id, one])),
  };
}

/** Ids are written bare, or as `{{ name }}` in the sources of ATLAS. */
const bare = (id: string | undefined): string => (id ?? '').replace(/[{}\s]/g, '').replace(/\.id$/, '');

/** The techniques that a study tells of: which playbook answers most of them is the one that it can exercise. */
export const techniquesOf = ({ procedure }: Study): string[] => procedure.map(({ technique }) => bare(technique));

/** A case study as a draft: injects in the order of its tactics, without times. */
export function importAtlas(setting: Setting, { study, matter }: ReadStudy): Draft {
  const name = namer();
  const alarm = alarmOf(setting);
  if (alarm) name(alarm.id, 'alarm');
  const toDo: ToDo[] = [];
  const steps = study.procedure
    .map((step, i) => ({ step, number: i + 1, rank: rankOf(matter, step) }))
    .sort((a, b) => a.rank - b.rank || a.number - b.number);
  const injects = steps.map(({ step, number, rank }, i): InjectSource => {
    const technique = techniqueName(matter, bare(step.technique));
    const at = ['injects', i + (alarm ? 1 : 0)];
    toDo.push({ path: [...at, 'text'], what: 'what players see of it, in whose words; the notes say what was done' });
    toDo.push({ path: [...at, 'by-hand'], what: 'when it is due: case studies tell no times' });
    return {
      id: name(technique.split(/[: ]+/).slice(-4).join(' '), `step-${number}`),
      title: asLine(technique, `Step ${number}`),
      kind: 'contextual',
      'by-hand': true,
      by: 'slack',
      from: 'The facilitator',
      text: `What players see of “${asLine(technique, `step ${number}`)}” is not written yet.`,
      notes: asText(
        `${matter.tactics[rank]?.name ?? 'No tactic'}, step ${number} of the case study (${bare(step.technique)}):\n${withoutHtml(step.description ?? '')}`,
        technique,
      ),
    };
  });
  const sources = (study.references ?? []).map(({ title, url }) => asLine([title, url].filter(Boolean).join(' '), ''));
  return framed(setting, {
    title: asLine(withoutHtml(study.name), setting.name),
    about: 'Say here what everybody may read before the drill.',
    truth: asText(truthOf(study), study.name),
    references: [`MITRE ATLAS ${study.id ?? 'case study'}`, ...sources.filter((one) => one !== '')],
    injects: alarm ? [alarm, ...injects] : injects,
    expectations: alarm
      ? [{ id: name('opened', 'opened'), title: 'An incident is opened', objective: 'respond', opened: true }]
      : [],
    lastMs: 0,
    toDo: [
      { path: ['title'], what: 'a title that does not give the answer away' },
      { path: ['about'], what: 'what everybody may read before the drill' },
      { path: ['truth'], what: 'what of the case study holds in this world' },
      ...(alarm ? [{ path: ['injects', 0, 'alert'], what: 'what the monitor sends, and when' }] : []),
      ...toDo,
      { path: ['expectations'], what: 'what is expected of the team: the case study does not say' },
    ],
    assumptions: [
      'injects stand in the order of the tactics; each is delivered by hand',
      ...(alarm ? ['an alert of the kind that opens the playbook begins it'] : []),
      'tags of HTML are taken out of its texts; prompts in them stay as they are, as text',
    ],
  });
}

function alarmOf(setting: Setting): InjectSource | null {
  const kind = alertKindOf(planOf(setting));
  if (kind === null) return null;
  const system = systemIdOf(setting);
  return {
    id: 'alarm',
    title: 'A monitor raises the alarm',
    kind: 'expected-action',
    at: '1m',
    by: 'alert',
    from: 'Monitoring',
    alert: { kind, system, title: `${system}: ${kind}` },
    expects: ['opened'],
  };
}

function truthOf({ summary, target, actor }: Study): string {
  const facts = [target && `Target: ${withoutHtml(target)}.`, actor && `Actor: ${withoutHtml(actor)}.`].filter(Boolean);
  return [withoutHtml(summary ?? ''), facts.join(' ')].filter((part) => part !== '').join('\n\n');
}

function techniqueName({ techniques }: Matter, id: string): string {
  const known = techniques.get(id);
  const parent = known?.['subtechnique-of'] === undefined ? undefined : techniques.get(bare(known['subtechnique-of']));
  if (known) return parent ? `${parent.name}: ${known.name}` : known.name;
  return ATLAS[id] ?? (id || 'A step without a technique');
}

/** The place of its tactic. A step without one has that of its technique; a sub-technique those of its parent. */
function rankOf({ tactics, techniques }: Matter, { tactic, technique }: z.infer<typeof Step>): number {
  const known = techniques.get(bare(technique));
  const parent = techniques.get(bare(known?.['subtechnique-of']));
  const wanted = [bare(tactic), ...(known?.tactics ?? []), ...(parent?.tactics ?? [])]
    .map(bare)
    .filter((one) => one !== '');
  const ranks = wanted.map((id) => tactics.findIndex((one) => one.id === id)).filter((rank) => rank >= 0);
  return ranks[0] ?? tactics.length;
}
