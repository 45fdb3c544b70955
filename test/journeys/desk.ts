import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './wait.ts';

/** What a worker did to the world, in order. Kept in a file: it outlives the worker. */
export type Note = { what: string; key: string; capability: string; system: string | null; pid: number };

/** The test's side of recording-worker.mjs. */
export type Desk = {
  folder: string;
  notes(): Note[];
  /** Holds acts on this system up: right before, or right after they have their effect. */
  hold(moment: 'before' | 'after', capability: string, system: string): { held: Promise<Note>; release(): void };
  releaseAll(): void;
};

export function createDesk(folder: string): Desk {
  mkdirSync(folder);
  const log = join(folder, 'log');
  const notes = (): Note[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Note)
      : [];
  return {
    folder,
    notes,
    hold(moment, capability, system) {
      const file = join(folder, `${moment}-${capability}-${system}`);
      writeFileSync(file, '');
      const isHeld = (note: Note) =>
        note.what === `held ${moment}` && note.capability === capability && note.system === system;
      return {
        held: eventually(`${capability} to be held up`, () => notes().find(isHeld)),
        release: () => rmSync(file),
      };
    },
    releaseAll: () => {
      for (const name of readdirSync(folder)) if (name !== 'log') rmSync(join(folder, name));
    },
  };
}
