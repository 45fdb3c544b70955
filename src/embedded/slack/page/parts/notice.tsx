import type { Note } from '../notes.ts';

/** Something was not done: what, and what to do now. */
export const Notice = ({ note }: { note: Extract<Note, { kind: 'failed' }> }) => (
  <div class="notice" role="alert">
    <p>
      <span aria-hidden="true">■ </span>
      <strong>{note.text}</strong>
    </p>
    {note.detail && (
      <p class="quiet">
        <bdi>{note.detail}</bdi>
      </p>
    )}
  </div>
);
