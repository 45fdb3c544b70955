import type { JsonObject } from './json.ts';
import { counted, listed } from './phrases.ts';

/** Checks of AI systems that are made again and again: what makes them, and what a finding is called as an alert. */
export const CHECKS = {
  integrity: { capability: 'model.verify', kind: 'model.signature-invalid', title: 'Integrity' },
  canaries: { capability: 'model.canary', kind: 'model.canary-leaked', title: 'Canaries' },
} as const;
export type CheckName = keyof typeof CHECKS;
export const checkNames = Object.keys(CHECKS) as CheckName[];

/** The source of such alerts in the inbox. Of another alert it is a person or the name of a token. */
export const CHECKS_SOURCE = 'checks';
/** The alert that says that a check cannot be carried out. */
export const FAILING_KIND = 'check-failing';
/** So many runs in a row that could not be carried out are an alert. */
export const FAILING_RUNS = 3;

/**
 * What one run of a check came to. `clean` and `found` are about the version that was looked at; `failed`: it could not be carried
 * out, which says nothing about the system.
 */
export type CheckOutcome =
  | { status: 'clean'; version: string; detail: string }
  | { status: 'found'; version: string; detail: string; canaries: string[] }
  | { status: 'failed'; code: string; detail: string; retryable: boolean };

export type CheckedRun = {
  system: string;
  check: CheckName;
  /** Names the run, so that writing it down twice is once. */
  run: string;
  startedAt: number;
  outcome: CheckOutcome;
};

/** What the inbox learns of a run: an alert, and which alerts (by the beginning of their keys) are over. */
export type CheckNews = { raise: { key: string; alert: JsonObject } | null; over: string[] };

/** `failures`: runs in a row, with this one, that could not be carried out. */
export function newsOf({ system, check, outcome }: CheckedRun, failures: number): CheckNews {
  const { kind, capability } = CHECKS[check];
  const failing = `${FAILING_KIND}/${system}/${capability}`;
  // With a slash at the end, so that the system "chat" does not end what was found of "chat-eu".
  const found = `${kind}/${system}/`;
  switch (outcome.status) {
    case 'clean':
      return { raise: null, over: [found, failing] };
    case 'found': {
      const alert = findingOf(system, check, outcome);
      return { raise: { key: `${found}${outcome.version}`, alert }, over: [found, failing] };
    }
    case 'failed': {
      if (failures < FAILING_RUNS) return { raise: null, over: [] };
      const title = `The check of ${system} by ${capability} cannot be carried out`;
      return {
        raise: { key: failing, alert: { kind: FAILING_KIND, system, title, capability, code: outcome.code } },
        over: [],
      };
    }
    default:
      return outcome satisfies never;
  }
}

/** Never with a model's answer or a planted secret: alerts are read on every surface. */
function findingOf(
  system: string,
  check: CheckName,
  { version, detail, canaries }: CheckOutcome & { status: 'found' },
): JsonObject {
  const { kind } = CHECKS[check];
  switch (check) {
    case 'integrity': {
      const title = `The signature of version ${version} of ${system} does not verify`;
      return { kind, system, title, version, detail };
    }
    case 'canaries': {
      const title = `Version ${version} of ${system} gave away ${counted(canaries.length, 'planted secret')}: ${listed(canaries)}`;
      return { kind, system, title, version, canaries };
    }
    default:
      return check satisfies never;
  }
}
