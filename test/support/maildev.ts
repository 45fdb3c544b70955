import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMaildev } from '../../scripts/test-tiers.mjs';
import { freePort } from '../../src/embedded/ports.ts';

/** MailDev (npm `maildev`): a real mail server that keeps what it is given, and shows it over HTTP. */
export type Maildev = {
  smtpPort: number;
  mails(): Promise<ReceivedMail[]>;
  /** Waits for a mail that fits. */
  awaitMail(fits: (mail: ReceivedMail) => boolean): Promise<ReceivedMail>;
  /** A mail exactly as it came. */
  source(mail: ReceivedMail): Promise<string>;
  stop(): Promise<void>;
};

export type ReceivedMail = {
  id: string;
  subject: string;
  text: string;
  html?: string;
  from: { address: string; name: string }[];
  to: { address: string; name: string }[];
  headers: Record<string, string>;
  envelope: { from: { address: string }; to: { address: string }[] };
};

export type MaildevOptions = { login?: { username: string; password: string } };

const WITHIN_MS = 20_000;

export async function startMaildev({ login }: MaildevOptions = {}): Promise<Maildev> {
  const script = findMaildev();
  if (script === null) throw new Error('MailDev is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'maildev-'));
  const [smtpPort, webPort] = await Promise.all([freePort(), freePort()]);
  const child = spawn(
    process.execPath,
    [
      script,
      ...['--ip', '127.0.0.1', '--smtp', String(smtpPort), '--web', String(webPort), '--mail-directory', folder],
      ...(login ? ['--incoming-user', login.username, '--incoming-pass', login.password] : []),
      '--silent',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const web = `http://127.0.0.1:${webPort}`;
  const mails = async () => (await (await fetch(`${web}/email`)).json()) as ReceivedMail[];
  try {
    await until(async () => (await fetch(`${web}/healthz`)).ok, 'MailDev did not come up', child);
    return {
      smtpPort,
      mails,
      async awaitMail(fits) {
        let found: ReceivedMail | undefined;
        await until(
          async () => {
            found = (await mails()).find(fits);
            return found !== undefined;
          },
          'no such mail came',
          child,
        );
        return found as ReceivedMail;
      },
      source: async ({ id }) => (await fetch(`${web}/email/${id}/source`)).text(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function until(look: () => Promise<boolean>, otherwise: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    if (await look().catch(() => false)) return;
    await new Promise((again) => setTimeout(again, 25));
  }
  throw new Error(otherwise);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
