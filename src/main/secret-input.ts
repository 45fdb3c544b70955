import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError, EXIT } from '../surfaces/cli/io.ts';

type Input = NodeJS.ReadableStream & { isTTY?: boolean };

/** One line of `input`: typed by a person, and then not shown, or sent by a program. */
export function readSecret(input: Input, output: NodeJS.WritableStream, question: string): Promise<string> {
  const terminal = input.isTTY === true;
  // At a terminal readline echoes what is typed to its output, so that leads nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface(terminal ? { input, output: nowhere, terminal } : { input });
  if (terminal) output.write(question);
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => lines.close());
    // Without effect after a line.
    lines.once('close', () => reject(new CliError(EXIT.usage, 'Nothing was typed.', 'Nothing was changed.')));
  }).finally(() => {
    lines.close();
    if (terminal) output.write('\n');
  });
}
