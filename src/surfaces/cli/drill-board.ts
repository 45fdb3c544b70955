import type { Command } from 'commander';
import type { Board } from '../../../workflows/messages.ts';
import { timeIn } from '../../incident/exercise-clock.ts';
import { plainText } from '../../incident/phrases.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { StaffNote } from '../drills/contract.ts';
import { type Cli, drillArgument, drillPath, examples, incidentPath } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint, table, utc } from './print.ts';

/** What the staff of a drill see of it. */
export function boardCommands(drill: Command, cli: Cli): void {
  drill
    .command('board')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .description('show the injects: what is due, delivered, seen, passed over (staff; everybody after ENDEX)')
    .addHelpText('after', examples('tocsin drill board 3'))
    .action(async (given: string, _: unknown, command: Command) => {
      const id = drillArgument(cli.io, given);
      const { board } = await cli.client().get<{ board: Board | null }>(drillPath(id, '/board'));
      if (board === null)
        throw new CliError(EXIT.refused, `${id} does not run.`, `Start it: tocsin drill start ${id}.`);
      const view = await cli.client().get<IncidentView>(incidentPath(id));
      cli.show(command, { board, exercise: view.exercise }, () => boardText(cli, board, view));
    });

  drill
    .command('note')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .argument('<text>')
    .description('note something for the hot wash; no player reads it before (staff)')
    .addHelpText('after', examples('tocsin drill note 3 "Legal was asked 20 minutes late"'))
    .action(async (given: string, text: string, _: unknown, command: Command) => {
      const noted = await cli.client().post<object>(drillPath(drillArgument(cli.io, given), '/notes'), { text });
      cli.show(command, noted, () => 'Noted.');
    });

  drill
    .command('notes')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .description('read the notes of the staff (staff; everybody after ENDEX)')
    .addHelpText('after', examples('tocsin drill notes 3'))
    .action(async (given: string, _: unknown, command: Command) => {
      const path = drillPath(drillArgument(cli.io, given), '/notes');
      const found = await cli.client().get<{ notes: StaffNote[] }>(path);
      cli.show(command, found, () => notesText(found.notes));
    });
}

const notesText = (notes: readonly StaffNote[]): string =>
  notes
    .map(({ at, scenarioAt, person, text }) => {
      const scenario = scenarioAt === null ? '' : `, ${clock(scenarioAt)} in the scenario`;
      return plainText(`${utc(at)} UTC${scenario}, ${person}: ${text}`);
    })
    .join('\n') || 'No notes.';

const clock = (ms: number): string => utc(ms).slice(11);

function boardText(cli: Cli, board: Board, view: IncidentView): string {
  const { bold } = paint(cli.io);
  const { exercise } = view;
  const now = timeIn(view, cli.io.now());
  const rows = board.injects.map((inject) => [
    standing(board, exercise, inject.id),
    inject.id,
    inject.by,
    inject.to.join(', '),
    (exercise?.seen[inject.id] ?? []).map(({ person }) => person).join(', ') || '-',
    inject.title,
  ]);
  const pace = exercise?.clock?.rate ?? 0;
  const runs = exercise?.endedAt !== undefined ? 'ENDEX' : pace === 0 ? 'it stands still' : `pace ${pace}`;
  const limit = board.jumpsTo === null ? '' : `; no jump passes ${clock(board.jumpsTo)}: somebody is asked`;
  return [
    bold(`${view.id}  EXERCISE: ${plainText(exercise?.title ?? view.title)}`),
    `${clock(now)} in the scenario, ${runs}${limit}`,
    '',
    table(cli.io, ['STANDS', 'INJECT', 'BY', 'TO', 'SEEN BY', 'TITLE'], rows),
  ].join('\n');
}

function standing(board: Board, exercise: IncidentView['exercise'], id: string): string {
  const delivered = exercise?.injects.find((one) => one.id === id);
  if (delivered) return `delivered ${clock(delivered.at)}`;
  const skipped = exercise?.skipped[id];
  if (skipped !== undefined) return 'passed over';
  const due = board.due[id];
  return due === undefined ? 'waits' : `due ${clock(due)}`;
}
