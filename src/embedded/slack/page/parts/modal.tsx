import type { SlackView } from '../../contract.ts';
import { elementsOf } from '../../interactions/elements.ts';
import type { Eye } from '../eye.ts';
import { fields, text, wordsOf } from '../fields.ts';
import type { Note, PendingAct } from '../notes.ts';
import { Blocks } from './blocks.tsx';
import { fieldId, type Place } from './elements.tsx';
import { TextObject } from './inputs.tsx';
import { Notice } from './notice.tsx';

type ModalProps = { views: readonly SlackView[]; eye: Eye; back: string; note: Note | null };

/** The top of the stack. One form holds all its fields; its other buttons send them along. */
export function Modal({ views, eye, back, note }: ModalProps) {
  const view = views.at(-1);
  if (view === undefined) return null;
  const invalid = note?.kind === 'invalid' && note.view === view.id ? note : null;
  const place: Place = { kind: 'modal', eye, back, view, errors: invalid?.errors ?? {}, raw: invalid?.raw ?? null };
  const deep = views.length > 1;
  return (
    <dialog open class="modal" id={`modal-${view.id}`} data-modal aria-labelledby={`title-${view.id}`}>
      <form method="post" action={`${eye.base}/modal`} novalidate>
        <input type="hidden" name="view" value={view.id} />
        <input type="hidden" name="back" value={back} />
        {/* Enter in a field presses the first button of a form: it must be the one that submits. */}
        <button type="submit" name="do" value="submit" hidden>
          Submit
        </button>
        <header>
          <h2 id={`title-${view.id}`}>
            <TextObject of={view.title} eye={eye} />
          </h2>
          <button
            type="submit"
            name="do"
            value={deep ? 'dismiss-all' : 'dismiss'}
            class="close"
            aria-label={deep ? 'Close all' : 'Close'}
            data-close
          >
            ✕
          </button>
        </header>
        <div class="body">
          {invalid && <Summary place={place} view={view} errors={invalid.errors} />}
          {note?.kind === 'failed' && note.where === 'modal' && <Notice note={note} />}
          <Blocks blocks={view.blocks} place={place} />
        </div>
        <footer>
          <span class="quiet">{eye.workspace.app.name}</span>
          <button type="submit" name="do" value="dismiss" class="button" data-dismiss>
            {view.close ? <TextObject of={view.close} eye={eye} /> : deep ? 'Back' : 'Cancel'}
          </button>
          {(view.submit || view.blocks.some(({ type }) => type === 'input')) && (
            <button type="submit" name="do" value="submit" class="button primary">
              {view.submit ? <TextObject of={view.submit} eye={eye} /> : 'Submit'}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

/** What is wrong, at the top: each leads to its field. */
function Summary({ place, view, errors }: { place: Place; view: SlackView; errors: Record<string, string> }) {
  const found = elementsOf(view.blocks);
  const labels = new Map(view.blocks.map((block) => [block.block_id ?? '', wordsOf(block.label)]));
  return (
    <div class="notice" role="alert">
      <p>
        <span aria-hidden="true">■ </span>
        <strong>Nothing was sent.</strong> Mend this first:
      </p>
      <ul>
        {Object.entries(errors).map(([block, error]) => {
          const target = found.find(({ blockId }) => blockId === block);
          const words = labels.get(block) ? `${labels.get(block)} – ${error}` : error;
          return (
            <li>{target ? <a href={`#${fieldId(place, block, target.element.action_id)}`}>{words}</a> : words}</li>
          );
        })}
      </ul>
    </div>
  );
}

/** "Are you sure?" of a button that asks it. */
export function Confirm({ act, words, eye }: { act: PendingAct; words: Record<string, unknown>; eye: Eye }) {
  const danger = fields(words).style === 'danger';
  return (
    <dialog
      open
      class="modal small"
      id="confirm"
      data-modal
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
    >
      <form method="post" action={`${eye.base}/act`}>
        {(['on', 'channel', 'ts', 'block', 'action', 'back'] as const).map((name) => (
          <input type="hidden" name={name} value={text(act[name])} />
        ))}
        {act.value.map((value) => (
          <input type="hidden" name="value" value={value} />
        ))}
        <input type="hidden" name="confirmed" value="yes" />
        <header>
          <h2 id="confirm-title">
            <TextObject of={words.title} eye={eye} />
          </h2>
        </header>
        <div class="body" id="confirm-text">
          <TextObject of={words.text} eye={eye} />
        </div>
        <footer>
          <a class="button" href={act.back} data-swap data-dismiss>
            <TextObject of={words.deny ?? { text: 'Cancel' }} eye={eye} />
          </a>
          <button type="submit" class={danger ? 'button danger' : 'button primary'}>
            <TextObject of={words.confirm ?? { text: 'Yes' }} eye={eye} />
          </button>
        </footer>
      </form>
    </dialog>
  );
}
