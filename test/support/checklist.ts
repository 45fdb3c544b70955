import { contractOf } from '../../src/capabilities/contracts.ts';
import { everyPlanStep, type Plan, type Step } from '../../src/playbook/plan.ts';

/** What a response to any AI incident has to do, and how it is told from a plan that it does. */
type Item = { title: string; does: (step: Step, plan: Plan) => boolean };

const text = (step: Step): string => (step.kind === 'ask' ? JSON.stringify([step.question, step.details]) : '');
const effect = (step: Step) => (step.kind === 'do' ? contractOf(step.use.capability)?.effect : undefined);
const isRead = (step: Step): boolean => step.kind === 'do' && step.use.risk === 'read';
const tells = (step: Step, whom: string): boolean =>
  step.kind === 'say' &&
  'literal' in (step.use.with.to ?? {}) &&
  (step.use.with.to as { literal: unknown }).literal === whom;
/** Acts that end the harm without taking anything from users. */
const STILLS = ['pipeline.freeze', 'data.quarantine'];

/** Of steps in the order of the text: whether one stands before the question that contains, or after it. */
function stands(where: 'before' | 'after', step: Step, plan: Plan): boolean {
  const ids = [...everyPlanStep(plan)].map(({ path }) => path);
  const contain = ids.findIndex((path) => /(^|\/)contain$/.test(path));
  const at = ids.indexOf(step.path);
  return where === 'before' ? at < contain : at > contain && !/on-deny|on-failure/.test(step.path);
}

export const ITEMS: readonly Item[] = [
  { title: 'Identify affected systems', does: (step) => text(step).includes('inputs.system.dependants') },
  {
    title: 'Assess data integrity and model performance',
    does: (step, plan) => isRead(step) && stands('before', step, plan),
  },
  {
    title: 'Scope and impact',
    does: (step) =>
      step.kind === 'ask' && ((step.form ?? []).length > 0 || text(step).includes('inputs.system.dataClasses')),
  },
  { title: 'Initial findings, told', does: (step) => tells(step, 'legal-counsel') && step.id === 'inform' },
  {
    title: 'Isolate',
    does: (step) =>
      effect(step) === 'contains' ||
      (step.kind === 'do' && STILLS.includes(step.use.capability)) ||
      effect(step) === 'replaces',
  },
  {
    title: 'Back to the last known good',
    does: (step) =>
      effect(step) === 'replaces' ||
      (effect(step) === 'restores' && step.kind === 'do' && /^access|^vendor/.test(step.use.capability)),
  },
  { title: 'Validate', does: (step, plan) => isRead(step) && stands('after', step, plan) },
  {
    title: 'Temporary manual process',
    does: (step) =>
      ['by-hand', 'tell-users'].includes(step.id) ||
      (step.kind === 'run' && step.playbook === 'temporary-manual-process'),
  },
  { title: 'Coordinate stakeholders', does: (step) => tells(step, 'stakeholders') },
  {
    title: 'Legal and compliance',
    does: (step) =>
      (step.kind === 'run' && ['legal-review', 'notify-legal'].includes(step.playbook)) ||
      (step.kind === 'ask' && step.by.some(({ role }) => role === 'legal-counsel')),
  },
  { title: 'PR', does: (step) => tells(step, 'communications-lead') },
];

/** Which steps of a plan do an item, by their ids, in order. */
export const stepsFor = ({ does }: Item, plan: Plan): string[] => [
  ...new Set([...everyPlanStep(plan)].filter((step) => does(step, plan)).map(({ id }) => id)),
];

export const isType = (plan: Plan): boolean => plan.opensOn !== null;

export function checklistPage(plans: readonly Plan[]): string {
  const sections = plans.filter(isType).flatMap((plan) => [
    `## ${plan.playbook}`,
    '',
    '| item | steps |',
    '| --- | --- |',
    ...ITEMS.map(
      (item) =>
        `| ${item.title} | ${stepsFor(item, plan)
          .map((id) => `\`${id}\``)
          .join(', ')} |`,
    ),
    '',
  ]);
  return [
    '# The checklist, and who does what of it',
    '',
    'What a response to any AI incident has to do, and which steps of each playbook of [the library](library.md) do it, those of the playbooks',
    'that they run among them. Made from the plans: `TOCSIN_UPDATE=1 npx vitest run test/playbook/checklist`. A test fails when an item has no step.',
    '',
    ...sections,
  ].join('\n');
}
