import { join } from 'node:path';
import type { Io } from '../../src/surfaces/cli/io.ts';
import { runCli } from '../../src/surfaces/cli/program.ts';

const notHere = () => Promise.reject(new Error('not here'));
export type Ran = { code: number; out: string; err: string };

/** Runs a command line in a folder where no server is to be found, and nobody answers unless `more` says so. */
export async function runOffline(cwd: string, args: string[], more: Partial<Io> = {}, version = '0.0.0'): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const io: Io = {
    out: (text) => void (ran.out += text),
    err: (text) => void (ran.err += text),
    interactive: false,
    colour: false,
    columns: 100,
    env: { TOCSIN_DATA: join(cwd, 'nothing') },
    cwd,
    home: join(cwd, 'home'),
    now: Date.now,
    ask: notHere,
    secret: notHere,
    ...more,
  };
  ran.code = await runCli(args, io, version, {
    start: notHere,
    worker: notHere,
    server: notHere,
    drillWorker: notHere,
    localSlack: notHere,
    demoStory: notHere,
    slackCheck: notHere,
    doctor: notHere,
    signInLink: notHere,
    passwordSetter: notHere,
  });
  return ran;
}
