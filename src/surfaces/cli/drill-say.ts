import { type Command, Option } from 'commander';
import { CHANNELS } from '../../incident/events.ts';
import { timeIn } from '../../incident/exercise-clock.ts';
import { type ExerciseCommand, RATE_MAX } from '../../incident/exercise-messages.ts';
import { moment } from '../../incident/moment.ts';
import type { IncidentView } from '../../incident/view.ts';
import { Duration, milliseconds } from '../../playbook/duration.ts';
import { readIncidentName } from '../incident-name.ts';
import { also, type Cli, drillArgument, drillPath, examples, incidentPath, numberArgument } from './context.ts';
import { CliError, EXIT } from './io.ts';

const VOICES = CHANNELS.filter((channel) => channel !== 'alert');
type Voice = (typeof VOICES)[number];
const channel = (about: string) => new Option('--by <channel>', about).choices(VOICES);
const DRILL = ['<drill>', 'EX-2026-0003, or 3'] as const;

/** What is told a drill that runs. */
export function saidCommands(drill: Command, cli: Cli): void {
  const tell = async (given: string, said: ExerciseCommand, command: Command, done: string) => {
    const path = drillPath(drillArgument(cli.io, given), '/commands');
    const accepted = await cli.client().post<object>(path, said);
    cli.show(command, accepted, () => done);
  };
  clockCommands(drill, cli, tell);
  endCommands(drill, cli, tell);
  injectCommands(
    drill.command('inject').description('deliver, pass over, change or add injects (facilitators)'),
    cli,
    tell,
  );
  talkCommands(drill, tell);
  playCommands(drill, tell);
}

type Tell = (given: string, said: ExerciseCommand, command: Command, done: string) => Promise<void>;

function clockCommands(drill: Command, cli: Cli, tell: Tell): void {
  drill
    .command('pause')
    .argument(...DRILL)
    .option('--reason <text>', 'why')
    .description('let the scenario’s clock stand still')
    .addHelpText('after', examples('tocsin drill pause 3 --reason "Coffee"'))
    .action((given: string, { reason = null }: { reason?: string | null }, command: Command) =>
      tell(given, { type: 'drill-pause', reason }, command, 'The scenario’s clock stands still.'),
    );
  drill
    .command('resume')
    .argument(...DRILL)
    .description('let it run again')
    .addHelpText('after', examples('tocsin drill resume 3'))
    .action((given: string, _: unknown, command: Command) =>
      tell(given, { type: 'drill-resume' }, command, 'The scenario’s clock runs.'),
    );
  drill
    .command('pace')
    .argument(...DRILL)
    .argument('<rate>', `1 (as the clock on the wall) to ${RATE_MAX}`)
    .description('how fast the scenario runs while nobody is asked; people’s time to answer is never cut')
    .addHelpText('after', examples('tocsin drill pace 3 10'))
    .action((given: string, rate: string, _: unknown, command: Command) =>
      tell(given, { type: 'drill-pace', rate: numberArgument(rate, 'The pace') }, command, `Its pace is ${rate}.`),
    );
  drill
    .command('jump')
    .argument(...DRILL)
    .argument('[to]', 'next, how far ahead (10m), or when in the scenario (2026-03-06T14:40Z)', 'next')
    .description('jump to what is due next, or ahead; never over somebody’s time to answer')
    .addHelpText('after', examples('tocsin drill jump 3', 'tocsin drill jump 3 10m'))
    .action(async (given: string, to: string, _: unknown, command: Command) => {
      const time = to === 'next' ? null : (moment(to) ?? (await ahead(cli, given, to)));
      return tell(given, { type: 'drill-jump', to: time }, command, 'The scenario’s clock has jumped.');
    });
}

/** So far ahead on the scenario’s clock. */
async function ahead(cli: Cli, given: string, duration: string): Promise<number> {
  if (!Duration.safeParse(duration).success)
    throw new CliError(EXIT.usage, `"${duration}" is no duration.`, 'Write it as 90s, 10m or 1h30m.');
  const view = await cli.client().get<IncidentView>(incidentPath(drillArgument(cli.io, given)));
  return timeIn(view, cli.io.now()) + milliseconds(duration);
}

function endCommands(drill: Command, cli: Cli, tell: Tell): void {
  drill
    .command('end')
    .argument(...DRILL)
    .option('--reason <text>', 'why now')
    .description('ENDEX: end it before its time is up')
    .addHelpText('after', examples('tocsin drill end 3'))
    .action((given: string, { reason = null }: { reason?: string | null }, command: Command) =>
      tell(
        given,
        { type: 'endex', because: 'facilitator', reason, incident: null },
        command,
        'ENDEX: the drill is over.',
      ),
    );
  drill
    .command('no-duff')
    .argument(...DRILL)
    .option('--incident <incident>', 'the real incident, if it has a number')
    .option('--reason <text>', 'what is going on')
    .description('NO DUFF: something real happens; ends the drill at once. Everybody who takes part may say it')
    .addHelpText('after', examples('tocsin drill no-duff 3', 'tocsin drill no-duff 3 --incident 147'))
    .action((given: string, options: { incident?: string; reason?: string }, command: Command) => {
      const incident = options.incident === undefined ? null : readIncidentName(options.incident, cli.io.now());
      if (options.incident !== undefined && incident === null)
        throw new CliError(
          EXIT.usage,
          `"${options.incident}" is not an incident.`,
          'Leave it out: that stops it, too.',
        );
      const said = { type: 'endex', because: 'real', reason: options.reason ?? null, incident } as const;
      return tell(given, said, command, 'NO DUFF: the drill is over. See to what is real.');
    });
  drill
    .command('close')
    .argument(...DRILL)
    .description('after ENDEX: close the hot wash, so that nothing more is noted')
    .addHelpText('after', examples('tocsin drill close 3'))
    .action((given: string, _: unknown, command: Command) =>
      tell(given, { type: 'drill-close' }, command, 'The hot wash is closed.'),
    );
}

type InjectText = { title?: string; from?: string; to?: string[]; subject?: string; text?: string; in?: string };

const withText = (command: Command, whenAbsent: string): Command =>
  command
    .option('--from <who>', 'who says it')
    .option('--to <role>', 'to whom; once for each, or everybody', also)
    .option('--subject <text>', 'in one line')
    .option('--text <text>', 'what it says')
    .option('--in <duration>', `how far ahead on the scenario’s clock it is due, such as 5m; ${whenAbsent}`);

function injectCommands(inject: Command, cli: Cli, tell: Tell): void {
  const INJECT = ['<inject>', 'its id: see tocsin drill board'] as const;
  inject
    .command('now')
    .argument(...DRILL)
    .argument(...INJECT)
    .description('deliver it now')
    .addHelpText('after', examples('tocsin drill inject now 3 reporter-asks'))
    .action((given: string, id: string, _: unknown, command: Command) =>
      tell(given, { type: 'inject-now', inject: id }, command, `${id} is delivered.`),
    );
  inject
    .command('skip')
    .argument(...DRILL)
    .argument(...INJECT)
    .requiredOption('--reason <text>', 'why')
    .description('pass it over')
    .addHelpText('after', examples('tocsin drill inject skip 3 reporter-asks --reason "They told the press already"'))
    .action((given: string, id: string, { reason }: { reason: string }, command: Command) =>
      tell(given, { type: 'inject-skip', inject: id, reason }, command, `${id} is passed over.`),
    );
  withText(inject.command('edit'), 'when it was due if absent')
    .argument(...DRILL)
    .argument(...INJECT)
    .option('--title <title>', 'what the staff call it')
    .description('change it before it is delivered')
    .addHelpText('after', examples('tocsin drill inject edit 3 reporter-asks --in 5m'))
    .action(async (given: string, id: string, options: InjectText, command: Command) => {
      const { in: later, title, from, to, subject, text } = options;
      const dueAt = later === undefined ? undefined : await ahead(cli, given, later);
      const edit = Object.fromEntries(
        Object.entries({ title, from, to, subject, text, dueAt }).filter(([, value]) => value !== undefined),
      );
      if (Object.keys(edit).length === 0)
        throw new CliError(
          EXIT.usage,
          'Nothing was to be changed.',
          'See what can be: tocsin drill inject edit --help.',
        );
      await tell(given, { type: 'inject-edit', inject: id, edit }, command, `${id} is changed.`);
    });
  withText(inject.command('add'), 'now if absent')
    .argument(...DRILL)
    .argument('<title>', 'what the staff call it')
    .addOption(channel('how it comes').default('slack'))
    .description('add one that you have thought up')
    .addHelpText(
      'after',
      examples(
        'tocsin drill inject add 3 "The regulator calls" --by phone --from "The regulator" --to legal-counsel --text "We hear of a leak."',
      ),
    )
    .action(async (given: string, title: string, options: InjectText & { by: Voice }, command: Command) => {
      const { by, from, to = ['everybody'], subject = title, text = '' } = options;
      if (from === undefined) throw new CliError(EXIT.usage, 'Who says it?', 'Say --from "The regulator".');
      const dueAt = options.in === undefined ? null : await ahead(cli, given, options.in);
      await tell(
        given,
        { type: 'inject-add', inject: { title, by, from, to, subject, text, dueAt } },
        command,
        'Added.',
      );
    });
}

function talkCommands(drill: Command, tell: Tell): void {
  drill
    .command('hint')
    .argument(...DRILL)
    .argument('<text>')
    .option('--to <role>', 'to whom; once for each; everybody if absent', also)
    .option('--about <inject>', 'which inject it is about')
    .description('help the players; it is kept that you did (facilitators)')
    .addHelpText('after', examples('tocsin drill hint 3 "What does the playbook say about traffic?"'))
    .action((given: string, text: string, options: { to?: string[]; about?: string }, command: Command) => {
      const { to = ['everybody'], about = null } = options;
      return tell(given, { type: 'hint', to, text, about }, command, 'The hint is given.');
    });
  drill
    .command('say')
    .argument(...DRILL)
    .argument('<text>')
    .requiredOption('--as <who>', 'in whose name')
    .option('--to <role>', 'to whom; once for each; everybody if absent', also)
    .addOption(channel('how it comes').default('slack'))
    .description('speak for the world outside: press, regulator, vendor (facilitators)')
    .addHelpText('after', examples('tocsin drill say 3 "I publish at five." --as "Kari Nygaard, reporter" --by mail'))
    .action((given: string, text: string, options: { as: string; to?: string[]; by: Voice }, command: Command) => {
      const { as, by, to = ['everybody'] } = options;
      return tell(given, { type: 'voice', as, by, to, text }, command, 'It is said.');
    });
}

function playCommands(drill: Command, tell: Tell): void {
  drill
    .command('answer')
    .argument(...DRILL)
    .argument('<text>')
    .requiredOption('--to <who>', 'whom in the world outside you answer')
    .option('--about <inject>', 'which inject you answer')
    .description('answer the world outside (players)')
    .addHelpText('after', examples('tocsin drill answer 3 "We call you back at six." --to "Kari Nygaard"'))
    .action(
      (given: string, text: string, { to, about = null }: { to: string; about?: string | null }, command: Command) =>
        tell(given, { type: 'answer-voice', to, text, about }, command, 'It is said.'),
    );
  drill
    .command('seen')
    .argument(...DRILL)
    .argument('<inject>', 'its id, as `drill watch` shows it')
    .description('say that you have read an inject (players)')
    .addHelpText('after', examples('tocsin drill seen 3 reporter-asks'))
    .action((given: string, inject: string, _: unknown, command: Command) =>
      tell(given, { type: 'seen', inject }, command, 'Noted.'),
    );
  drill
    .command('open')
    .argument(...DRILL)
    .argument('<title>', 'what is wrong, in a few words')
    .option('--system <id>', 'which AI system it is about')
    .description('open the incident of the drill, before an alert does (players)')
    .addHelpText('after', examples('tocsin drill open 3 "Payments nobody approved" --system claims-triage'))
    .action((given: string, title: string, { system = null }: { system?: string | null }, command: Command) =>
      tell(given, { type: 'drill-open', title, system }, command, 'The incident of the drill is open.'),
    );
}
