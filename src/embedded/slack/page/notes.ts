import { randomBytes } from 'node:crypto';

/** What a page has to say after a form was sent: kept here and named in the address, so that pages work without a script. */
export type Note =
  | {
      kind: 'failed';
      where: 'composer' | 'message' | 'modal' | 'home';
      ts?: string;
      text: string;
      detail: string;
      draft?: string;
    }
  | { kind: 'confirm'; act: PendingAct; words: Record<string, unknown> }
  | { kind: 'invalid'; view: string; errors: Record<string, string>; raw: Record<string, string[]> };

/** A press that waits for its "are you sure?". */
export type PendingAct = {
  on: 'message' | 'home' | 'modal';
  channel: string;
  ts: string;
  block: string;
  action: string;
  value: string[];
  back: string;
};

const NOTES_MAX = 500;

export class Notes {
  readonly #notes = new Map<string, { user: string; note: Note }>();

  /** Returns its name for the address. */
  put(user: string, note: Note): string {
    const id = randomBytes(9).toString('base64url');
    this.#notes.set(id, { user, note });
    for (const oldest of this.#notes.keys()) {
      if (this.#notes.size <= NOTES_MAX) break;
      this.#notes.delete(oldest);
    }
    return id;
  }

  get(user: string, id: string | undefined): Note | null {
    const kept = this.#notes.get(id ?? '');
    return kept?.user === user ? kept.note : null;
  }
}
