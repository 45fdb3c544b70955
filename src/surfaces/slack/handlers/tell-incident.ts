import type { App, ViewSubmitAction } from '@slack/bolt';
import { roleInWords } from '../../../incident/decision.ts';
import { timeIn } from '../../../incident/exercise-clock.ts';
import type { Message } from '../../../incident/messages.ts';
import { severityLabel } from '../../../incident/severity.ts';
import { assertRoleAndPerson, incidentOr404, messageId, send } from '../../commands.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import { may, type Permission, rolesIn, rolesWith } from '../../permissions.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import type { SlackPost, ViewValues } from '../contract.ts';
import { VIEWS } from '../contract.ts';
import { refresh } from './answer.ts';
import type { Said } from './command-text.ts';
import { type HandlerDeps, storyOf } from './deps.ts';
import { inDrill, strangerTo } from './roster.ts';
import { submitted } from './submit.ts';

/** What people say to an incident besides answers: a note, a role, a severity. `gesture`: what Slack may deliver twice. */
export type Speaker = { person: Person; gesture: string };

export async function note(deps: HandlerDeps, by: Speaker, incident: string, text: string): Promise<SlackPost> {
  return say(deps, by, incident, 'note', { type: 'note', text }, 'Noted.');
}

export async function changeSeverity(
  deps: HandlerDeps,
  by: Speaker,
  { incident, severity, reason }: Extract<Said, { kind: 'severity' }>,
): Promise<SlackPost> {
  return say(
    deps,
    by,
    incident,
    'command',
    { type: 'severity', severity, reason },
    `It is ${severityLabel(severity)} now.`,
  );
}

export async function assignRole(
  deps: HandlerDeps,
  by: Speaker,
  { incident, role, assignee }: Extract<Said, { kind: 'role' }>,
): Promise<SlackPost> {
  const who = await personMeant(deps, by.person, assignee, {
    cannot: 'be assigned a role',
    notDone: 'Nobody was assigned.',
  });
  assertRoleAndPerson(deps.directory, role, who);
  await assertPartOf(deps, incident, who);
  const name = deps.directory.person(who)?.name ?? who;
  return say(
    deps,
    by,
    incident,
    'command',
    { type: 'role', role, assignee: who },
    `${name} is ${roleInWords(role)} now.`,
  );
}

/** In a drill nobody is drawn in who does not take part. */
async function assertPartOf(deps: HandlerDeps, incident: string, assignee: string): Promise<void> {
  const { exercise } = (await incidentOr404(deps.reader, incident)).view;
  if (!exercise || isOnRoster(exercise, assignee)) return;
  throw new Problem({
    status: 422,
    code: 'not-on-roster',
    message: `${deps.directory.person(assignee)?.name ?? assignee} is no part of ${incident}, which is an exercise.`,
    notDone: 'Nobody was assigned.',
    next: 'Name somebody who plays in it.',
    extra: { drill: incident },
  });
}

/** A mention, `me`, or the id of a person of the inventory. */
export async function personMeant(deps: HandlerDeps, me: Person, written: string, refused: Refused): Promise<string> {
  if (written.toLowerCase() === 'me') return me.id;
  const [, user, name] = /^<@([UW][A-Z0-9]+)(?:\|([^>]*))?>$/.exec(written) ?? [];
  return user === undefined
    ? written.replace(/^@/, '').toLowerCase()
    : personMentioned(deps, user, name || user, refused);
}

/** What nobody can who is not known. */
type Refused = { cannot: string; notDone: string };

async function personMentioned(
  deps: HandlerDeps,
  user: string,
  name: string,
  { cannot, notDone }: Refused,
): Promise<string> {
  const found = await deps.people.resolve(user, { fresh: false }).catch((error: unknown) => {
    // Says why they take no part, to them; it is somebody else who reads this.
    if (error instanceof Problem && error.status === 403) return null;
    throw error;
  });
  if (found && deps.directory.person(found.person.id)) return found.person.id;
  throw new Problem({
    status: 422,
    code: 'unknown-person',
    message: `${name} cannot ${cannot}: Tocsin knows nobody of the inventory by this Slack user.`,
    notDone,
    next: 'Name somebody of the inventory, or write their member ID beside their name there (slack: U…).',
  });
}

type Unsigned = { [M in Message as M['type']]: Omit<M, 'id' | 'person' | 'at'> }['note' | 'role' | 'severity'];

async function say(
  deps: HandlerDeps,
  { person, gesture }: Speaker,
  incident: string,
  permission: Permission,
  message: Unsigned,
  done: string,
): Promise<SlackPost> {
  const found = await incidentOr404(deps.reader, incident);
  const { view } = found;
  const stranger = strangerTo(view, person);
  if (stranger) throw stranger;
  const id = messageId(person.id, `slack ${message.type} ${gesture}`);
  await inDrill(view, async () => {
    if (!may(person, permission, rolesIn(person, view))) throw mayNot(permission);
    await send(deps, incident, { ...message, id, person: person.id, at: timeIn(view, deps.now()) } as Message);
  });
  refresh(deps, incident);
  return deps.replies.plain(`${incident}: ${done}`, storyOf(deps, found));
}

export function mayNot(permission: Permission): Problem {
  const roles = rolesWith(permission);
  return new Problem({
    status: 403,
    code: 'not-entitled',
    message: `You may not do this${roles.length > 0 ? `: it takes ${roles.join(' or ')}` : ''}.`,
    notDone: 'Nothing was done.',
    next: 'Ask somebody who may, or ask the incident commander to assign you the role.',
  });
}

export function noteForm(app: App, deps: HandlerDeps): void {
  app.view<ViewSubmitAction>({ callback_id: VIEWS.note, type: 'view_submission' }, async (args) =>
    submitted(deps, args, 'Note', async ({ incident }) => {
      const read = deps.modals.readNote(args.view.state.values as unknown as ViewValues);
      if ('errors' in read) return read;
      if (incident === undefined) throw new Error('A modal for a note does not say which incident it is about.');
      const { person } = await deps.people.resolve(args.body.user.id);
      return note(deps, { person, gesture: args.view.id }, incident, read.text);
    }),
  );
}
