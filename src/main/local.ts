import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type IncidentView, openDecisions } from '../incident/view.ts';
import { type Inventory, surroundingsOf } from '../inventory/inventory.ts';
import { formatDiagnostic } from '../playbook/diagnostics.ts';
import { checkLibrary, readLibrary } from '../playbook/library.ts';
import { LOCAL_TOKEN_FILE } from '../surfaces/cli/connect.ts';
import { signInUrl } from '../surfaces/http/account.ts';
import type { AppDeps } from '../surfaces/http/app.ts';
import { may } from '../surfaces/permissions.ts';
import type { Person, Reader } from '../surfaces/ports.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { Ready } from './supervised.ts';

export type LocalDeps = Pick<
  AppDeps,
  'accounts' | 'alertDesk' | 'directory' | 'identity' | 'now' | 'playbookDesk' | 'playbooks' | 'publicUrl' | 'reader'
> & { config: Config; log: Log; inventory: Inventory };

const LINK_LASTS_MS = 24 * 60 * 60_000;
/** Without a worker nothing is ever asked: then the sample is offered in the console alone. */
const ASKS_WITHIN_MS = 8_000;
/** Should a notice of the database be lost. */
const LOOK_AGAIN_MS = 250;

/** What a newcomer finds: playbooks to run, an incident that waits for a decision, a link that signs in, a token for the CLI. */
export async function prepareLocal(deps: LocalDeps): Promise<Pick<Ready, 'signIn' | 'incident' | 'asked'>> {
  const { directory, accounts, now, publicUrl } = deps;
  const people = directory.people();
  const commander = people.find((person) => person.roles.includes('incident-commander')) ?? people[0];
  if (!commander) return {};
  await keepToken(deps, operatorAmong(people) ?? commander);
  let incident: string | null = null;
  // Nothing that is opened or published by itself may reach a real system.
  if (directory.simulated(null)) {
    await publishShipped(deps);
    incident = deps.config.sample ? await sampleIncident(deps) : null;
  }
  const link = await accounts.createLink(commander.id, now() + LINK_LASTS_MS);
  return {
    signIn: signInUrl(publicUrl, link),
    ...(incident ? { incident } : {}),
    ...(incident && deps.config.slack.references ? { asked: await askedBy(deps, incident) } : {}),
  };
}

/** Somebody for each voice that the open question needs. */
async function askedBy(
  { reader, directory }: LocalDeps,
  incident: string,
): Promise<{ person: string; name: string }[]> {
  const view = await whenItAsks(reader, incident);
  const [open] = view ? openDecisions(view) : [];
  const chosen: { person: string; name: string }[] = [];
  for (const { role, count } of open?.question.by ?? []) {
    const free = directory
      .people()
      .filter(({ id, roles }) => roles.includes(role) && id !== view?.requester)
      .filter(({ id }) => chosen.every(({ person }) => person !== id));
    chosen.push(...free.slice(0, count).map(({ id, name }) => ({ person: id, name })));
  }
  return chosen;
}

/** An incident that was opened just now asks a moment later, when the worker has taken it up. */
async function whenItAsks(reader: Reader, incident: string): Promise<IncidentView | null> {
  let wake = (): void => undefined;
  const unsubscribe = reader.subscribe(incident, () => wake());
  const giveUpAt = Date.now() + ASKS_WITHIN_MS;
  try {
    for (;;) {
      const grown = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const view = (await reader.incident(incident))?.view ?? null;
      const leftMs = giveUpAt - Date.now();
      if (leftMs <= 0 || (view !== null && (openDecisions(view).length > 0 || view.status !== 'open'))) return view;
      await Promise.race([grown, pause(Math.min(leftMs, LOOK_AGAIN_MS), undefined, { ref: false })]);
    }
  } finally {
    unsubscribe();
  }
}

/** Whom the command line acts as: an administrator, best one who commands incidents too. */
function operatorAmong(people: Person[]): Person | null {
  const administrators = people.filter((person) => may(person, 'admin'));
  return administrators.find((person) => may(person, 'command')) ?? administrators[0] ?? null;
}

/** A token for this machine's own command line, in a file that only this user can read. */
async function keepToken({ accounts, identity, config }: LocalDeps, person: Person): Promise<void> {
  const file = join(config.dataDir, LOCAL_TOKEN_FILE);
  const kept = await identity.byToken(readIfThere(file));
  if (kept?.person.id === person.id) return;
  const { token } = await accounts.createToken({
    person: person.id,
    name: 'this machine',
    scope: 'person',
    expiresAt: null,
  });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  chmodSync(file, 0o600);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** Publishes what the folder of playbooks holds and is not published yet. A version that is published never changes. */
async function publishShipped({ config, inventory, playbooks, playbookDesk, log }: LocalDeps): Promise<void> {
  const library = readLibrary(config.playbooks);
  const person = { id: 'tocsin', name: 'Tocsin', email: null, roles: [] };
  for (const { name, file, source, plan, diagnostics } of checkLibrary(library, surroundingsOf(inventory))) {
    if (!plan) {
      log.error({ playbook: name, problems: diagnostics.map(formatDiagnostic) }, 'a playbook does not hold');
      continue;
    }
    if (await playbooks.published(plan.hash)) continue;
    const latest = await playbooks.latest(name);
    if (latest && latest.plan.version >= plan.version) {
      log.warn({ playbook: name }, `${file} was changed; raise its version to publish it`);
      continue;
    }
    await playbookDesk.publish({ file, source, library: [] }, person);
    log.info({ playbook: name, version: plan.version, hash: plan.hash }, 'a playbook was published');
  }
}

/** On a database that never held an incident: what a monitor would send, by the road every alert takes. Else one that waits. */
async function sampleIncident({ reader, alertDesk, directory, log }: LocalDeps): Promise<string | null> {
  const open = await reader.incidents({ status: ['open'] });
  const waiting = open.find((view) => view.decisions.some((one) => !one.made && !one.withdrawn)) ?? open[0];
  if (waiting) return waiting.id;
  if ((await reader.incidents({ limit: 1 })).length > 0) return null;
  const system = directory.systems()[0];
  if (!system) return null;
  const alert = {
    kind: 'model.signature-invalid',
    system: system.id,
    title: `${system.name}: the signature of the serving model is not valid`,
    detail: 'Sample alert: sent once, on an empty database, so that there is something to try.',
  };
  const from = { source: 'registry-verifier', key: 'sample', requester: null };
  const received = await alertDesk.receive(alert, from);
  if (received.incident === null) log.warn({ because: received.because }, 'no sample incident was opened');
  return received.incident;
}
