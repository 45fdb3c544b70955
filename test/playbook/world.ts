// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { contracts } from '../../src/capabilities/contracts.ts';
import { check, type Library, type PlanDraft } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import type { Surroundings } from '../../src/playbook/surroundings.ts';

/** Two AI systems, of which one can only be looked at, and the roles that somebody holds. */
export const surroundings: Surroundings = {
  contracts,
  roles: { 'incident-commander': 2, 'ml-on-call': 1, 'engineering-manager': 1 },
  systems: {
    chat: { capabilities: Object.keys(contracts) },
    archive: { capabilities: ['model.inspect', 'notify.mail'] },
  },
  organisation: ['notify.mail', 'calendar.after'],
};

const ruleText = (rule: string): string =>
  `rule: ${rule}\nlaw: Regulation 1\narticle: Article 1\njurisdiction: EU\nwhom: the authority\nstarts: somebody becomes aware\nlimit: 72h\ncontent: [what happened]\nstatus: in-force\nsource: a test\nchecked: 2026-11-21\nnote: Not legal advice.\n`;

export const library: Library = {
  playbooks: {
    inform: {
      file: 'inform.yaml',
      text: 'playbook: inform\ntitle: Inform\nversion: 1\ninputs: { system: { type: ai-system }, note: { type: string, default: "" } }\nsteps:\n  - { id: tell, say: "About ${inputs.system.name}", to: ml-on-call }\n',
    },
    looks: {
      file: 'looks.yaml',
      text: 'playbook: looks\ntitle: L\nversion: 1\ninputs: { system: { type: ai-system, default: chat } }\nsteps:\n  - { do: model.inspect }\n',
    },
    loops: { file: 'loops.yaml', text: 'playbook: loops\ntitle: L\nversion: 1\nsteps:\n  - { run: loops-back }\n' },
    'loops-back': {
      file: 'loops-back.yaml',
      text: 'playbook: loops-back\ntitle: L\nversion: 1\nsteps:\n  - { run: loops }\n',
    },
    broken: {
      file: 'broken.yaml',
      text: 'playbook: broken\ntitle: B\nversion: 1\nsteps:\n  - { do: model.isolate, with: { system: chat } }\n',
    },
    rolls: {
      file: 'rolls.yaml',
      text: 'playbook: rolls\ntitle: R\nversion: 1\ninputs: { system: { type: ai-system } }\nsteps:\n  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 5m, on-deny: [] }\n  - { do: model.rollback }\n',
    },
  },
  rules: {
    'eu-72h': { file: 'rules/eu-72h.yaml', text: ruleText('eu-72h') },
    'broken-rule': { file: 'rules/broken-rule.yaml', text: ruleText('broken-rule').replace('72h', 'soon') },
    misnamed: { file: 'rules/misnamed.yaml', text: ruleText('eu-72h') },
  },
  templates: {
    'templates/notice.md': { file: 'templates/notice.md', text: 'About ${inputs.system.name}.\n' },
    'templates/brief.md': { file: 'templates/brief.md', text: 'Incident ${incident.id}\nabout ${inputs.system.nam}\n' },
  },
};

export const HEAD = 'playbook: p\ntitle: P\nversion: 1\ninputs: { system: { type: ai-system } }\nsteps:\n';
export const ASK = '  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 10m, on-deny: [] }\n';

/** Somebody hears of it, whatever happened. */
export const TOLD = 'finally:\n  - { id: over, say: It is over., to: ml-on-call }\n';

export function problems(text: string, around: Surroundings = surroundings): string[] {
  return check(text, 'p.yaml', around, library).diagnostics.map(formatDiagnostic);
}

export function compile(text: string): PlanDraft {
  const { plan, diagnostics } = check(text, 'p.yaml', surroundings, library);
  if (!plan) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}
