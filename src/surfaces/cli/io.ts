/** What the command line needs of the process it runs in. Tests give their own. */
export type Io = {
  out(text: string): void;
  err(text: string): void;
  /** A person reads and answers: questions may be asked. */
  interactive: boolean;
  colour: boolean;
  columns: number;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  /** Epoch ms. */
  now(): number;
  /** Asks a person; only when interactive. */
  ask(question: string): Promise<string>;
  /** Reads one line that is not shown: typed at a terminal, else from standard input. */
  secret(question: string): Promise<string>;
};

/** How the process ends. Documented in docs/cli.md: scripts rely on it. */
export const EXIT = { ok: 0, failure: 1, usage: 2, refused: 3, notFound: 4, unreachable: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  readonly exit: ExitCode;
  /** What to do now. */
  readonly next: string | null;
  /** As the server put it, for --json. */
  readonly problem: Record<string, unknown> | null;

  constructor(
    exit: ExitCode,
    message: string,
    next: string | null = null,
    problem: Record<string, unknown> | null = null,
  ) {
    super(message);
    this.name = 'CliError';
    this.exit = exit;
    this.next = next;
    this.problem = problem;
  }
}
