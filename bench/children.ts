import type { ChildProcess } from 'node:child_process';

/** When the bench is interrupted, nothing it started lives on. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  const end = (): void => void child.kill(signal);
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
