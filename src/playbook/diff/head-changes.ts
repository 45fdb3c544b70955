import { listed, quoted } from '../../incident/phrases.ts';
import { severityLabel } from '../../incident/severity.ts';
import { everyPlanStep, type InputSpec, type Plan } from '../plan.ts';
import { askingFields } from './asking.ts';
import { equal, type Said } from './change.ts';
import { plain } from './step-changes.ts';

/** Compared step by step, or no matter for a responder: the version and the hash say that something changed, not what. */
const ELSEWHERE = new Set(['format', 'playbook', 'version', 'hash', 'steps', 'finally']);

const FIELDS: Partial<Record<keyof Plan, (a: Plan, b: Plan) => Said[]>> = {
  title: (a, b) => [
    { code: 'title', about: 'wording', text: `it is called ${quoted(b.title)}; it was ${quoted(a.title)}` },
  ],
  opensOn: (a, b) => [
    {
      code: 'opens-on',
      danger: b.opensOn === null,
      about: 'opening',
      text: `${opens(b)}; before, ${opens(a)}`,
    },
  ],
  joinsOn: (a, b) => [
    {
      code: 'joins-on',
      about: 'opening',
      text: `alerts join it if ${b.joinsOn ?? 'they would open it'}; it was if ${a.joinsOn ?? 'they would open it'}`,
    },
  ],
  priority: (a, b) => [
    {
      code: 'priority',
      about: 'opening',
      text: `its priority among several that match is ${b.priority}; it was ${a.priority}`,
    },
  ],
  severity: (a, b) => [{ code: 'severity', about: 'opening', text: `it is ${severity(b)}; it was ${severity(a)}` }],
  references: referenceChanges,
  inputs: (a, b) => inputChanges(a.inputs, b.inputs),
  onFailedStep: (a, b) =>
    Object.entries(askingFields).flatMap(([name, tell]) => {
      const [old, now] = [a.onFailedStep, b.onFailedStep];
      return equal(old[name as keyof typeof old], now[name as keyof typeof now])
        ? []
        : tell(old, now).map((said) => ({ ...said, text: `about a failed step: ${said.text}` }));
    }),
};

/** What is different about the playbook as a whole. */
export function headChanges(a: Plan, b: Plan): Said[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !ELSEWHERE.has(name));
  const changed = names.filter((name) => !equal(a[name as keyof Plan], b[name as keyof Plan])) as (keyof Plan)[];
  return [
    ...changed.flatMap((name) => FIELDS[name]?.(a, b) ?? [plain(name, a[name], b[name])]),
    ...capabilityChanges(a, b),
  ];
}

/** What it answers by the names of frameworks, and what it was written from. */
function referenceChanges({ references: a }: Plan, { references: b }: Plan): Said[] {
  const say = (text: string): Said => ({ code: 'references', about: 'wording', text });
  const all = (references: Plan['references']): string[] => Object.values(references ?? {}).flat();
  const [old, now] = [all(a), all(b)];
  const [more, fewer] = [now.filter((one) => !old.includes(one)), old.filter((one) => !now.includes(one))];
  const found = [
    ...(more.length > 0 ? [say(`it also refers to ${listed(more)}`)] : []),
    ...(fewer.length > 0 ? [say(`it refers no longer to ${listed(fewer)}`)] : []),
  ];
  return found.length > 0 ? found : [say('its references stand in another order')];
}

const opens = ({ opensOn }: Plan): string =>
  opensOn === null ? 'no alert opens it' : `an alert opens it if ${opensOn}`;

const severity = ({ severity: { default: usual, raiseTo } }: Plan): string =>
  [severityLabel(usual), ...raiseTo.map((one) => `${severityLabel(one.severity)} if ${one.cel}`)].join(', ');

function inputChanges(a: Record<string, InputSpec>, b: Record<string, InputSpec>): Said[] {
  const say = (text: string): Said => ({ code: 'inputs', about: 'opening', text });
  const known = (spec: InputSpec): string =>
    [
      spec.type,
      spec.from === null ? '' : `from ${spec.from}`,
      spec.default === null ? '' : `else ${JSON.stringify(spec.default)}`,
    ]
      .filter(Boolean)
      .join(', ');
  return [...new Set([...Object.keys(b), ...Object.keys(a)])].flatMap((name) => {
    const [old, now] = [a[name], b[name]];
    if (equal(old, now)) return [];
    if (!now) return [say(`it need not know ${quoted(name)} any more`)];
    return [
      say(
        old ? `${quoted(name)} is ${known(now)}; it was ${known(old)}` : `it must know ${quoted(name)} (${known(now)})`,
      ),
    ];
  });
}

/** A capability that is needed for the first time must be bound before the playbook can run. */
function capabilityChanges(a: Plan, b: Plan): Said[] {
  const [old, now] = [capabilitiesOf(a), capabilitiesOf(b)];
  const say = (text: string): Said => ({ code: 'capabilities', about: 'acts', text });
  return [
    ...[...now].filter((name) => !old.has(name)).map((name) => say(`it needs ${name}, which it did not need before`)),
    ...[...old].filter((name) => !now.has(name)).map((name) => say(`it needs ${name} no longer`)),
  ];
}

function capabilitiesOf(plan: Plan): ReadonlySet<string> {
  const uses = [...everyPlanStep(plan)].flatMap((step) => {
    if (step.kind === 'say') return [step.use];
    return step.kind === 'do' ? [step.use, step.prove, step.undo] : [];
  });
  return new Set(uses.flatMap((use) => (use ? [use.capability] : [])));
}
