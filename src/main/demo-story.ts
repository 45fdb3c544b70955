import { cpSync, createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { createApi } from '../demo/api.ts';
import type { Cast } from '../demo/cast.ts';
import { createHands } from '../demo/slack-hands.ts';
import { tellStory } from '../demo/story.ts';
import { openStoryWorld, type StoryWorld } from '../demo/story-world.ts';
import { createTeller, type Teller } from '../demo/teller.ts';
import { SetupError } from '../embedded/failure.ts';
import { freePort } from '../embedded/ports.ts';
import { loadInventory } from '../inventory/load.ts';
import { linesOf, verifyExport } from '../store/verify.ts';
import { LOCAL_TOKEN_FILE } from '../surfaces/cli/connect.ts';
import type { StoryOptions } from '../surfaces/cli/demo.ts';
import type { Io } from '../surfaces/cli/io.ts';
import { readConfig } from './config.ts';
import { worldToPlayIn } from './demo-needs.ts';
import type { Lines } from './lines.ts';
import { localSlackSecrets } from './local-slack-secrets.ts';
import { packageRoot } from './package-root.ts';
import { House } from './start.ts';

/** The story of an incident, played on this machine: a world, a Tocsin on it as `npm start` runs it, and who tells what happens. */
const DATA = join(packageRoot, 'demo', 'story');
const PLAYBOOK = 'pii-leak-output.yaml';

/** Answers with the exit code: 0 when the plan was completed. */
export async function demoStory(options: StoryOptions, io: Io, stdin: NodeJS.ReadStream): Promise<number> {
  if (!options.auto && !io.interactive)
    throw new SetupError(
      'no-terminal',
      'this story waits for people, and there is no terminal to press Enter in',
      'Let the demo answer by itself: tocsin demo story --auto',
    );
  const teller = createTeller({ out: io.out, live: io.interactive, colour: io.colour, now: Date.now });
  const house = new House(linesTo(teller));
  const interrupted = house.listen();
  const abort = new AbortController();
  void interrupted.then(() => abort.abort(new Error('interrupted')));
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-story-'));
  const stage = { options, io, teller, house, folder, signal: abort.signal };
  let world: StoryWorld | null = null;
  const keys = enterKeys(stdin);
  try {
    const real = await worldToPlayIn(stage);
    teller.say('');
    if (real) {
      const opening = openWorld(stage);
      world = await Promise.race([opening, never(interrupted, opening)]);
    }
    const cast = await openTocsin(stage, world, keys.enter);
    const told = await Promise.race([tellStory(cast), interrupted.then(() => 'interrupted')]);
    if (told === 'interrupted') return EXIT_INTERRUPTED;
    if (options.keep || !options.auto) await lookAround(cast, interrupted);
    return told === 'completed' ? 0 : 1;
  } catch (error) {
    if (house.isInterrupted) return EXIT_INTERRUPTED;
    keepLogs(stage);
    throw error;
  } finally {
    keys.close();
    await house.close();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const EXIT_INTERRUPTED = 130;

type Stage = {
  options: StoryOptions;
  io: Io;
  teller: Teller;
  house: House;
  folder: string;
  signal: AbortSignal;
};

const openWorld = ({ io, teller, folder, signal }: Stage): Promise<StoryWorld> =>
  teller.waiting(
    'MLflow starts, and the models behind it',
    openStoryWorld({
      folder: join(folder, 'world'),
      data: DATA,
      env: io.env,
      onProgress: () => undefined,
      live: '1',
      signal,
    }),
  );

/** The folder goes; what explains a failure stays. */
function keepLogs(stage: Stage): void {
  const logs = join(stage.folder, 'data', 'logs');
  if (!existsSync(logs)) return;
  const kept = join(outOf(stage), 'logs');
  cpSync(logs, kept, { recursive: true });
  stage.teller.say('The logs of what ran are kept:');
  stage.teller.item(kept);
}

const outOf = ({ io, options }: Stage): string => resolve(io.cwd, options.out ?? 'tocsin-story');

/** When interrupted while the world opens: it is closed as soon as it stands, and nothing else goes on. */
async function never(interrupted: Promise<void>, opening: Promise<StoryWorld>): Promise<never> {
  await interrupted;
  const world = await opening.catch(() => null);
  await world?.close();
  throw new Error('interrupted');
}

async function openTocsin(stage: Stage, world: StoryWorld | null, enter: () => Promise<void>): Promise<Cast> {
  const { io, teller, house, folder, options, signal } = stage;
  const dataDir = join(folder, 'data');
  const port = options.port ?? (await freePort());
  const env: NodeJS.ProcessEnv = {
    ...ownSettings(io.env),
    TOCSIN_DATA: dataDir,
    TOCSIN_PORT: String(port),
    TOCSIN_SLACK: 'local',
    TOCSIN_SAMPLE: 'off',
    TOCSIN_INVENTORY: join(DATA, 'tocsin-simulated.yaml'),
    ...world?.env,
  };
  const config = readConfig(env);
  await teller.waiting('Tocsin starts: PostgreSQL, Temporal, worker, server, local Slack', house.open(config, env));
  const { server, slack } = house.ready();
  if (!slack?.url) throw new SetupError('slack-missing', 'local Slack did not say where it is', 'See its log.');
  const playbook = join(packageRoot, 'playbooks', PLAYBOOK);
  return {
    teller,
    inventory: loadInventory(config.inventory),
    world,
    api: createApi(config.publicUrl, readFileSync(join(dataDir, LOCAL_TOKEN_FILE), 'utf8').trim()),
    slack: slack.as ?? {},
    console: server.signIn ?? config.publicUrl,
    hands: createHands({ url: new URL(slack.url).origin, key: localSlackSecrets(dataDir).key, signal }),
    auto: options.auto,
    enter,
    playbook: { file: PLAYBOOK, source: readFileSync(playbook, 'utf8') },
    verify: (file) => verifyWith(file, config.keys),
    out: outOf(stage),
    signal,
  };
}

/** A Tocsin of its own: what is set for another one does not count. */
function ownSettings(env: Io['env']): NodeJS.ProcessEnv {
  const foreign = /^(TOCSIN_|TEMPORAL_|DATABASE_URL$)/;
  const kept = /^TOCSIN_(TEST_|LOG_LEVEL$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name) || kept.test(name)));
}

async function verifyWith(file: string, keys: string): Promise<string> {
  const key = join(keys, 'head-0001.pub.pem');
  const pinned = existsSync(key) ? { pinnedKey: readFileSync(key, 'utf8') } : {};
  const result = await verifyExport(linesOf(createReadStream(file)), pinned);
  if (!result.ok)
    throw new SetupError(
      'not-verified',
      `${file} does not verify: ${result.problems.map(({ problem }) => problem).join('; ')}`,
      'This is a defect of Tocsin. Please report it with that file.',
    );
  const author = result.author === 'proven' ? 'its author proven by the key of this installation' : 'author unproven';
  return `${result.events} events, every hash holds, ${author}`;
}

async function lookAround({ teller, console: link, api }: Cast, interrupted: Promise<void>): Promise<void> {
  teller.chapter('Look around');
  teller.say('Everything runs on until Ctrl-C. The console:');
  teller.item(api.url);
  teller.say('If you have not signed in yet:');
  teller.item(link);
  await interrupted;
}

/** Lines of what is kept running, between those of the story. */
function linesTo(teller: Teller): Lines {
  const say = (line: string): void => teller.say(line);
  return {
    say,
    note: say,
    fail: (message, fix) => say([message, fix].join('\n')),
    bold: teller.bold,
    dim: (text) => text,
  };
}

/** Hears Enter, from the first time it is waited for. The terminal keeps its lines, so that Ctrl-C reaches the process as always. */
function enterKeys(stdin: NodeJS.ReadStream): { enter(): Promise<void>; close(): void } {
  let lines: Interface | null = null;
  let heard = (): void => undefined;
  return {
    enter: () =>
      new Promise((resolve) => {
        heard = resolve;
        lines ??= createInterface({ input: stdin, terminal: false }).on('line', () => heard());
      }),
    close: () => lines?.close(),
  };
}
