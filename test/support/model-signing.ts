import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findModelSigning } from '../../scripts/test-tiers.mjs';

/** One thing that the reference tool for OpenSSF model signatures is to do; python/jobs.py says what there is. */
export type Job = { do: 'key' | 'certificate' | 'sign' | 'verify'; [option: string]: unknown };
export type Outcome = { ok: boolean; error: string };

/** Carries out jobs in order, in one process of Python. What the tool refuses is an outcome. */
export async function referenceTool(jobs: readonly Job[]): Promise<Outcome[]> {
  const python = findModelSigning();
  if (python === null) throw new Error('there is no Python with model_signing: see the tier model-signing');
  const script = join(import.meta.dirname, '../connectors/model-signing/python/jobs.py');
  const child = spawn(python, [script], { env: { PATH: process.env.PATH }, timeout: 60_000 });
  child.stdin.end(JSON.stringify(jobs));
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (said === '') throw new Error(`Python said nothing: ${errors}`);
  return JSON.parse(said) as Outcome[];
}

/** The same, where every job must succeed. */
export async function withReferenceTool(jobs: readonly Job[]): Promise<void> {
  const outcomes = await referenceTool(jobs);
  const failed = outcomes.findIndex(({ ok }) => !ok);
  if (failed >= 0) throw new Error(`${JSON.stringify(jobs[failed])}: ${outcomes[failed]?.error}`);
}
