import type { App, SlashCommand } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { hasForm } from '../../../incident/decision.ts';
import { type IncidentView, openDecisions } from '../../../incident/view.ts';
import { didYouMean } from '../../../playbook/names.ts';
import { incidentOr404 } from '../../commands.ts';
import { sayingDrilled } from '../../drills/last-drilled.ts';
import { assertMayRead } from '../../drills/spoilers.ts';
import { isRisky } from '../../model/standing.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import type { SlackPerson, SlackPost } from '../contract.ts';
import { COMMAND } from '../contract.ts';
import { answerQuestion, asked } from './answer.ts';
import { readCommand, type Said } from './command-text.ts';
import { answerOrAsk } from './decide.ts';
import { type HandlerDeps, storyOf } from './deps.ts';
import { obeyDrill } from './drill-command.ts';
import { answering } from './hear.ts';
import { knownSoon } from './known.ts';
import { openModal } from './modal.ts';
import { openIncident } from './open.ts';
import { reportForm } from './report.ts';
import { assertNotPlayed, strangerTo } from './roster.ts';
import { assignRole, changeSeverity, note } from './tell-incident.ts';
import { standingFor } from './waiting.ts';

/** `/tocsin …`, with the words and the rules of the command line. */
export function slashCommand(app: App, deps: HandlerDeps): void {
  app.command(COMMAND, async ({ ack, command, client, respond }) => {
    await ack();
    const at = { client, user: command.user_id, channel: command.channel_id, respond };
    await answering(deps, at, null, () => obey(deps, client, command));
  });
}

async function obey(deps: HandlerDeps, client: WebClient, command: SlashCommand): Promise<SlackPost | null> {
  // Both are needed in almost every case, and a trigger does not wait.
  const resolving = deps.people.resolve(command.user_id);
  resolving.catch(() => undefined);
  const here = await deps.posts.incidentIn(command.channel_id);
  const said = readCommand(command.text, { now: deps.now(), here });
  if (said.kind === 'help') return deps.replies.help();
  await knownSoon(resolving);
  if (said.kind === 'open')
    await assertNotPlayed(deps, here, `${COMMAND} report, or ${COMMAND} open in another channel`);
  return carryOut(deps, client, command, said, resolving);
}

async function carryOut(
  deps: HandlerDeps,
  client: WebClient,
  command: SlashCommand,
  said: Exclude<Said, { kind: 'help' }>,
  resolving: Promise<SlackPerson>,
): Promise<SlackPost | null> {
  const speaker = async () => ({ person: (await resolving).person, gesture: command.trigger_id });
  switch (said.kind) {
    case 'status':
      return status(deps, await resolving, said.incident);
    case 'report':
      return reportForm(deps, client, command.trigger_id, { channel: command.channel_id }, said.text ?? undefined);
    case 'open':
      return said.title === null && said.playbook === null
        ? openFormFor(deps, client, command)
        : openIncident(deps, await speaker(), said);
    case 'decide':
      return decideBy(deps, client, command, said, resolving);
    case 'note':
      return said.text === null
        ? noteFormFor(deps, client, command, said.incident, (await resolving).person)
        : note(deps, await speaker(), said.incident, said.text);
    case 'role':
      return assignRole(deps, await speaker(), said);
    case 'severity':
      return changeSeverity(deps, await speaker(), said);
    case 'drill': {
      const at = { client, trigger: command.trigger_id, channel: command.channel_id };
      return obeyDrill(deps, at, await speaker(), said.drill, said.said);
    }
    default:
      return said satisfies never;
  }
}

async function status(deps: HandlerDeps, { person }: SlackPerson, incident: string | null): Promise<SlackPost> {
  if (incident !== null) {
    const found = await incidentOr404(deps.reader, incident);
    assertMayRead(found.view, incident, person.id);
    return deps.messages.status(storyOf(deps, found));
  }
  const { waiting, open } = await standingFor(deps, person, null);
  return deps.replies.overview(waiting, open, deps.now());
}

async function decideBy(
  deps: HandlerDeps,
  client: WebClient,
  command: SlashCommand,
  said: Extract<Said, { kind: 'decide' }>,
  resolving: Promise<SlackPerson>,
): Promise<SlackPost | null> {
  const { incident, answer, reason } = said;
  if (incident === null || (answer === null && said.number === null)) {
    const { waiting } = await standingFor(deps, (await resolving).person, incident);
    return deps.replies.questions(waiting, deps.now());
  }
  const found = await incidentOr404(deps.reader, incident);
  const { view } = found;
  // Before anything is said of it: what is asked in a drill tells how it stands.
  assertMayRead(view, incident, (await resolving).person.id);
  const number = said.number ?? onlyQuestion(view);
  const about = await asked(deps, incident, number);
  const { decision } = about;
  if (answer === null) return deps.messages.decision(storyOf(deps, found), decision, 'dm');
  const { question } = decision;
  if (!question.options.includes(answer)) throw unknownAnswer(answer, question.options);
  const confirms = answer === 'approve' && isRisky(question);
  if (reason !== null && !confirms && !hasForm(question, answer)) {
    const given = { incident, number, answer, reason, confirmed: false, gesture: command.trigger_id };
    return (await answerQuestion(deps, await resolving, given, about)).said;
  }
  const click = { incident, number, answer, user: command.user_id, trigger: command.trigger_id };
  return (await answerOrAsk(deps, client, { ...click, context: { channel: command.channel_id } }))?.said ?? null;
}

function onlyQuestion(view: IncidentView): number {
  const open = openDecisions(view).map(({ question }) => question.number);
  const [only, ...more] = open;
  if (only !== undefined && more.length === 0) return only;
  throw new Problem({
    status: 409,
    code: only === undefined ? 'no-question' : 'several-questions',
    message:
      only === undefined ? `${view.id} asks nothing now.` : `${view.id} asks several things now: ${open.join(', ')}.`,
    notDone: 'Nothing was done.',
    next: only === undefined ? 'Nothing is needed.' : `Name the question: ${COMMAND} decide ${view.id} ${only} …`,
  });
}

function unknownAnswer(answer: string, options: readonly string[]): Problem {
  const meant = didYouMean(answer, options);
  return new Problem({
    status: 422,
    code: 'unknown-answer',
    message: `"${answer}" is not an answer to this question.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`,
    notDone: 'Your answer was not taken.',
    next: `Answer ${options.join(', ')}.`,
  });
}

async function noteFormFor(
  deps: HandlerDeps,
  client: WebClient,
  command: SlashCommand,
  incident: string,
  person: Person,
) {
  const found = await incidentOr404(deps.reader, incident);
  const stranger = strangerTo(found.view, person);
  if (stranger) throw stranger;
  const context = { incident, channel: command.channel_id };
  const story = storyOf(deps, found);
  return openModal(deps, client, command.trigger_id, deps.modals.note({ context, story }), story);
}

async function openFormFor(deps: HandlerDeps, client: WebClient, command: SlashCommand) {
  const [published, drilled] = await Promise.all([
    deps.playbooks.list(),
    sayingDrilled(deps.drills, deps.directory.timezone()),
  ]);
  const playbooks = published.map(({ plan }) => ({ id: plan.playbook, title: plan.title, drilled: drilled(plan) }));
  const systems = deps.directory.systems().map(({ id, name }) => ({ id, name }));
  const modal = deps.modals.openIncident({ context: { channel: command.channel_id }, playbooks, systems });
  return openModal(deps, client, command.trigger_id, modal);
}
