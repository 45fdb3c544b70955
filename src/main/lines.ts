/** Calm lines for a terminal. */
export type Lines = {
  say(line: string): void;
  /** Like `say`, with the time: for what happens later. */
  note(line: string): void;
  fail(message: string, fix: string): void;
  bold(text: string): string;
  dim(text: string): string;
};

export function terminalLines(out: NodeJS.WriteStream, err: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Lines {
  const colour = (stream: NodeJS.WriteStream) => stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = (on: boolean, code: number, text: string): string => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  // A closed terminal or a pipe cut short (`npm start | head`) is no reason to leave everything else running without a keeper.
  for (const stream of [out, err]) stream.on('error', () => undefined);
  const say = (line: string): void => void out.write(`${line}\n`);
  return {
    say,
    note: (line) => say(`${paint(colour(out), 2, new Date().toISOString().slice(11, 19))} ${line}`),
    fail: (message, fix) =>
      void err.write(`\n${paint(colour(err), 1, `Tocsin: ${message}`)}\n${fix === '' ? '' : `\n${fix}\n`}`),
    bold: (text) => paint(colour(out), 1, text),
    dim: (text) => paint(colour(out), 2, text),
  };
}
