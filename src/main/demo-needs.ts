import { canInstallMlflow, findMlflow, installMlflow } from '../demo/mlflow.ts';
import { findMonitoring } from '../demo/monitoring.ts';
import type { Teller } from '../demo/teller.ts';
import type { StoryOptions } from '../surfaces/cli/demo.ts';
import type { Io } from '../surfaces/cli/io.ts';

/** What the story finds on this machine, said before it begins. True: it plays on real systems; false: on the simulated world. */
export async function worldToPlayIn({
  options,
  io,
  teller,
  signal,
}: {
  options: StoryOptions;
  io: Io;
  teller: Teller;
  signal: AbortSignal;
}): Promise<boolean> {
  teller.chapter('An assistant leaks what customers told it');
  const why = options.simulated ? 'You asked for it simulated.' : await whyNotReal(options, io, teller, signal);
  if (why !== null) {
    teller.say(
      `${why} Simulated: the model, its gateway and registry, and mail. Real: Temporal, PostgreSQL, the playbook, every decision, a Slack on this machine, the timeline.`,
    );
    return false;
  }
  const monitoring = findMonitoring(io.env) === null ? '' : ' Prometheus and Alertmanager,';
  teller.say(
    `Real, all on this machine: MLflow (registry and AI gateway),${monitoring} mail over SMTP, Temporal, PostgreSQL, a Slack. The two models behind the gateway are small servers of this demo, and the mailbox keeps what it is given: nothing leaves this machine.`,
  );
  return true;
}

/** Null when MLflow is there, or has been installed. */
async function whyNotReal(
  { yes, auto }: StoryOptions,
  io: Io,
  teller: Teller,
  signal: AbortSignal,
): Promise<string | null> {
  if (findMlflow(io.env) !== null) return null;
  if (!canInstallMlflow(io.env)) return 'There is no Python here, and MLflow needs one (3.10 or newer).';
  const may = yes || (io.interactive && !auto && (await agrees(io)));
  if (!may) return 'MLflow is not installed; `tocsin demo story --yes` installs it (200 MB, in your cache folder).';
  await teller.waiting(
    'MLflow is being installed (about 200 MB, once)',
    installMlflow({ env: io.env, onProgress: () => undefined, signal }),
  );
  return null;
}

const agrees = async (io: Io): Promise<boolean> =>
  !/^\s*n/i.test(await io.ask('Install MLflow into the cache folder, for real systems (about 200 MB, once)? [Y/n] '));
