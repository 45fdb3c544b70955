import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, explainDisk } from '../embedded/failure.ts';
import type { SlackReferences } from './slack-config.ts';

/** What lies in the folder `slack` of the data folder: the state of local Slack, and its secrets. All are the owner's alone. */
const localSlackFolder = (dataDir: string): string => join(dataDir, 'slack');
export const localSlackState = (dataDir: string): string => join(localSlackFolder(dataDir), 'state.json');
const portFile = (dataDir: string): string => join(localSlackFolder(dataDir), 'port');

/** Where it listened last: links to it stay good when it can have that port again. */
export function lastSlackPort(dataDir: string): number | null {
  const port = Number(readIfThere(portFile(dataDir)) ?? Number.NaN);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

export const keepSlackPort = (dataDir: string, port: number): void =>
  writeFileSync(portFile(dataDir), `${port}\n`, { mode: 0o600 });

export type LocalSlackSecrets = { botToken: string; appToken: string; signingSecret: string; key: string };

const secret = (): string => randomBytes(24).toString('hex');

const FILES = {
  botToken: { name: 'bot-token', make: () => `xoxb-local-${secret()}` },
  appToken: { name: 'app-token', make: () => `xapp-local-${secret()}` },
  signingSecret: { name: 'signing-secret', make: secret },
  // Opens the page, where everybody can be anybody.
  key: { name: 'key', make: secret },
} as const satisfies Record<keyof LocalSlackSecrets, { name: string; make(): string }>;

/** Made at the first start, then always the same: links and connections outlive a restart. */
export function localSlackSecrets(dataDir: string): LocalSlackSecrets {
  const folder = localSlackFolder(dataDir);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const kept = (which: keyof LocalSlackSecrets) => keep(join(folder, FILES[which].name), FILES[which].make);
    return {
      botToken: kept('botToken'),
      appToken: kept('appToken'),
      signingSecret: kept('signingSecret'),
      key: kept('key'),
    };
  } catch (error) {
    throw explainDisk(error, folder);
  }
}

/** How a server reaches it: by Socket Mode, for that needs no address of its own. */
export function localSlackReferences(dataDir: string, port: number): SlackReferences {
  const file = (which: keyof LocalSlackSecrets) => `file:${join(localSlackFolder(dataDir), FILES[which].name)}`;
  return {
    botToken: file('botToken'),
    appToken: file('appToken'),
    signingSecret: null,
    apiUrl: `http://127.0.0.1:${port}/api/`,
  };
}

function keep(file: string, make: () => string): string {
  const known = readIfThere(file);
  if (known !== null) return known;
  // Whole or not at all: two that start at once agree on one of them.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${make()}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
