import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseDocument } from 'yaml';
import { Closing } from '../../src/demo/closing.ts';
import { openStoryWorld, type StoryWorld } from '../../src/demo/story-world.ts';
import type { LocalSlack } from '../../src/embedded/slack/contract.ts';
import { type IncidentView, openDecisions } from '../../src/incident/view.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import { ACTIONS } from '../../src/surfaces/slack/contract.ts';
import { type Card, deskOn, type SlackDesk, slackSettings, startDeskSlack } from '../support/slack-desk.ts';
import { openTown, type Town } from './town.ts';

/** The story's world (a real MLflow with two models behind it, a mailbox) and a whole Tocsin in processes of its own that serves it. */
export type StoryTown = {
  world: StoryWorld;
  town: Town;
  slack: LocalSlack;
  desk: Omit<SlackDesk, 'served' | 'slack' | 'close'>;
  /** Changes the inventory that everything reads. The server follows it at once, a worker when it starts again. */
  edit(change: (set: (path: readonly (string | number)[], value: unknown) => void) => void): void;
  /** Takes a worker that has read the inventory as it is now. */
  freshWorker(): Promise<void>;
  /** A token that only sends alerts. */
  alertToken(): Promise<string>;
  events(incident: string): Promise<StoredEvent[]>;
  /** The number of the question that a step asks, and its card in the incident's channel. */
  asked(incident: string, path: string): Promise<{ number: number; card: Card }>;
  /** In Slack, as a person does: presses, and confirms or fills in what then opens. */
  answer(
    person: string,
    incident: string,
    path: string,
    answer: string,
    values?: Record<string, string>,
  ): Promise<void>;
  stepDone(incident: string, path: string): Promise<IncidentView>;
  close(): Promise<void>;
};

export const DATA = join(packageRoot, 'demo/story');
export const MARA = 'mara-lindqvist';
export const TOMAS = 'tomas-okafor';
export const INGRID = 'ingrid-solheim';
export const SOFIA = 'sofia-mendes';

export type StoryTownOptions = {
  /** Changes of the shipped playbook of the story: what is replaced by what. */
  playbook?: readonly [string, string][];
  /** Changes of the rule of the GDPR. */
  rule?: readonly [string, string][];
  live?: '1' | '2';
  /** Settings of the inventory before anything has read it. */
  inventory?: (set: (path: readonly (string | number)[], value: unknown) => void, world: StoryWorld) => void;
};

export async function openStoryTown(options: StoryTownOptions = {}): Promise<StoryTown> {
  const closing = new Closing();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open(options: StoryTownOptions, closing: Closing): Promise<StoryTown> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-story-'));
  closing.add('its folder', async () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'world'));
  const world = await openStoryWorld({
    folder: join(folder, 'world'),
    data: DATA,
    env: process.env,
    onProgress: () => undefined,
    live: options.live ?? '2',
  });
  closing.add('the world', world.close);
  const edit: StoryTown['edit'] = (change) => {
    const document = parseDocument(readFileSync(world.inventory, 'utf8'));
    change((path, value) => (value === undefined ? document.deleteIn(path) : document.setIn(path, value)));
    writeFileSync(world.inventory, document.toString({ lineWidth: 0 }));
  };
  // Tests say when it is checked.
  edit((set) => {
    set(['systems', world.system, 'checks', 'every'], undefined);
    options.inventory?.(set, world);
  });
  const playbooks = join(folder, 'playbooks');
  cpSync(join(packageRoot, 'playbooks'), playbooks, { recursive: true });
  rewrite(join(playbooks, 'pii-leak-output.yaml'), options.playbook ?? []);
  rewrite(join(playbooks, 'rules/eu-gdpr-33.yaml'), options.rule ?? []);

  let slack: LocalSlack | undefined;
  const town = await openTown(async (port) => {
    slack = await startDeskSlack(port, 'socket', 0, loadInventory(world.inventory).people);
    closing.add('Slack', slack.stop);
    const settings = slackSettings(slack, 'socket');
    closing.add('the secrets of Slack', async () => settings.forget());
    return { ...settings.env, ...world.env, TOCSIN_PLAYBOOKS: playbooks };
  }, SOFIA);
  closing.add('Tocsin', town.close);
  await publish(town, playbooks);
  const desk = deskOn(slack as LocalSlack);
  const asked: StoryTown['asked'] = async (incident, path) => {
    const { question } = await town.until(incident, `a question at ${path}`, (view) =>
      openDecisions(view).find((one) => one.question.path === path),
    );
    return { number: question.number, card: await desk.card(incident, question.number) };
  };
  return {
    world,
    town,
    slack: slack as LocalSlack,
    desk,
    edit,
    asked,
    freshWorker: () => town.replace('worker'),
    async alertToken() {
      const { token } = await town.accounts.createToken({
        person: SOFIA,
        name: 'alertmanager',
        scope: 'alerts',
        expiresAt: null,
      });
      return token;
    },
    async events(incident) {
      const { body } = await town.call(SOFIA, 'GET', `/api/incidents/${incident}/events`);
      return body.events as StoredEvent[];
    },
    async answer(person, incident, path, answer, values) {
      const { card } = await asked(incident, path);
      const action =
        answer === 'approve' ? ACTIONS.approve : answer === 'deny' ? ACTIONS.deny : `${ACTIONS.answer}${answer}`;
      await desk.press(person, card, action);
      // Another try widens nothing, and is not confirmed.
      if (answer !== 'retry') await desk.submit(person, values);
    },
    stepDone: (incident, path) =>
      town.until(incident, `the end of ${path}`, (view) => (view.steps[path]?.status === 'done' ? view : null)),
    close: () => closing.close(),
  };
}

/** Two people of the team agree to exactly this playbook, as real bindings ask. */
async function publish(town: Town, folder: string): Promise<void> {
  const text = (file: string) => ({ file, source: readFileSync(join(folder, file), 'utf8') });
  const sources = {
    ...text('pii-leak-output.yaml'),
    library: ['templates/gdpr-33-notice.md', 'templates/leak-brief.md', 'rules/eu-gdpr-33.yaml'].map(text),
  };
  for (const [person, status] of [
    [MARA, 'waiting'],
    [SOFIA, 'published'],
  ] as const) {
    const answered = await town.call(person, 'POST', '/api/playbooks/publish', sources);
    expect(answered.body, answered.text).toMatchObject({ status });
  }
}

/** Each replacement must find what it replaces. */
function rewrite(file: string, changes: readonly [string, string][]): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(file, text);
}
