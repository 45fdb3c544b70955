/** What a person or program is told when something is not done. Every surface renders it in its own way. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;
  /** What did not happen because of this. */
  readonly notDone: string | null;
  /** What to do now. */
  readonly next: string | null;
  readonly extra: Record<string, unknown>;

  constructor(problem: {
    status: ProblemStatus;
    code: string;
    message: string;
    notDone?: string;
    next?: string;
    extra?: Record<string, unknown>;
  }) {
    super(problem.message);
    this.name = 'Problem';
    this.status = problem.status;
    this.code = problem.code;
    this.notDone = problem.notDone ?? null;
    this.next = problem.next ?? null;
    this.extra = problem.extra ?? {};
  }
}

export type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 422 | 429 | 500 | 503;

export function notFound(what: string, next = 'Check the spelling, or list what there is.'): Problem {
  return new Problem({ status: 404, code: 'not-found', message: `There is no ${what}.`, next });
}
