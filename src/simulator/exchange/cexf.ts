import { z } from 'zod';
import type { ExpectationSource, InjectSource } from '../script/source.ts';
import { BadImport } from './bad-import.ts';
import type { Draft, ToDo } from './draft.ts';
import { durationText, framed, type Setting } from './frame.ts';
import { lineOfJson } from './json-line.ts';
import { asLine, asText, namer, withoutHtml } from './plain.ts';

/** The parts of MISP's Common Exercise Format that a simulation has a place for. Other parts are let be. */
const Uuid = z.string().min(1);
const Evaluation = z.looseObject({
  parameters: z.unknown().optional(),
  evaluation_strategy: z.string().optional(),
  result: z.string().optional(),
  score_range: z.array(z.number()).optional(),
});
const CexfInject = z.looseObject({
  uuid: Uuid,
  name: z.string().optional(),
  description: z.string().optional(),
  action: z.string().optional(),
  target_tool: z.string().optional(),
  inject_evaluation: z.array(Evaluation).optional(),
});
const Flow = z.looseObject({
  inject_uuid: Uuid,
  description: z.string().optional(),
  requirements: z.looseObject({ inject_uuid: Uuid.optional() }).nullish(),
  sequence: z
    .looseObject({
      trigger: z.union([z.string(), z.array(z.string())]).optional(),
      followed_by: z.array(Uuid).optional(),
    })
    .nullish(),
  timing: z.looseObject({ triggered_at: z.unknown().optional() }).nullish(),
});
const Cexf = z.looseObject({
  exercise: z.looseObject({
    name: z.string().optional(),
    description: z.string().optional(),
    expanded: z.string().optional(),
  }),
  injects: z.array(CexfInject).min(1).max(500),
  inject_flow: z.array(Flow),
  inject_payloads: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});
type Cexf = z.infer<typeof Cexf>;

const STEP_MS = 5 * 60_000;

/** An exercise of MISP as a simulation. Throws BadImport. */
export function importCexf(setting: Setting, text: string): Draft {
  const cexf = read(text);
  const name = namer();
  const ids = new Map(cexf.injects.map((one) => [one.uuid, name(one.name ?? one.action ?? '', 'inject')]));
  const flowOf = (uuid: string) => cexf.inject_flow.find((one) => one.inject_uuid === uuid);
  const toDo: ToDo[] = [];
  const expectations: ExpectationSource[] = [];
  const injects = inOrder(cexf).map((one, i): InjectSource => {
    const flow = flowOf(one.uuid);
    const title = asLine(withoutHtml(one.name ?? flow?.description ?? one.action ?? ''), `Inject ${i + 1}`);
    const expects = (one.inject_evaluation ?? []).map((evaluation) => {
      const id = name(`${ids.get(one.uuid)} done`, 'expected');
      toDo.push({
        path: ['expectations', expectations.length, 'judged'],
        what: 'what on the timeline shows it; else an evaluator judges',
      });
      expectations.push({
        id,
        title: asLine(`Done: ${title}`, id),
        objective: 'respond',
        judged: evaluationWords(evaluation, title),
      });
      return id;
    });
    const due = dueOf(cexf, one.uuid, flow, ids);
    if (due.note !== null) toDo.push({ path: ['injects', i, due.key], what: due.note });
    const notes = [
      flow?.description,
      one.action && `Action: ${one.action}`,
      one.target_tool && `Target tool: ${one.target_tool}`,
    ];
    return {
      id: ids.get(one.uuid) as string,
      title,
      kind: expects.length > 0 ? 'expected-action' : 'contextual',
      ...due.trigger,
      by: 'slack',
      from: 'The facilitator',
      text: asText(withoutHtml(one.description ?? one.name ?? ''), title),
      ...(expects.length > 0 && { expects }),
      ...(notes.some((note) => note) && { notes: asText(notes.filter((note) => note).join('\n'), '-') }),
    };
  });
  const payloads = (cexf.inject_payloads ?? []).length;
  return framed(setting, {
    title: asLine(withoutHtml(cexf.exercise.name ?? ''), setting.name),
    about: asText(withoutHtml(cexf.exercise.description ?? ''), 'Say here what everybody may read before the drill.'),
    truth: asText(withoutHtml(cexf.exercise.expanded ?? ''), 'Say here what really happened.'),
    injects,
    expectations,
    lastMs: 0,
    toDo: [
      { path: ['about'], what: 'what everybody may read before the drill: take out what gives the answer away' },
      { path: ['truth'], what: 'what really happened' },
      { path: ['injects'], what: 'how each inject arrives, from whom and to whom: the exercise does not say' },
      ...toDo,
    ],
    assumptions: [
      'what follows another inject comes five minutes after it',
      ...(expectations.length > 0
        ? ['evaluations are judged by evaluators until something on the timeline is named']
        : []),
      ...(payloads > 0 ? [`${payloads} payloads for tools are left out`] : []),
    ],
  });
}

function read(text: string): Cexf {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new BadImport(lineOfJson(text), `it is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  const { success, data, error } = Cexf.safeParse(value);
  if (!success) {
    const issue = error.issues[0];
    throw new BadImport(1, `it is no exercise of CEXF: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`);
  }
  const uuids = data.injects.map(({ uuid }) => uuid);
  const twice = uuids.find((uuid, i) => uuids.indexOf(uuid) !== i);
  if (twice !== undefined) throw new BadImport(1, `two injects have the uuid ${twice}`);
  const lost = data.inject_flow.find(({ inject_uuid: uuid }) => !uuids.includes(uuid));
  if (lost) throw new BadImport(1, `inject_flow speaks of ${lost.inject_uuid}, which is no inject`);
  return data;
}

/** As the flow has them; what is not in the flow comes last. */
function inOrder({ injects, inject_flow: flow }: Cexf) {
  const rank = new Map(flow.map(({ inject_uuid: uuid }, i) => [uuid, i]));
  const of = (uuid: string) => rank.get(uuid) ?? flow.length;
  return [...injects].sort((a, b) => of(a.uuid) - of(b.uuid));
}

type Due = { trigger: Partial<InjectSource>; key: string; note: string | null };

function dueOf(
  cexf: Cexf,
  uuid: string,
  flow: z.infer<typeof Flow> | undefined,
  ids: ReadonlyMap<string, string>,
): Due {
  const triggers = [flow?.sequence?.trigger ?? []].flat();
  const before =
    flow?.requirements?.inject_uuid ??
    cexf.inject_flow.find((one) => one.sequence?.followed_by?.includes(uuid))?.inject_uuid;
  const first = before === undefined ? undefined : ids.get(before);
  const at = flow?.timing?.triggered_at;
  if (typeof at === 'number' && at > 0) return { trigger: { at: durationText(at * 1_000) }, key: 'at', note: null };
  if (first !== undefined && before !== uuid && !comesBefore(cexf, uuid, before as string))
    return {
      trigger: { after: { inject: first, delay: durationText(STEP_MS) } },
      key: 'after',
      note: 'how long after; in the exercise it comes when that inject is answered',
    };
  if (triggers.includes('startex')) return { trigger: { at: '1m' }, key: 'at', note: null };
  return {
    trigger: { 'by-hand': true },
    key: 'by-hand',
    note: `when it is due${triggers.length > 0 ? `; the exercise says ${triggers.join(', ')}` : ''}`,
  };
}

/** Whether an inject is one of those that the other waits for: then that one cannot wait for it too. */
function comesBefore(cexf: Cexf, uuid: string, other: string): boolean {
  const before = (one: string) =>
    cexf.inject_flow.find(({ inject_uuid: id }) => id === one)?.requirements?.inject_uuid ??
    cexf.inject_flow.find(({ sequence }) => sequence?.followed_by?.includes(one))?.inject_uuid;
  const seen = new Set<string>();
  for (let at: string | undefined = other; at !== undefined && !seen.has(at); at = before(at)) {
    if (at === uuid) return true;
    seen.add(at);
  }
  return false;
}

function evaluationWords(
  { parameters, evaluation_strategy: strategy, score_range: range }: z.infer<typeof Evaluation>,
  title: string,
): string {
  const what = parameters === undefined ? title : `${title}: ${JSON.stringify(parameters)}`;
  return asLine(`${what}${strategy ? ` (${strategy})` : ''}${range ? ` (${range.join(' to ')} points)` : ''}`, title);
}
