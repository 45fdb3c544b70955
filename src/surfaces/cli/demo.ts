import { type Command, InvalidArgumentError } from 'commander';
import { examples } from './context.ts';
import { CliError, EXIT } from './io.ts';

export type StoryOptions = {
  simulated: boolean;
  auto: boolean;
  yes: boolean;
  keep: boolean;
  /** Null: any free one. */
  port: number | null;
  /** Null: `tocsin-story` here. */
  out: string | null;
};

export type DemoCommands = {
  /** Plays the story of an incident on this machine. Answers with the exit code. */
  demoStory(options: StoryOptions): Promise<number>;
};

type Given = Partial<Pick<StoryOptions, 'simulated' | 'auto' | 'yes' | 'keep'>> & { port?: number; out?: string };

export function demoCommands(program: Command, local: DemoCommands): void {
  const demo = program.command('demo').description('see Tocsin at work');
  demo
    .command('story')
    .description('play one whole incident on this machine: from a real alert to a verified timeline')
    .option('--simulated', 'on the simulated world, without Python, MLflow and mail')
    .option('--auto', 'the demo answers for everybody, through the Slack of this machine')
    .option('--yes', 'install MLflow without asking, where it is missing')
    .option('--keep', 'with --auto: keep everything running at the end, until Ctrl-C')
    .option('--port <port>', 'port of the console (any free one)', readPort)
    .option('--out <folder>', 'where timeline and report are written (./tocsin-story)')
    .addHelpText(
      'after',
      `${examples('tocsin demo story', 'tocsin demo story --auto', 'tocsin demo story --simulated --auto --out /tmp/story')}
It starts a Tocsin of its own beside any that runs here, and leaves nothing but the files it says it wrote.
Exit code 0 when the plan was completed and its timeline verified.`,
    )
    .action(async ({ simulated, auto, yes, keep, port, out }: Given) => {
      const code = await local.demoStory({
        simulated: simulated === true,
        auto: auto === true,
        yes: yes === true,
        keep: keep === true,
        port: port ?? null,
        out: out ?? null,
      });
      if (code !== 0) throw new CliError(EXIT.failure, 'The story did not come to its end.');
    });
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}
