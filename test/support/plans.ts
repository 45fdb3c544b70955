import { CALENDAR } from '../../src/capabilities/calendar.ts';
import { contractOf } from '../../src/capabilities/contracts.ts';
import type { Opening } from '../../src/engine/perform.ts';
import type { ObligationRule } from '../../src/incident/obligation.ts';
import type {
  AlertAwaited,
  AskStep,
  DoStep,
  ObligeStep,
  ParallelStep,
  Plan,
  Retry,
  SayStep,
  Step,
  Use,
  Value,
  WaitStep,
} from '../../src/playbook/plan.ts';
import type { Bot } from '../../src/simulator/core/bots.ts';
import { newWorld, type World } from '../../src/simulator/core/world.ts';

/** Plans built by hand, for tests of the engine that should not depend on the compiler. Paths are given by `planOf`. */
export const START = Date.UTC(2026, 10, 19, 2, 58);
export const MINUTE = 60_000;

const literals = (values: Record<string, string>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([key, literal]) => [key, { literal }]));

export function use(capability: string, values: Record<string, string> = {}): Use {
  const contract = contractOf(capability);
  if (!contract) throw new Error(`no contract for ${capability}`);
  const target: Record<string, string> = capability.startsWith('model.') ? { system: 'support-assistant' } : {};
  return { capability, risk: contract.risk, timeoutMs: contract.timeoutMs, with: literals({ ...target, ...values }) };
}

const step = (id: string) => ({ id, path: '', title: id, when: null });
export const ONCE: Retry = { attempts: 1, delayMs: 0, factor: 1 };

export function act(id: string, capability: string, more: Partial<DoStep> = {}): DoStep {
  const undo = contractOf(capability)?.undo;
  const outputs = Object.keys(contractOf(capability)?.output.shape ?? {});
  return {
    ...step(id),
    kind: 'do',
    use: use(capability),
    retry: ONCE,
    prove: null,
    undo: undo ? use(undo.capability, undo.set ?? {}) : null,
    coveredBy: null,
    unattended: null,
    onFailure: null,
    outputs,
    ...more,
  };
}

export function ask(id: string, more: Partial<AskStep> = {}): AskStep {
  return {
    ...step(id),
    kind: 'ask',
    question: { literal: `${id}?` },
    details: null,
    by: [{ role: 'incident-commander', count: 1 }],
    requesterMayDecide: false,
    withinMs: 10 * MINUTE,
    remindMs: [5 * MINUTE],
    escalate: { afterMs: 7 * MINUTE, to: 'engineering-manager', page: true },
    otherwise: 'deny',
    onDeny: [],
    covers: [],
    ...more,
  };
}

export const RULE: ObligationRule = {
  id: 'eu-gdpr-33',
  law: 'Regulation (EU) 2016/679 (GDPR)',
  article: 'Article 33(1)',
  jurisdiction: 'EU/EEA',
  whom: 'the competent supervisory authority',
  starts: 'the controller becomes aware of a personal data breach',
  limitMs: 72 * 60 * MINUTE,
  content: ['the nature of the breach'],
};

/** Aware since the opening, unless `more` says otherwise. */
export const oblige = (id: string, more: Partial<ObligeStep> = {}): ObligeStep => ({
  ...step(id),
  kind: 'oblige',
  rule: RULE,
  aware: null,
  owner: 'legal-counsel',
  remindMs: [24, 6, 1].map((hours) => hours * 60 * MINUTE),
  ...more,
});

export const say = (id: string): SayStep => ({
  ...step(id),
  kind: 'say',
  use: { ...use('notify.mail', { to: 'stakeholders', subject: id, text: 'What happened.' }), risk: 'reversible' },
});

export const wait = (id: string, forMs: number, until: string | null = null): WaitStep => ({
  ...step(id),
  kind: 'wait',
  forMs,
  until: until === null ? null : { cel: until },
});

/** By the calendar of the world. */
export const waitBusiness = (id: string, time: { days?: number; minutes?: number }): WaitStep => {
  const { days = 0, minutes = 0 } = time;
  return {
    ...wait(id, 0),
    business: { ...use(CALENDAR), with: { days: { literal: days }, minutes: { literal: minutes } } },
  };
};

export const waitAlert = (id: string, forMs: number, alert: AlertAwaited): WaitStep => ({ ...wait(id, forMs), alert });

export const when = (cel: string, thenSteps: Step[], elseSteps: Step[] = [], id = 'branch'): Step => ({
  ...step(id),
  kind: 'if',
  cel,
  then: thenSteps,
  else: elseSteps,
});

export const parallel = (
  id: string,
  branches: Record<string, Step[]>,
  more: Pick<ParallelStep, 'any' | 'failFast'> = {},
): Step => ({
  ...step(id),
  ...more,
  kind: 'parallel',
  branches: Object.entries(branches).map(([name, steps]) => ({ name, steps })),
});

export const run = (id: string, steps: Step[], finallySteps: Step[] = []): Step => ({
  ...step(id),
  kind: 'run',
  playbook: 'inner',
  with: { reason: { literal: 'tested' } },
  steps,
  finally: finallySteps,
});

export const attempt = (id: string, steps: Step[], onFailure: Step[] | null, last: Step[] = []): Step => ({
  ...step(id),
  kind: 'try',
  steps,
  onFailure,
  finally: last,
});

export const each = (id: string, cel: string, steps: Step[], atOnce = 1): Step => ({
  ...step(id),
  kind: 'each',
  cel,
  as: 'item',
  atOnce,
  steps,
});

export const repeat = (id: string, until: string, times: number, steps: Step[], everyMs = 0): Step => ({
  ...step(id),
  kind: 'repeat',
  until,
  times,
  everyMs,
  steps,
});

function place(steps: readonly Step[], prefix: string): Step[] {
  return steps.map((original) => {
    const path = `${prefix}${original.id}`;
    const at = { ...original, path };
    switch (at.kind) {
      case 'do':
        return { ...at, onFailure: at.onFailure && place(at.onFailure, `${path}/on-failure/`) };
      case 'ask':
        return {
          ...at,
          onDeny: at.onDeny && place(at.onDeny, `${path}/on-deny/`),
          ...(at.onFailure && { onFailure: place(at.onFailure, `${path}/on-failure/`) }),
        };
      case 'if':
        return { ...at, then: place(at.then, `${path}/then/`), else: place(at.else, `${path}/else/`) };
      case 'parallel':
        return { ...at, branches: at.branches.map((b) => ({ ...b, steps: place(b.steps, `${path}/${b.name}/`) })) };
      case 'run':
        return { ...at, steps: place(at.steps, `${path}/`), finally: place(at.finally, `${path}/finally/`) };
      case 'each':
      case 'repeat':
        return { ...at, steps: place(at.steps, `${path}/*/`) };
      case 'try':
        return {
          ...at,
          steps: place(at.steps, `${path}/try/`),
          onFailure: at.onFailure && place(at.onFailure, `${path}/on-failure/`),
          finally: place(at.finally, `${path}/finally/`),
        };
      default:
        return at;
    }
  });
}

export function planOf(steps: Step[], finallySteps: Step[] = []): Plan {
  return {
    format: 1,
    playbook: 'tested',
    title: 'Tested',
    version: 1,
    hash: '0'.repeat(64),
    opensOn: null,
    priority: 0,
    severity: { default: 'sev2', raiseTo: [] },
    inputs: {},
    onFailedStep: {
      by: [{ role: 'incident-commander', count: 1 }],
      withinMs: 30 * MINUTE,
      remindMs: [10 * MINUTE],
      escalate: { afterMs: 15 * MINUTE, to: 'engineering-manager', page: true },
      otherwise: 'stop',
    },
    steps: place(steps, ''),
    finally: place(finallySteps, 'finally/'),
  };
}

export const opening: Opening = {
  incident: 'INC-2026-0147',
  title: 'Model artefact tampered with',
  severity: 'sev2',
  system: {
    id: 'support-assistant',
    name: 'Support assistant',
    tier: 'critical',
    owner: 'ml-platform',
    jurisdictions: ['EU'],
    dataClasses: ['personal'],
    lastKnownGood: 'v40',
  },
  requester: null,
  alert: { kind: 'model.signature-invalid' },
  mode: 'exercise',
  inputs: { limit: 3 },
};

export function world(): World {
  return newWorld({
    'support-assistant': {
      versions: {
        v40: { signatureValid: true, passesValidation: true },
        v41: { signatureValid: false, passesValidation: false },
      },
      serving: 'v41',
      lastKnownGood: 'v40',
      traffic: 'serving',
    },
  });
}

export const commander: Bot = {
  person: 'bot-commander',
  roles: ['incident-commander'],
  reactionMs: 80_000,
  approvals: 'approve',
  failures: 'retry',
};
