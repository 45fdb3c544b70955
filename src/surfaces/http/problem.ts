import { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { isDatabaseAway } from '../../store/pool.ts';
import { Problem, type ProblemStatus } from '../problem.ts';
import type { Ctx } from './context.ts';

/** RFC 9457, with what was not done and what to do now. */
export const ProblemBody = z
  .looseObject({
    type: z.string().openapi({ example: 'about:tocsin/not-entitled' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable: branch on this, never on the texts.', example: 'not-entitled' }),
    notDone: z.string().nullable(),
    next: z.string().nullable(),
  })
  .openapi('Problem');

const TITLES: Record<ProblemStatus, string> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not now',
  413: 'Too large',
  415: 'Wrong content type',
  421: 'Wrong host',
  422: 'Not valid',
  429: 'Too many requests',
  500: 'Something broke here',
  503: 'Not available',
};

export function problemResponse(c: Ctx, problem: Problem): Response {
  const body: z.infer<typeof ProblemBody> = {
    ...problem.extra,
    type: `about:tocsin/${problem.code}`,
    title: TITLES[problem.status],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    notDone: problem.notDone,
    next: problem.next,
  };
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer realm="tocsin"');
  return c.json(body, problem.status, { 'Content-Type': 'application/problem+json' });
}

/** Whatever was thrown, as a Problem. What is not ours to explain is logged by the caller and said without detail. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException && error.status in TITLES && error.status !== 500)
    return new Problem({
      status: error.status as ProblemStatus,
      code: HTTP_CODES[error.status] ?? 'bad-request',
      message:
        error.status === 403 ? 'The request came from another site.' : error.message || 'The request is refused.',
      notDone: 'Nothing was done.',
    });
  if (isDatabaseAway(error))
    return new Problem({
      status: 503,
      code: 'database-away',
      message: 'The database does not answer.',
      notDone: 'It is not known whether the request had an effect.',
      next: 'Try again in a moment; a repeat with the same Idempotency-Key is safe.',
    });
  return new Problem({
    status: 500,
    code: 'internal',
    message: 'The server failed while answering.',
    notDone: 'It is not known whether the request had an effect.',
    next: 'Look before you try again; a repeat with the same Idempotency-Key is safe.',
  });
}

const HTTP_CODES: Readonly<Record<number, string>> = { 403: 'cross-site', 413: 'too-large', 415: 'content-type' };

/** Every invalid request in one form, each field named. */
export function refuseInvalid(result: { success: boolean; error?: { issues: readonly z.core.$ZodIssue[] } }): void {
  if (result.success || !result.error) return;
  const issues = result.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  throw new Problem({
    status: 422,
    code: 'invalid',
    message: issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; '),
    notDone: 'Nothing was done.',
    next: 'See /api/openapi.json.',
    extra: { issues },
  });
}
