// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { contracts } from '../../src/capabilities/contracts.ts';
import type { Library } from '../../src/playbook/check.ts';
import { type CheckedPlaybook, checkPlaybook } from '../../src/playbook/library.ts';
import type { Surroundings } from '../../src/playbook/surroundings.ts';
import { opening } from './plans.ts';

const surroundings: Surroundings = {
  contracts,
  roles: { 'incident-commander': 2, 'engineering-manager': 1 },
  systems: { 'support-assistant': { capabilities: Object.keys(contracts) } },
  organisation: ['notify.mail'],
};

/** Ten steps: one that is skipped, a decision with a cut and its end, an `if`, two branches. */
const section = (n: number): string => `
  - { id: look-${n}, do: model.inspect }
  - { id: not-${n}, do: model.inspect, when: 'steps["look-${n}"].version == "none"' }
  - { id: may-${n}, ask: Shall part ${n} be cut off and put back?, by: [{ role: incident-commander }], within: 15m, remind: [5m, 10m], details: "Part ${n} is one of many, and each of them is cut off from its traffic and put back by itself; whoever approves says so for this part alone. Parts that were approved before stay as they are, whatever comes of this one; parts that follow are asked about when their turn comes, in the order in which they stand here. When in doubt, say no and say why; nobody is blamed for a part that stays as it is, and it can be asked about again by hand later on.", on-deny: [] }
  - { id: cut-${n}, do: model.isolate }
  - { id: back-${n}, do: model.restore }
  - id: known-${n}
    if: steps["look-${n}"].version != ""
    then:
      - { id: tell-${n}, say: 'Part ${n} is served by \${steps["look-${n}"].version}.', to: incident-commander }
  - id: both-${n}
    parallel:
      left: [{ id: left-${n}, do: model.inspect }]
      right: [{ id: right-${n}, do: model.probe, with: { expect: serving } }]`;

export const SECTION_STEPS = 10;

/** A playbook of so many sections, through the product's own checker and compiler. */
export function longPlaybook(sections: number, more = ''): CheckedPlaybook {
  const steps = Array.from({ length: sections }, (_, i) => section(i + 1)).join('');
  const text = `playbook: long\ntitle: Long\nversion: 1\ninputs: { system: { type: ai-system } }\nsteps:${steps}${more}\n`;
  const library: Library = { playbooks: { long: { file: 'long.yaml', text } }, templates: {}, rules: {} };
  return checkPlaybook('long', library, surroundings);
}

export const longOpening = { ...opening, inputs: { system: opening.system } };
