import { readFileSync } from 'node:fs';
import { SourceError } from '../playbook/diagnostics.ts';
import { type Inventory, parseInventory } from './inventory.ts';

/** Reads `tocsin.yaml`; throws SourceError, whose message lists every problem with its place. */
export function loadInventory(path: string): Inventory {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new SourceError([
      {
        file: path,
        line: 1,
        column: 1,
        severity: 'error',
        code: 'unreadable',
        message: `${why}; copy the sample tocsin.yaml, or say where yours is`,
      },
    ]);
  }
  const { inventory, diagnostics } = parseInventory(bytes, path);
  if (!inventory) throw new SourceError(diagnostics);
  return inventory;
}
