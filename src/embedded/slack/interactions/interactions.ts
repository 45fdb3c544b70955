import { randomUUID } from 'node:crypto';
import type { Interactions, Outcome, ResponseTarget, Shared, SlackUser } from '../contract.ts';
import type { Courier } from '../delivery/courier.ts';
import type { Attempt, Parcel } from '../delivery/parcel.ts';
import { answerCommand, answerSubmission } from './answers.ts';
import { type Element, type Found, findElement, list } from './elements.ts';
import { escapeNames } from './escape.ts';
import * as payloads from './payloads.ts';
import { outcomeOf, Refusal } from './refusal.ts';
import { createScreen } from './screen.ts';
import { type Entry, fillIn, isStateful, missing, readValues } from './values.ts';

type Json = Record<string, unknown>;

/** What people do, told to the app as Slack tells it. */
export function createInteractions(
  { workspace, baseUrl }: Pick<Shared, 'workspace' | 'baseUrl'>,
  courier: Pick<Courier, 'tell' | 'publish'>,
): Interactions {
  const screen = createScreen(workspace);

  const responseUrl = (target: ResponseTarget): string => `${baseUrl}/response/${workspace.issueResponse(target)}`;
  const tell = (type: Parcel['type'], payload: Json, acceptsAnswer = false): Promise<Attempt> =>
    courier.tell({ id: randomUUID(), type, payload, acceptsAnswer });
  const publish = async (event: Json): Promise<Outcome> =>
    taken(await courier.publish(payloads.eventCallback(workspace, event)));
  /** What lets the app answer where the person is. */
  const means = (user: SlackUser, target: ResponseTarget) => ({
    trigger: workspace.issueTrigger(user.id),
    responseUrl: responseUrl(target),
  });

  const interactions: Interactions = {
    async act({ user: id, on, actionId, blockId, value, confirmed }) {
      const user = screen.person(id);
      const place = screen.place(user, on);
      const found = findElement(place.blocks, actionId, blockId);
      if (found.element.confirm !== undefined && confirmed !== true)
        throw new Refusal('invalid', `"${actionId}" asks for confirmation first: act again with "confirmed": true`);
      const entry = pressed(found, value) ?? fillIn(found.element, value, screen.known);
      if (isStateful(found.element)) place.fill({ [found.blockId]: { [actionId]: entry } });
      if (!found.dispatch) return { ok: true };
      const more = {
        trigger_id: workspace.issueTrigger(user.id, place.modal),
        ...(place.responses && { response_url: responseUrl(place.responses) }),
      };
      return taken(
        await tell('interactive', payloads.blockActions(workspace, user, place.describe(), found, entry, more)),
      );
    },

    async suggest({ user: id, on, actionId, blockId, typed }) {
      const user = screen.person(id);
      const place = screen.place(user, on);
      const found = findElement(place.blocks, actionId, blockId);
      if (!found.element.type.endsWith('external_select'))
        throw new Refusal('invalid', `"${actionId}" (${found.element.type}) has its own options`);
      const payload = payloads.blockSuggestion(workspace, user, place.describe(), found, typed);
      const attempt = await tell('interactive', payload, true);
      return attempt.ok ? { ok: true, options: suggested(attempt.answer) } : taken(attempt);
    },

    async submit({ user: id, values }) {
      const user = screen.person(id);
      const top = screen.topModal(user);
      if (!top.submit) throw new Refusal('invalid', 'the modal has no button that submits it');
      const view = workspace.fillView(top.id, readValues(top, values, screen.known));
      const errors = missing(view, view.state.values);
      if (Object.keys(errors).length > 0) return { ok: true, errors };
      const trigger = workspace.issueTrigger(user.id, view.id);
      const attempt = await tell('interactive', payloads.viewSubmission(workspace, user, view, trigger), true);
      return attempt.ok ? answerSubmission(workspace, view, attempt.answer) : taken(attempt);
    },

    async dismiss({ user: id, all = false }) {
      const user = screen.person(id);
      const top = screen.topModal(user);
      const cleared = all || top.clear_on_close;
      const closed = cleared ? workspace.closeModals(user.id) : workspace.closeModal(top.id);
      const attempts = await Promise.all(
        closed
          .filter((view) => view.notify_on_close)
          .map((view) => tell('interactive', payloads.viewClosed(workspace, user, view, cleared))),
      );
      return attempts.map(taken).find(({ ok }) => !ok) ?? { ok: true };
    },

    async command({ user: id, channel: where, command, text }) {
      const user = screen.person(id);
      const channel = screen.channel(user, where);
      const { commands } = workspace.app;
      const own = commands.find((candidate) => candidate.command === command);
      if (own === undefined) {
        const names = commands.map((candidate) => candidate.command);
        throw new Refusal('not-there', `"${command}" is not a command here; commands: ${list(names)}`);
      }
      const sent = own.shouldEscape === true ? escapeNames(workspace, user, text) : text;
      const target = { channel: channel.id, user: user.id, ts: null };
      const payload = payloads.slashCommand(workspace, user, channel, { command, text: sent }, means(user, target));
      const attempt = await tell('slash_commands', payload, true);
      if (attempt.ok) answerCommand(workspace, target, attempt.answer);
      return taken(attempt);
    },

    async shortcut({ user: id, callbackId, message: at }) {
      const user = screen.person(id);
      const type = at === undefined ? 'global' : 'message';
      const own = workspace.app.shortcuts.filter((shortcut) => shortcut.type === type);
      if (!own.some((shortcut) => shortcut.callbackId === callbackId))
        throw new Refusal(
          'not-there',
          `there is no ${type} shortcut "${callbackId}"; there is: ${list(own.map((shortcut) => shortcut.callbackId))}`,
        );
      if (at === undefined) {
        const trigger = workspace.issueTrigger(user.id);
        return taken(await tell('interactive', payloads.globalShortcut(workspace, user, callbackId, trigger)));
      }
      const on = screen.message(user, at);
      const target = { channel: on.channel.id, user: user.id, ts: on.message.ts };
      const payload = payloads.messageShortcut(workspace, user, callbackId, on, means(user, target));
      return taken(await tell('interactive', payload));
    },

    async openHome({ user: id }) {
      const user = screen.person(id);
      return publish(payloads.appHomeOpened(workspace, user.id, workspace.im(user.id).id));
    },

    async event({ event }) {
      if (typeof event.type !== 'string') throw new Refusal('invalid', 'an event needs a "type"');
      return publish(event);
    },
  };

  return {
    act: (request) => outcomeOf(() => interactions.act(request)),
    suggest: (request) => outcomeOf(() => interactions.suggest(request)),
    submit: (request) => outcomeOf(() => interactions.submit(request)),
    dismiss: (request) => outcomeOf(() => interactions.dismiss(request)),
    command: (request) => outcomeOf(() => interactions.command(request)),
    shortcut: (request) => outcomeOf(() => interactions.shortcut(request)),
    openHome: (request) => outcomeOf(() => interactions.openHome(request)),
    event: (request) => outcomeOf(() => interactions.event(request)),
  };
}

function taken(attempt: Attempt): Outcome {
  return attempt.ok ? { ok: true } : { ok: false, reason: attempt.reason, detail: attempt.detail };
}

/** What a button says of itself; null for what is chosen or filled in. */
function pressed({ element }: Found, value: unknown): Entry | null {
  switch (element.type) {
    case 'button':
    case 'icon_button':
      return { type: element.type };
    case 'feedback_buttons':
      return { type: element.type, ...feedback(element, value) };
    default:
      return null;
  }
}

function feedback(element: Element, value: unknown): Json {
  const buttons = [element.positive_button, element.negative_button] as { value: string; text: unknown }[];
  const button = buttons.find((candidate) => candidate.value === value);
  if (button !== undefined) return { value: button.value, text: button.text };
  throw new Refusal('invalid', `give as value one of: ${list(buttons.map((candidate) => candidate.value))}`);
}

function suggested(answer: unknown): Json[] {
  if (typeof answer !== 'object' || answer === null) throw new Refusal('invalid', 'the app answered with no options');
  if ('options' in answer && Array.isArray(answer.options)) return answer.options;
  if ('option_groups' in answer && Array.isArray(answer.option_groups))
    return answer.option_groups.flatMap((group) => group.options ?? []);
  throw new Refusal('invalid', 'the app answered with no options');
}
