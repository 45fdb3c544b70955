import type { Json, JsonObject } from '../../incident/json.ts';
import type { Severity } from '../../incident/severity.ts';
import type { PlaybookSource } from '../schema.ts';
import { PlaybookSource as Schema } from '../schema.ts';
import type { StepSource } from '../step-source.ts';
import { blocksOf, type Library } from '../unit.ts';
import { namesTemplate } from '../wording.ts';
import { readYaml } from '../yaml.ts';
import { drawBlock, mainIds } from './draw.ts';
import { cacaoId, KEPT_EXTENSION, PLAYBOOK_EXTENSION, playbookId, STEP_EXTENSION, TOCSIN_IDENTITY } from './ids.ts';
import { declare, type Sheet } from './sheet.ts';

/** The moments of a document of CACAO, ISO 8601 in UTC. */
export type Moments = { created: string; modified: string };

const SEVERITY: Record<Severity, number> = { sev1: 100, sev2: 75, sev3: 50, sev4: 25 };

/** A playbook that the checker takes, as a document of CACAO 2.0 that brings along all it runs, says and names. */
export function exportCacao(value: PlaybookSource, text: string, library: Library, moments: Moments): JsonObject {
  const { steps, finally: last = [], ...head } = value;
  const sheet: Sheet = {
    playbook: value.playbook,
    library,
    workflow: new Map(),
    agents: new Map(),
    variables: new Map(),
  };
  for (const [name, { type, default: given }] of Object.entries(value.inputs ?? {})) {
    const variable = declare(sheet, ['input', name], INPUT_TYPES[type], `Input "${name}" (${type})`);
    const known = sheet.variables.get(variable) as JsonObject;
    sheet.variables.set(variable, {
      ...known,
      external: true,
      ...(given !== undefined && { value: typeof given === 'string' ? given : JSON.stringify(given) }),
    });
  }
  const end = cacaoId('end', 'playbook', value.playbook);
  const closing = drawBlock(sheet, last, ['finally'], { end, failed: null });
  const first = drawBlock(sheet, steps, ['steps'], { end: closing, failed: null });
  const start = cacaoId('start', 'playbook', value.playbook);
  sheet.workflow.set(start, { type: 'start', name: 'Start', on_completion: first });
  sheet.workflow.set(end, { type: 'end', name: 'End' });
  const workflow = Object.fromEntries([...sheet.workflow].reverse());
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: playbookId(value.playbook),
    name: value.title,
    description: `Exported from Tocsin: playbook "${value.playbook}", version ${value.version}. Texts may hold expressions between dollar-brace and brace; look up by hand what they stand for.`,
    playbook_types: ['mitigation'],
    ...activities(sheet),
    playbook_processing_summary: summary(sheet),
    created_by: TOCSIN_IDENTITY,
    ...moments,
    severity: SEVERITY[value.severity?.default ?? 'sev3'],
    ...(sheet.variables.size > 0 && { playbook_variables: Object.fromEntries(sheet.variables) }),
    workflow_start: start,
    workflow_exception: closing,
    workflow,
    playbook_extensions: {
      [PLAYBOOK_EXTENSION]: {
        head: head as unknown as JsonObject,
        steps: mainIds(sheet, steps, ['steps']),
        ...(value.finally && { finally: mainIds(sheet, last, ['finally']) }),
        text,
        library: needed(value, library),
      },
    },
    ...(sheet.agents.size > 0 && { agent_definitions: Object.fromEntries(sheet.agents) }),
    extension_definitions: EXTENSION_DEFINITIONS,
  };
}

const INPUT_TYPES = {
  'ai-system': 'string',
  string: 'string',
  number: 'float',
  boolean: 'bool',
  duration: 'string',
  list: 'dictionary',
} as const;

const definition = (name: string, description: string): JsonObject => ({
  type: 'extension-definition',
  name,
  description,
  created_by: TOCSIN_IDENTITY,
  schema: 'docs/playbooks.md of Tocsin, "CACAO"',
  version: '1',
});

export const EXTENSION_DEFINITIONS: JsonObject = {
  [PLAYBOOK_EXTENSION]: definition(
    'tocsin-playbook',
    'Inputs, alerts, severity, closing steps, and all that the playbook runs, says and names.',
  ),
  [STEP_EXTENSION]: definition(
    'tocsin-step',
    'One step as Tocsin runs it: who decides, until when, what silence means, proof and undo.',
  ),
  [KEPT_EXTENSION]: definition('tocsin-kept', 'What the original document said that CACAO has no place for.'),
};

function activities(sheet: Sheet): JsonObject {
  const named = [...sheet.workflow.values()]
    .flatMap(({ commands }) => (Array.isArray(commands) ? (commands as JsonObject[]) : []))
    .flatMap(({ playbook_activity }) => (typeof playbook_activity === 'string' ? [playbook_activity] : []));
  return named.length > 0 ? { playbook_activities: [...new Set(named)].sort() } : {};
}

function summary(sheet: Sheet): JsonObject {
  const steps = [...sheet.workflow.values()];
  const has = (type: string) => steps.some((step) => step.type === type);
  return {
    manual_playbook: has('action'),
    external_playbooks: has('playbook-action'),
    parallel_processing: has('parallel'),
    if_logic: has('if-condition'),
    while_logic: has('while-condition'),
    switch_logic: false,
    temporal_logic: steps.some(({ delay, timeout }) => delay !== undefined || timeout !== undefined),
    data_markings: false,
    digital_signatures: false,
    countersigned_signatures: false,
    extensions: true,
  };
}

/** Every file that the playbook needs, by its place beside it. */
function needed(value: PlaybookSource, library: Library): Json {
  const files = new Map<string, string>();
  const take = (from: Library['rules'], name: string, file: string): string | null => {
    const found = Object.hasOwn(from, name) ? from[name] : undefined;
    if (!found || files.has(file)) return null;
    files.set(file, found.text);
    return found.text;
  };
  const visit = (steps: readonly StepSource[]): void => {
    for (const step of steps) {
      for (const written of ['say' in step && step.say, 'ask' in step && step.ask, 'details' in step && step.details])
        if (written && namesTemplate(written)) {
          const name = written.endsWith('.md') ? written : `${written}.md`;
          take(library.templates, name, name);
        }
      if ('oblige' in step) take(library.rules, step.oblige, `rules/${step.oblige}.yaml`);
      if ('run' in step) {
        const text = take(library.playbooks, step.run, `${step.run}.yaml`);
        const embedded = text === null ? null : Schema.safeParse(readYaml(text, step.run).value).data;
        if (embedded) visit([...embedded.steps, ...(embedded.finally ?? [])]);
      }
      for (const block of blocksOf(step, [])) visit(block.steps);
    }
  };
  visit([...value.steps, ...(value.finally ?? [])]);
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, text]) => ({ file, text }));
}
