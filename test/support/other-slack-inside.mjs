// Runs inside a network of its own: passes connections from a socket file on to the port where the emulator listens.
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [file, port] = process.argv.slice(2);
rmSync(file, { force: true });
createServer((outer) => {
  const inner = connect(Number(port), '127.0.0.1');
  outer.pipe(inner).pipe(outer);
  for (const [one, other] of [
    [outer, inner],
    [inner, outer],
  ])
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
}).listen(file);
