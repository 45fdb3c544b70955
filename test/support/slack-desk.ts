import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/embedded/ports.ts';
import type { LocalSlack, SlackMessage, SlackView } from '../../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../../src/embedded/slack/start.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { readManifest } from '../../src/main/slack-manifest.ts';
import { ACTIONS } from '../../src/surfaces/slack/contract.ts';
import { openServed, type Served, type ServedOptions, sample } from './served.ts';

/** A whole Tocsin (openServed) whose people also meet in a local Slack: over Socket Mode or over signed HTTP. */
export type Line = 'socket' | 'http';

export type Place = { channel: string; ts: string };
export type Card = Place & { message: SlackMessage };

export type SlackDesk = {
  served: Served;
  slack: LocalSlack;
  /** The Slack user of a person of the sample inventory. */
  user(person: string): string;
  /** Waits until the workspace shows it. */
  see<T>(what: string, look: () => T): Promise<NonNullable<T>>;
  /** The message of an open question: in the incident's channel, or in somebody's direct messages. */
  card(incident: string, number: number, person?: string): Promise<Card>;
  /** As it reads now. */
  textOf(place: Place): string;
  press(person: string, place: Place, action: string): Promise<void>;
  /** Fills in the modal on top, by block, and submits it. */
  submit(person: string, values?: Record<string, string>): Promise<void>;
  /** Presses, and confirms in the modal where one opens. */
  decide(person: string, place: Place, answer: 'approve' | 'deny', values?: Record<string, string>): Promise<void>;
  modal(person: string): Promise<SlackView>;
  /** Waits until what people do reaches Tocsin (again). */
  heard(): Promise<void>;
  /** What only this person sees. */
  whispers(person: string): string[];
  messages(channel: string): SlackMessage[];
  close(): Promise<void>;
};

/** Generous: other tests share the machine. */
const WITHIN_MS = 60_000;
const TEAM = { id: 'T0HALDEN', name: 'Halden Mutual', domain: 'halden' };

type DeskPerson = { id: string; name: string; email: string | null };

/** `port`: of the console, where signed requests go. `people`: those of the sample inventory, unless others are named. */
export async function startDeskSlack(
  port: number,
  line: Line,
  slackPort = 0,
  people: readonly DeskPerson[] = loadInventory(sample('tocsin.yaml')).people,
): Promise<LocalSlack> {
  return startLocalSlack({
    port: slackPort,
    file: null,
    team: TEAM,
    users: people.map((person, i) => ({
      id: `U0${String(i).padStart(4, '0')}`,
      name: person.id,
      real_name: person.name,
      email: person.email,
    })),
    groups: [],
    channels: [{ id: 'C0INCIDENTS', name: 'incidents' }],
    app: {
      ...readManifest(),
      requestUrl: line === 'http' ? `http://127.0.0.1:${port}/slack/events` : null,
      botToken: 'xoxb-desk',
      appToken: 'xapp-desk',
      signingSecret: 'desk-signing-secret',
    },
    limits: {
      channelPerS: 1_000,
      channelBurst: 1_000,
      messages: 100_000,
      tier1: 10_000,
      tier2: 10_000,
      tier3: 10_000,
      tier4: 10_000,
    },
  });
}

export async function openSlackDesk(
  line: Line,
  options: ServedOptions & { slack?: (port: number) => Promise<LocalSlack> } = {},
): Promise<SlackDesk> {
  const port = options.port ?? (await freePort());
  const slack = await (options.slack ?? ((at) => startDeskSlack(at, line)))(port);
  const { env, forget } = slackSettings(slack, line);
  const served = await openServed({ ...options, port, env: { ...env, ...options.env } });
  const desk = deskOn(slack);
  return {
    ...desk,
    served,
    slack,
    async close() {
      await served.close();
      await slack.stop();
      forget();
    },
  };
}

/** The settings that lead a server to this Slack; its secrets in files of their own. */
export function slackSettings(slack: LocalSlack, line: Line): { env: Record<string, string>; forget(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-desk-'));
  const secret = (name: string, value: string): string => {
    writeFileSync(join(folder, name), value, { mode: 0o600 });
    return `file:${join(folder, name)}`;
  };
  const { botToken, appToken, signingSecret } = slack.workspace.app;
  return {
    env: {
      TOCSIN_SLACK_BOT_TOKEN: secret('bot', botToken),
      ...(line === 'socket'
        ? { TOCSIN_SLACK_APP_TOKEN: secret('app', appToken) }
        : { TOCSIN_SLACK_SIGNING_SECRET: secret('signing', signingSecret) }),
      TOCSIN_SLACK_API_URL: slack.apiUrl,
    },
    forget: () => rmSync(folder, { recursive: true }),
  };
}

export function deskOn(slack: LocalSlack): Omit<SlackDesk, 'served' | 'slack' | 'close'> {
  const { workspace, interactions } = slack;
  const user = (person: string): string => {
    const found = workspace.users().find((one) => one.name === person);
    if (!found) throw new Error(`nobody is called ${person} in this Slack`);
    return found.id;
  };

  async function see<T>(what: string, look: () => T): Promise<NonNullable<T>> {
    const deadline = performance.now() + WITHIN_MS;
    let wake = () => {};
    const off = workspace.onChange(() => wake());
    try {
      for (;;) {
        const found = look();
        if (found !== null && found !== undefined && found !== false) return found as NonNullable<T>;
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) throw new Error(`Slack never showed ${what}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      off();
    }
  }

  const everyMessage = (): SlackMessage[] => workspace.channels().flatMap(({ id }) => workspace.messages(id, null));
  const isCard = (message: SlackMessage, incident: string, number: number): boolean =>
    message.ephemeralTo === undefined && JSON.stringify(message.blocks).includes(`"${incident}/${number}/`);
  const modalOf = (person: string): SlackView | undefined => workspace.modals(user(person)).at(-1);
  const must = (outcome: { ok: boolean; errors?: unknown }, what: string): void => {
    if (!outcome.ok || outcome.errors) throw new Error(`${what}: ${JSON.stringify(outcome)}`);
  };

  async function press(person: string, place: Place, action: string): Promise<void> {
    must(
      await interactions.act({ user: user(person), on: { channel: place.channel, ts: place.ts }, actionId: action }),
      `${person} pressed ${action}`,
    );
  }

  async function submit(person: string, values: Record<string, string> = {}): Promise<void> {
    const view = await see(`a modal to ${person}`, () => modalOf(person));
    const filled = Object.fromEntries(
      view.blocks
        .filter((block) => block.type === 'input')
        .map((block) => {
          const element = block.element as { type: string; action_id: string; options?: { value: string }[] };
          const value = values[block.block_id ?? ''];
          return [block.block_id, { [element.action_id]: { type: element.type, ...filledWith(element, value) } }];
        }),
    );
    must(await interactions.submit({ user: user(person), values: filled }), `${person} submitted`);
    // What came of it stands in place of the form; it has been read.
    await see('what came of it', () => !modalOf(person)?.submit);
    if (modalOf(person)) await interactions.dismiss({ user: user(person), all: true });
  }

  return {
    user,
    see,
    press,
    submit,
    async card(incident, number, person) {
      const channel = person === undefined ? null : workspace.im(user(person)).id;
      const message = await see(`question ${number} of ${incident}${person ? ` to ${person}` : ''}`, () =>
        everyMessage().find(
          (one) =>
            isCard(one, incident, number) &&
            (channel === null ? workspace.channel(one.channel)?.kind !== 'im' : one.channel === channel),
        ),
      );
      return { channel: message.channel, ts: message.ts, message };
    },
    textOf({ channel, ts }) {
      const message = workspace.message(channel, ts);
      return message ? `${message.text}\n${JSON.stringify(message.blocks)}` : '';
    },
    async decide(person, place, answer, values) {
      await press(person, place, answer === 'approve' ? ACTIONS.approve : ACTIONS.deny);
      await submit(person, values);
    },
    async heard() {
      const deadline = performance.now() + WITHIN_MS;
      const { id = '' } = workspace.users()[0] ?? {};
      for (;;) {
        const outcome = await interactions.openHome({ user: id });
        if (outcome.ok) return;
        if (performance.now() > deadline) throw new Error(`Tocsin does not hear Slack: ${outcome.detail}`);
        await new Promise((again) => setTimeout(again, 100));
      }
    },
    modal: (person) => see(`a modal to ${person}`, () => modalOf(person)),
    whispers: (person) =>
      workspace
        .channels()
        .flatMap(({ id }) => workspace.messages(id, null))
        .filter((message) => message.ephemeralTo === user(person))
        .map((message) => `${message.text} ${JSON.stringify(message.blocks)}`),
    messages: (channel) => workspace.messages(channel, null),
  };
}

function filledWith(element: { type: string; options?: { value: string }[] }, value: string | undefined) {
  if (element.type === 'static_select' || element.type === 'radio_buttons') {
    const chosen = element.options?.find((option) => option.value === value);
    return { selected_option: chosen ?? null };
  }
  if (element.type === 'checkboxes')
    return { selected_options: (element.options ?? []).filter((option) => option.value === value) };
  if (element.type === 'datetimepicker')
    return { selected_date_time: value === undefined ? null : Math.floor(Date.parse(value) / 1_000) };
  return { value: value ?? null };
}
