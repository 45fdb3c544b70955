import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import type { NumberedEvent } from '../../incident/events.ts';
import { timeIn } from '../../incident/exercise-clock.ts';
import { capitalised, plainText } from '../../incident/phrases.ts';
import { emptyView, evolve, type IncidentView, openDecisions } from '../../incident/view.ts';
import { couldAnswer } from '../commands.ts';
import type { Person } from '../ports.ts';
import { type Cli, drillArgument, drillPath, examples, incidentPath, wantsJson } from './context.ts';
import type { Drill } from './drill.ts';
import { CliError, EXIT } from './io.ts';
import { paint, relative, utc } from './print.ts';

type Told = NumberedEvent & { text: string };

/** Follows a drill: what reaches the players, what is asked of whoever looks on, and what the scenario’s clock shows. */
export function watchCommand(drill: Command, cli: Cli): void {
  drill
    .command('watch')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .description('follow a drill until ENDEX: what comes, what waits for you, and the scenario’s clock')
    .addHelpText('after', examples('tocsin drill watch 3', 'tocsin drill watch 3 --json'))
    .action(async (given: string, _: unknown, command: Command) => {
      const id = drillArgument(cli.io, given);
      const { status } = await cli.client().get<Pick<Drill, 'status'>>(drillPath(id));
      if (status === 'planned' || status === 'cancelled')
        throw new CliError(
          EXIT.refused,
          `${id} ${status === 'planned' ? 'has not been started' : 'was called off'}.`,
          status === 'planned' ? `Start it: tocsin drill start ${id}.` : 'Plan another: tocsin drill plan.',
        );
      const { person } = await cli.client().get<{ person: Person }>('/api/me');
      const screen = createScreen(cli, person, wantsJson(command));
      try {
        await follow(cli, id, screen.told);
      } finally {
        screen.close();
      }
    });
}

/** Every event once, until ENDEX; a stream that breaks is taken up where it left off. */
async function follow(cli: Cli, id: string, told: (event: Told) => void): Promise<void> {
  let last = 0;
  for (let over = false; !over; ) {
    const response = await cli.client().open(`${incidentPath(id)}/stream`, { 'last-event-id': String(last) });
    for await (const event of eventsIn(response.body as ReadableStream<Uint8Array>)) {
      last = event.seq;
      told(event);
      over = event.type === 'exercise.ended';
      if (over) break;
    }
  }
}

/** The events of a stream of server-sent events: the server writes each as one line of data. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as Told;
  }
}

type Screen = { told(event: Told): void; close(): void };

const TICK_MS = 1_000;

/** Lines as they come; at a terminal the last line is what time it is and what waits. */
function createScreen(cli: Cli, person: Person, json: boolean): Screen {
  const { io } = cli;
  if (json) return { told: (event) => io.out(`${JSON.stringify(event)}\n`), close: () => {} };
  const view = emptyView();
  const draw = () => io.out(`\r\u001b[K${statusLine(cli, view, person)}`);
  const ticking = io.interactive ? setInterval(draw, TICK_MS) : null;
  return {
    told(event) {
      evolve(view, event);
      const lines = linesOf(cli, view, event, person).join('\n');
      io.out(io.interactive ? `\r\u001b[K${lines}\n` : `${lines}\n`);
      if (io.interactive) draw();
    },
    close() {
      if (ticking === null) return;
      clearInterval(ticking);
      io.out('\r\u001b[K');
    },
  };
}

function linesOf(cli: Cli, view: IncidentView, event: Told, person: Person): string[] {
  const { dim, bold, soon } = paint(cli.io);
  const line = `${dim(utc(event.at).slice(11))}  ${plainText(event.text)}`;
  switch (event.type) {
    case 'exercise.started':
      return [bold(line)];
    case 'inject.delivered':
      return [bold(line), ...said(event.data.text), dim(`          inject ${event.data.id}`)];
    case 'hint.given':
    case 'voice.said':
    case 'voice.answered':
    case 'observation.recorded':
    case 'hot-wash.answered':
      return [bold(line), ...said(event.data.text)];
    case 'decision.asked': {
      const { number } = event.data;
      const asked = view.decisions.find(({ question }) => question.number === number);
      const mine = asked && couldAnswer(person, view, asked.question, false);
      return mine
        ? [
            soon(line),
            soon(`          It waits for you: tocsin decide ${view.id} ${number} ${event.data.options.join('|')}`),
          ]
        : [line];
    }
    case 'exercise.ended':
      return [bold(line), `Say what you think of it: tocsin drill hot-wash ${view.id}`];
    default:
      return [line];
  }
}

const said = (text: string): string[] =>
  text.trim() === ''
    ? []
    : plainText(text.trim())
        .split('\n')
        .map((part) => `          ${part}`);

/** `14:31:07, pace 4; question 2 waits for you, by 14:40:00 (in 9 min)` */
function statusLine(cli: Cli, view: IncidentView, person: Person): string {
  const now = timeIn(view, cli.io.now());
  const rate = view.exercise?.clock?.rate ?? 1;
  const mine = openDecisions(view).filter(({ question, escalatedAt }) =>
    couldAnswer(person, view, question, escalatedAt !== undefined),
  );
  const waits = mine.map(
    ({ question }) =>
      `question ${question.number} waits for you, by ${utc(question.until).slice(11)} (${relative(question.until, now)})`,
  );
  const pace = rate === 0 ? 'the clock stands still' : `pace ${rate}`;
  const text = capitalised([`EXERCISE ${utc(now).slice(11)}, ${pace}`, ...waits].join('; '));
  return text.length > cli.io.columns ? `${text.slice(0, cli.io.columns - 1)}…` : text;
}
