import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { findPythonSlack } from '../../scripts/test-tiers.mjs';
import type { LocalSlack } from '../../src/embedded/slack/contract.ts';
import type { Transport } from './local-slack.ts';

export type PythonApp = {
  /** What it has said so far, a JSON object a line. */
  said: Record<string, unknown>[];
  /** Waits for a line that has this field, and that was not waited for before. */
  next(field: string): Promise<Record<string, unknown>>;
};

const WITHIN_MS = 15_000;

/** An app in Python, in a process of its own, connected when this resolves. Ends with the test. */
export async function startPython(slack: LocalSlack, script: string, transport: Transport): Promise<PythonApp> {
  const python = findPythonSlack();
  if (python === null) throw new Error('there is no Python with slack_bolt: see the tier python-slack');
  const { botToken, appToken, signingSecret, requestUrl } = slack.workspace.app;
  const child = spawn(python, [join(import.meta.dirname, '../embedded/slack/python', script), transport], {
    env: {
      PATH: process.env.PATH,
      API_URL: slack.apiUrl,
      BOT_TOKEN: botToken,
      APP_TOKEN: appToken,
      SIGNING_SECRET: signingSecret,
      PORT: requestUrl === null ? '' : new URL(requestUrl).port,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let rest = '';
  let errors = '';
  const said: Record<string, unknown>[] = [];
  const taken = new Set<Record<string, unknown>>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    said.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const next = (field: string): Promise<Record<string, unknown>> =>
    vi.waitFor(
      () => {
        const line = said.find((candidate) => field in candidate && !taken.has(candidate));
        if (line === undefined) throw new Error(`Python has not said "${field}". ${errors}`);
        taken.add(line);
        return line;
      },
      { timeout: WITHIN_MS, interval: 20 },
    );
  await next('ready');
  return { said, next };
}
