import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { HttpPart, Outcome, Shared, WorkspaceState } from '../contract.ts';
import type { LocalDelivery } from '../delivery/delivery.ts';
import type { Attempt } from '../delivery/parcel.ts';
import { readBody } from '../interactions/body.ts';
import { list } from '../interactions/elements.ts';
import { outcomeOf, Refusal } from '../interactions/refusal.ts';
import { COMMANDS, Command } from './commands.ts';
import { channelNamed, groupNamed, messageWith, userNamed } from './names.ts';
import { stateOf } from './state.ts';

type Answer = Outcome & Record<string, unknown>;
type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;
type Handlers = { [Name in Command['do']]: (command: Of<Name>) => Answer | Promise<Answer> };

/** `POST /_control`: what people do in Slack and what befalls Slack, for tests and scripts. docs/local-slack.md describes it. */
export function createControl(shared: Shared, delivery: LocalDelivery): HttpPart {
  const handlers = handlersOf(shared, delivery);
  const run = (command: Command): Answer | Promise<Answer> =>
    // Each handler takes the command of its own name.
    (handlers[command.do] as (command: Command) => Answer | Promise<Answer>)(command);

  return {
    async handle(request, response) {
      if (request.method !== 'POST') return send(response, 405, invalid('the control API takes POST requests only'));
      const parsed = await readCommand(request);
      if ('detail' in parsed) return send(response, 400, invalid(parsed.detail));
      send(response, 200, await outcomeOf(async () => run(parsed.command)));
    },
  };
}

function handlersOf({ workspace, troubles }: Shared, { courier, interactions }: LocalDelivery): Handlers {
  const person = (name: string) => userNamed(workspace, name);
  const place = (name: string) => channelNamed(workspace, name);
  const named = (name: string | null) => (name === null ? null : place(name));
  return {
    click: ({ value, confirmed, ...command }) =>
      interactions.act({ ...elementOf(workspace, command), value, ...(confirmed !== undefined && { confirmed }) }),
    suggest: ({ typed, ...command }) => interactions.suggest({ ...elementOf(workspace, command), typed }),
    submit: ({ user, values }) => interactions.submit({ user: person(user), values: values as Values }),
    dismiss: ({ user, all }) => interactions.dismiss({ user: person(user), ...(all !== undefined && { all }) }),
    slash: ({ user, channel, command, text }) =>
      interactions.command({ user: person(user), channel: place(channel), command, text }),
    shortcut: ({ user, callbackId, message }) =>
      interactions.shortcut({
        user: person(user),
        callbackId,
        ...(message && { message: { channel: place(message.channel), ts: message.ts } }),
      }),
    home: ({ user }) => interactions.openHome({ user: person(user) }),
    event: ({ event }) => interactions.event({ event }),
    say({ user, channel, text, thread_ts }) {
      const { ts } = workspace.say(place(channel), person(user), text, thread_ts);
      return { ok: true, channel: place(channel), ts };
    },
    outage({ mode }) {
      troubles.impose({ kind: 'outage', mode });
      return DONE;
    },
    'rate-limit'({ do: _, channel, ...limit }) {
      troubles.impose({ kind: 'rate-limit', ...limit, channel: named(channel) });
      return DONE;
    },
    'lose-answers'({ do: _, ...lost }) {
      troubles.impose({ kind: 'lose-answers', ...lost });
      return DONE;
    },
    trouble({ trouble }) {
      if (trouble === null) troubles.clear();
      else if (trouble.kind === 'rate-limit') troubles.impose({ ...trouble, channel: named(trouble.channel) });
      else troubles.impose(trouble);
      return DONE;
    },
    'drop-sockets': () => ({ ok: true, dropped: courier.sockets.drop() }),
    'disconnect-warning': ({ reason }) => ({ ok: true, told: courier.sockets.announce(reason) }),
    async redeliver({ last }) {
      const attempts = await courier.redeliver(last);
      return { ok: true, attempts: attempts.map(resultOf) };
    },
    'verify-url': async () => resultOf(await courier.verifyUrl()),
    clock({ advanceMs }) {
      if (advanceMs > 0) workspace.clock.advance(advanceMs);
      return { ok: true, now: workspace.clock.now() };
    },
    'add-user': ({ do: _, ...user }) => ({ ok: true, user: workspace.addUser(user) }),
    'change-user': ({ user, change }) => ({ ok: true, user: workspace.changeUser(person(user), change) }),
    group: (command) => ({ ok: true, group: changeGroup(workspace, command) }),
    state: ({ channel, user }) => ({
      ok: true,
      ...stateOf(workspace, { courier }, { channel: named(channel ?? null), user: user ? person(user) : null }),
    }),
    reset() {
      troubles.clear();
      courier.forget();
      workspace.reset();
      return DONE;
    },
  };
}

type Values = Parameters<LocalDelivery['interactions']['submit']>[0]['values'];

const DONE: Answer = { ok: true };
const invalid = (detail: string): Answer => ({ ok: false, reason: 'invalid', detail });

function elementOf(
  workspace: WorkspaceState,
  command: Pick<Of<'click'>, 'user' | 'on' | 'channel' | 'ts' | 'actionId' | 'blockId'>,
) {
  const { actionId, blockId } = command;
  const user = userNamed(workspace, command.user);
  return { user, on: whereOf(workspace, user, command), actionId, ...(blockId !== undefined && { blockId }) };
}

function whereOf(
  workspace: WorkspaceState,
  user: string,
  { on, channel: name, ts, actionId }: Pick<Of<'click'>, 'on' | 'channel' | 'ts' | 'actionId'>,
): 'modal' | 'home' | { channel: string; ts: string } {
  if (on !== undefined && name === undefined) return on;
  if (on !== undefined || name === undefined) throw new Refusal('invalid', 'give either "on" or "channel"');
  const channel = channelNamed(workspace, name);
  return { channel, ts: ts ?? messageWith(workspace, channel, user, actionId) };
}

function changeGroup(workspace: WorkspaceState, { group: name, users, disabled, name: title }: Of<'group'>) {
  const change = {
    ...(users && { users: users.map((user) => userNamed(workspace, user)) }),
    ...(disabled !== undefined && { disabled }),
    ...(title !== undefined && { name: title }),
  };
  const group = groupNamed(workspace, name);
  if (group !== null) return workspace.changeGroup(group.id, change);
  if (title !== undefined) return workspace.addGroup({ handle: name.replace(/^@/, ''), ...change, name: title });
  const handles = workspace.groups().map(({ handle }) => handle);
  throw new Refusal('not-there', `there is no group "${name}"; groups: ${list(handles)}; give a "name" to make it`);
}

function resultOf(attempt: Attempt): Answer {
  return attempt.ok ? { ok: true } : { ok: false, reason: attempt.reason, detail: attempt.detail };
}

async function readCommand(request: IncomingMessage): Promise<{ command: Command } | { detail: string }> {
  let body: unknown;
  try {
    body = JSON.parse(await readBody(request));
  } catch (error) {
    return { detail: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = Command.safeParse(body);
  if (parsed.success) return { command: parsed.data };
  const known = z.looseObject({ do: z.enum(COMMANDS) }).safeParse(body).success;
  return { detail: known ? z.prettifyError(parsed.error) : `"do" must be one of: ${list(COMMANDS)}` };
}

function send(response: ServerResponse, status: number, answer: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(answer));
}
