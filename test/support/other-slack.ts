import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { findOtherSlack } from '../../scripts/test-tiers.mjs';

/**
 * Somebody else's Slack emulator (npm `local-slack`, MIT): a second opinion on our Slack code, by people who never saw it. It listens
 * on all interfaces, so it runs in a network of its own and is reached through a socket file.
 */
export type OtherSlack = {
  apiUrl: string;
  botToken: string;
  appToken: string;
  /** Everything it keeps, as its own page sees it. */
  state(): OtherState;
  /** What a person does on its page. */
  act(message: Record<string, unknown>): void;
  /** Of the calls it was asked, those it does not know. */
  unknownCalls(): Promise<string[]>;
  /** Waits until its state says so. */
  until<T>(what: string, look: (state: OtherState) => T): Promise<NonNullable<T>>;
  stop(): Promise<void>;
};

export type OtherMessage = {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks?: Record<string, unknown>[];
  ephemeral_to?: string;
};
export type OtherState = {
  messages: Map<string, OtherMessage[]>;
  modals: Record<string, unknown>[];
  homes: Record<string, unknown>;
  /** Every call of the Web API that it was asked. */
  calls: Set<string>;
};

const BOT_TOKEN = 'xoxb-other';
const APP_TOKEN = 'xapp-other';
export const OTHER_CHANNEL = 'C01INC';
const WITHIN_MS = 20_000;

export async function startOtherSlack(users: { id: string; name: string; email: string }[]): Promise<OtherSlack> {
  const folder = mkdtempSync(join(tmpdir(), 'other-slack-'));
  const socketFile = join(folder, 'door');
  const door = await openDoor(socketFile);
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(configOf(users)));
  const inside = spawnInside(config, socketFile, door.port);
  try {
    await untilAnswers(door.port, inside);
    const page = await openPage(door.port);
    return {
      apiUrl: `http://127.0.0.1:${door.port}/api/`,
      botToken: BOT_TOKEN,
      appToken: APP_TOKEN,
      state: () => page.state,
      act: page.send,
      async unknownCalls() {
        const answers = await Promise.all(
          [...page.state.calls].map(async (method) => {
            const answer = await fetch(`http://127.0.0.1:${door.port}/api/${method}`, { method: 'POST' });
            const { error } = (await answer.json()) as { error?: string };
            return error === 'unknown_method' ? [method] : [];
          }),
        );
        return answers.flat().sort();
      },
      until: page.until,
      async stop() {
        page.close();
        await end(inside);
        door.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await end(inside);
    door.close();
    throw error;
  }
}

const configOf = (users: { id: string; name: string; email: string }[]) => ({
  workspace: { name: 'Other', domain: 'other', teamId: 'T01OTHER' },
  app: {
    appId: 'A01OTHER',
    botUserId: 'U0OTHERBOT',
    botName: 'tocsin',
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    mode: 'socket',
  },
  users: users.map((user) => ({ ...user, real_name: user.name, name: user.name.toLowerCase().replaceAll(' ', '.') })),
  channels: [{ id: OTHER_CHANNEL, name: 'incidents', members: [...users.map((user) => user.id), 'U0OTHERBOT'] }],
});

/** A loopback port whose connections go through the file into the other network. */
async function openDoor(file: string): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((outer) => {
    const inner = connect(file);
    sockets.add(outer);
    outer.pipe(inner).pipe(outer);
    outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.on('error', () => outer.destroy()).on('close', () => outer.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as { port: number }).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function spawnInside(config: string, file: string, port: number): ChildProcess {
  const binary = findOtherSlack();
  if (binary === null) throw new Error('the other Slack emulator is not installed');
  const script =
    'ip link set lo up && { "$1" "$2" "$3" "$4" & exec "$5" --config "$6" --port "$4" --base-host 127.0.0.1; }';
  const relay = join(import.meta.dirname, 'other-slack-inside.mjs');
  return spawn(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--net',
      '--kill-child',
      '--fork',
      '--pid',
      '--mount-proc',
      'sh',
      '-c',
      script,
      'sh',
      process.execPath,
      relay,
      file,
      String(port),
      binary,
      config,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function untilAnswers(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/_control/state`, { signal: AbortSignal.timeout(1_000) })).ok) return;
    } catch {
      // Not up yet.
    }
    await new Promise((again) => setTimeout(again, 50));
  }
  throw new Error('the other Slack emulator did not come up');
}

type PageEvent = { t: string } & Record<string, unknown>;

async function openPage(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ui`);
  const state: OtherState = { messages: new Map(), modals: [], homes: {}, calls: new Set() };
  let changed = () => {};
  socket.on('message', (raw) => {
    take(state, JSON.parse(String(raw)) as PageEvent);
    changed();
  });
  await new Promise<void>((open, failed) => socket.once('open', () => open()).once('error', failed));
  return {
    state,
    send: (message: Record<string, unknown>) => socket.send(JSON.stringify(message)),
    close: () => socket.terminate(),
    async until<T>(what: string, look: (state: OtherState) => T): Promise<NonNullable<T>> {
      const deadline = performance.now() + WITHIN_MS;
      for (;;) {
        const found = look(state);
        if (found !== null && found !== undefined && found !== false) return found as NonNullable<T>;
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) throw new Error(`the other Slack never showed ${what}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          changed = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

function take(state: OtherState, event: PageEvent): void {
  switch (event.t) {
    case 'message':
    case 'message_update': {
      const message = event.message as OtherMessage;
      const list = state.messages.get(message.channel) ?? [];
      state.messages.set(message.channel, [...list.filter((one) => one.ts !== message.ts), message]);
      break;
    }
    case 'view':
      state.modals = event.stack as Record<string, unknown>[];
      break;
    case 'home':
      state.homes[String(event.user)] = event.view;
      break;
    case 'log': {
      const { direction, kind, summary } = event.entry as Record<string, unknown>;
      if (direction === 'from_bot' && kind === 'web_api') state.calls.add(String(summary));
      break;
    }
    default:
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
