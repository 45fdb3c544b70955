// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a playbook is full of them
import { parseDocument, stringify } from 'yaml';
import type { CapabilityContract } from '../capabilities/contract.ts';
import type { Surroundings } from './surroundings.ts';

export const TEMPLATES = ['containment', 'notify'] as const;
export type Template = (typeof TEMPLATES)[number];

/** What its author said of a new playbook. */
export type Wanted = {
  name: string;
  title: string;
  /** The kind of alert that opens it; null: people do. */
  alert: string | null;
  /** The AI system it is for when nobody says which; null: always said. */
  system: string | null;
  /** The role that decides. */
  decides: string;
  /** The capability that contains, of `containing`. */
  act: string;
};

/** The capabilities that take something away until it is given back: what a playbook of containment can be about. */
export const containing = ({ contracts }: Surroundings): CapabilityContract[] =>
  Object.values(contracts).filter(({ effect, undo }) => effect === 'contains' && undo !== undefined);

/** A playbook to begin with. Its comments say why each thing is there, for whoever writes one for the first time. */
export function newPlaybook(template: Template, wanted: Wanted, around: Surroundings): string {
  switch (template) {
    case 'containment':
      return `${head(wanted, around)}${containment(wanted, around)}`;
    case 'notify':
      return `${head(wanted, around)}${notify(wanted)}`;
    default:
      return template satisfies never;
  }
}

/** Another playbook under a new name, its comments included. Alerts that open that one do not open this one, too: neither would open. */
export function copiedPlaybook(text: string, { name, title, alert }: Pick<Wanted, 'name' | 'title' | 'alert'>): string {
  const document = parseDocument(text);
  document.set('playbook', name);
  document.set('title', title);
  document.set('version', 1);
  if (alert === null) document.delete('opens-on');
  else document.set('opens-on', `alert.kind == ${JSON.stringify(alert)}`);
  return document.toString({ lineWidth: 0 });
}

const COMMANDER = 'incident-commander';
const DEPUTY = 'engineering-manager';

function head({ name, title, alert, system, decides }: Wanted, { roles }: Surroundings): string {
  const facts = [
    'type: ai-system',
    ...(alert === null ? [] : ['from: alert.system']),
    ...(system === null ? [] : [`default: ${system}`]),
  ];
  return `# yaml-language-server: $schema=../schemas/playbook.schema.json
# The line above lets editors complete and explain what is written here. After each change:
#   tocsin playbook check, then tocsin playbook explain; and tocsin playbook publish, so that it can run.
playbook: ${name}
title: ${scalar(title)}
# Raise it with every change that is published: a version says one thing for ever.
version: 1
${
  alert === null
    ? '\n# No alert opens it: people do. With opens-on (CEL over alert) an alert would, for example alert.kind == "model.odd".\n'
    : `\n# Which alerts open an incident with it: CEL over alert. What monitors sent stands in the inbox (tocsin alert list).\nopens-on: ${scalar(`alert.kind == ${JSON.stringify(alert)}`)}\n`
}severity:
  default: sev3
  # Worse where it matters more: the inventory knows how critical each system is.
  raise-to: { sev1: 'inputs.system.tier == "critical"' }
inputs:
  system: { ${facts.join(', ')} }
${roles[COMMANDER] === undefined ? `\n# Who decides about a step that failed.\non-failed-step: { by: [{ role: ${decides} }], within: 30m }\n` : ''}
`;
}

function containment({ act, decides }: Wanted, { contracts, roles }: Surroundings): string {
  const contract = contracts[act] as CapabilityContract;
  const family = act.split('.')[0];
  const look = contracts[`${family}.inspect`] ?? (contracts['model.inspect'] as CapabilityContract);
  const proof = contracts[`${family}.probe`]?.proves ? `\n    prove: ${family}.probe` : '';
  const seen = 'detail' in look.output.shape ? '${steps.look.detail} ' : '';
  const deputy =
    roles[DEPUTY] !== undefined && decides !== DEPUTY ? `\n    escalate: { after: 10m, to: ${DEPUTY} }` : '';
  return `steps:
  # Reading changes nothing and needs nobody's approval.
  - id: look
    title: See how it stands
    do: ${look.name}

  # What disrupts needs a decision before it, in the same block. Say what happens and what it costs: it is read at night, on a phone.
  - id: contain
    ask: 'Contain \${inputs.system.name}: ${lowerFirst(contract.title)}?'
    details: '${seen}Whoever relies on it must do without until it is given back.'
    by: [{ role: ${decides} }]
    within: 15m
    remind: [5m]${deputy}
    # Nobody answers: nothing is touched. Silence can never approve what cannot be undone.
    otherwise: deny
    # A denial ends this block after these steps; the rest is skipped.
    on-deny:
      - id: untouched
        title: Say that it goes on
        say: 'Containing \${inputs.system.name} was not approved; it goes on as it is.'
        to: stakeholders

  # It is done when the proof says so, not when the call returned. Standing the incident down undoes it: ${contract.undo?.capability}.
  - id: act
    title: ${scalar(contract.title)}
    do: ${act}${proof}
${family === 'model' ? rollback : ''}
  # Giving it back is a decision of its own. Two seats would be two roles: each must approve, each another person.
  - id: reopen
    ask: 'Give \${inputs.system.name} back to its users?'
    by: [{ role: ${decides} }]
    within: 24h
    remind: [2h, 8h]
    otherwise: deny
    on-deny: []

  - id: back
    title: ${scalar(contracts[contract.undo?.capability ?? '']?.title ?? 'Give it back')}
    do: ${contract.undo?.capability}${proof}

${ending}`;
}

const rollback = `
  # The approval above covers what follows it in this block, this act included.
  - id: rollback
    title: Go back to the last version that was known good
    do: model.rollback
    with: { to: last-known-good }

  - id: validate
    title: Validate the version that was put in place
    do: model.validate
`;

const notify = ({ decides }: Wanted): string => `steps:
  # A message goes to a role, or to the stakeholders of the inventory. Mail to others is do: notify.mail, and must be approved.
  - id: tell
    title: Say that something was noticed
    say: >-
      \${incident.id}: something was noticed about \${inputs.system.name}. Nothing was touched.
    to: stakeholders

  # A question with answers of its own: nothing is approved by it, so that silence may choose.
  - id: taken
    title: Somebody takes it up
    ask: 'Who looks into \${inputs.system.name}?'
    by: [{ role: ${decides} }]
    options: { mine: I do, nothing: It was nothing, nobody: Nobody can now }
    within: 30m
    remind: [10m, 20m]
    otherwise: nobody

  - title: Say it if nobody can
    if: steps.taken.outcome == "nobody"
    then:
      - id: open
        title: Say that nobody looks into it
        say: 'Nobody looks into \${inputs.system.name} yet (\${incident.id}).'
        to: stakeholders

${ending}`;

const ending = `# Whatever happened above, also when the incident was stood down.
finally:
  - id: brief
    title: Say that it is over
    say: 'The response to \${incident.id} about \${inputs.system.name} is over.'
    to: stakeholders
`;

/** A text as YAML: plain where it can be. */
const scalar = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd();
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
