import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import type { Coverage, CoverageRow } from '../../simulator/scoring/coverage.ts';
import type { Trend } from '../../simulator/scoring/trends.ts';
import { MEASURE_TITLES, measureWords } from '../model/trends.ts';
import { type Cli, examples } from './context.ts';
import { paint, table, utc } from './print.ts';

export function historyCommands(drill: Command, cli: Cli): void {
  drill
    .command('trends')
    .argument('[simulation]', 'its name; all if absent')
    .description('compare drills of the same simulation and rubric over time, value by value')
    .addHelpText('after', examples('tocsin drill trends', 'tocsin drill trends pii-leak-output --json'))
    .action(async (simulation: string | undefined, _: unknown, command: Command) => {
      const query = simulation === undefined ? '' : `?simulation=${encodeURIComponent(simulation)}`;
      const found = await cli.client().get<{ trends: Trend[] }>(`/api/drills/trends${query}`);
      cli.show(command, found, () => trendsText(cli, found.trends));
    });

  drill
    .command('coverage')
    .description(
      'what was drilled when: playbooks, ways, roles, people, AI systems, techniques; and what to drill next',
    )
    .addHelpText('after', examples('tocsin drill coverage', 'tocsin drill coverage --json'))
    .action(async (_: unknown, command: Command) => {
      const found = await cli.client().get<Coverage>('/api/drills/coverage');
      cli.show(command, found, () => coverageText(cli, found));
    });
}

const day = (ms: number): string => utc(ms).slice(0, 10);

function trendsText(cli: Cli, trends: readonly Trend[]): string {
  if (trends.length === 0)
    return 'No drill with people is over yet. Play one: tocsin drill start SIMULATION --me incident-commander.';
  return trends.map((one) => trendText(cli, one)).join('\n\n');
}

function trendText(cli: Cli, { simulation, title, length, rubric, n, drills, objectives, measures }: Trend): string {
  const { bold, dim } = paint(cli.io);
  const heads = drills.map(({ id }) => id);
  const rated = objectives.map(({ title: objective, ratings }) => [
    objective,
    ...ratings.map(
      ({ rating, evaluators }) => `${rating ?? '–'}${evaluators.length > 0 ? ` (${evaluators.join('')})` : ''}`,
    ),
  ]);
  const measured = measures.map(({ name, n: known, values }) => [
    MEASURE_TITLES[name],
    String(known),
    ...values.map(({ value }) => (value === null ? '–' : measureWords(name, value))),
  ]);
  return [
    bold(plainText(`EXERCISE ${title}: ${simulation}, ${length}; ${n === 1 ? '1 drill' : `${n} drills`}`)),
    dim(`rubric ${rubric.slice(0, 12)}; ${drills.map(({ id, at }) => `${id} on ${day(at)}`).join(', ')}`),
    table(cli.io, ['OBJECTIVE', ...heads], rated),
    '',
    table(cli.io, ['MEASURE', 'N', ...heads], measured),
    ...(n === 1 ? [dim('One drill is no trend yet.')] : []),
  ].join('\n');
}

function coverageText(cli: Cli, coverage: Coverage): string {
  const { bold } = paint(cli.io);
  const { next, playbooks, drills } = coverage;
  const lists = [
    ['ROLE', coverage.roles],
    ['PERSON', coverage.people],
    ['AI SYSTEM', coverage.systems],
    ['TECHNIQUE', coverage.techniques],
  ] as const;
  return [
    bold(`${drills === 1 ? '1 drill' : `${drills} drills`} with people, played to the end`),
    '',
    bold('Drill next'),
    ...next.map(
      ({ what, why, simulation }, i) =>
        plainText(`${i + 1}. ${what}: ${why}`) + (simulation === null ? '' : ` → tocsin drill plan ${simulation}`),
    ),
    ...(next.length === 0 ? ['Nothing: all of it was drilled within a quarter.'] : []),
    '',
    table(
      cli.io,
      ['PLAYBOOK', 'VERSION', 'DRILLED', 'LAST', 'STEPS', 'WAYS'],
      playbooks.map(({ id, version, drilled, steps, ways }) => [
        ...[id, `v${version}`, String(drilled.length), lastWords(drilled), `${steps.reached} of ${steps.of}`],
        `${ways.filter((way) => way.drilled.length > 0).length} of ${ways.length}`,
      ]),
    ),
    ...lists.flatMap(([heading, rows]) => ['', rowsTable(cli, heading, rows)]),
  ].join('\n');
}

const lastWords = (drilled: CoverageRow['drilled']): string => {
  const last = drilled.at(-1);
  return last ? `${day(last.at)} (${last.drill})` : 'never';
};

const rowsTable = (cli: Cli, heading: string, rows: readonly CoverageRow[]): string =>
  table(
    cli.io,
    [heading, 'DRILLED', 'LAST', 'TITLE'],
    rows.map(({ id, title, drilled }) => [id, String(drilled.length), lastWords(drilled), title]),
  );
