import type { Block } from '../../contract.ts';
import { fields, list, text, wordsOf } from '../fields.ts';
import { fieldName, isDrawn, shownIn } from '../values.ts';
import { AnyElement, fieldId, Picture, type Place } from './elements.tsx';
import { Input, NotHere, TextObject } from './inputs.tsx';
import { Markdown } from './markdown.tsx';
import { Link } from './mrkdwn.tsx';
import { RichText } from './rich-text.tsx';

/** The blocks of a message, a modal or Home. */
export const Blocks = ({ blocks, place }: { blocks: readonly Block[]; place: Place }) => (
  <div class="blocks">
    {blocks.map((block) => (
      <OneBlock block={block} place={place} />
    ))}
  </div>
);

function OneBlock({ block, place }: { block: Block; place: Place }) {
  const blockId = block.block_id ?? '';
  switch (block.type) {
    case 'section':
      return <Section block={block} place={place} />;
    case 'header':
      return <Header block={block} place={place} />;
    case 'divider':
      return <hr />;
    case 'actions':
    case 'context_actions':
      return (
        <div class="b-actions">
          {list(block.elements).map((element) => (
            <AnyElement element={element} blockId={blockId} place={place} />
          ))}
        </div>
      );
    case 'context':
      return (
        <div class="b-context" dir="auto">
          {list(block.elements).map((element) => (
            <AnyElement element={element} blockId={blockId} place={place} />
          ))}
        </div>
      );
    case 'image':
      return (
        <p>
          {wordsOf(block.title) !== '' && (
            <>
              <strong>{wordsOf(block.title)}</strong>{' '}
            </>
          )}
          <Picture image={block} />
        </p>
      );
    case 'rich_text':
      return (
        <div class="b-text" dir="auto">
          <RichText block={block} eye={place.eye} />
        </div>
      );
    case 'markdown':
      return (
        <div class="b-text markdown" dir="auto">
          <Markdown text={text(block.text)} />
        </div>
      );
    case 'input':
      return <InputBlock block={block} place={place} />;
    case 'video':
      return (
        <p>
          Video: <Link url={text(block.video_url)}>{wordsOf(block.title)}</Link>
        </p>
      );
    default:
      return <NotHere type={block.type} />;
  }
}

/** A heading below that of the page, or below the title of the window. */
function Header({ block, place }: { block: Block; place: Place }) {
  const words = <TextObject of={block.text} eye={place.eye} />;
  return place.kind === 'modal' ? (
    <h3 class="b-header" dir="auto">
      {words}
    </h3>
  ) : (
    <h2 class="b-header" dir="auto">
      {words}
    </h2>
  );
}

function Section({ block, place }: { block: Block; place: Place }) {
  const cells = list(block.fields);
  const accessory = fields(block.accessory);
  return (
    <div class="b-section">
      <div class="b-text" dir="auto">
        {block.text !== undefined && <TextObject of={block.text} eye={place.eye} />}
        {cells.length > 0 && (
          <div class="b-fields">
            {cells.map((cell) => (
              <div dir="auto">
                <TextObject of={cell} eye={place.eye} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory.type !== undefined && (
        <div class="b-accessory">
          <AnyElement element={accessory} blockId={block.block_id ?? ''} place={place} />
        </div>
      )}
    </div>
  );
}

function InputBlock({ block, place }: { block: Block; place: Place }) {
  const raw = fields(block.element);
  const element = { ...raw, type: text(raw.type), action_id: text(raw.action_id) };
  const blockId = block.block_id ?? '';
  // A field outside a view has no submit button: Slack sends it on its own.
  if (place.kind !== 'modal')
    return (
      <div class="field">
        <p class="label">{wordsOf(block.label)}</p>
        <AnyElement element={element} blockId={blockId} place={place} />
      </div>
    );
  const id = fieldId(place, blockId, element.action_id);
  const hint = wordsOf(block.hint);
  const error = place.errors[blockId];
  const grouped = element.type === 'checkboxes' || element.type === 'radio_buttons';
  const found = {
    blockId,
    element,
    input: true,
    dispatch: block.dispatch_action === true,
    optional: block.optional === true,
  };
  const label = (
    <>
      <TextObject of={block.label} eye={place.eye} />
      {found.optional && <span class="quiet"> (optional)</span>}
    </>
  );
  return (
    <div class={error ? 'field wrong' : 'field'}>
      {grouped || !isDrawn(element) ? (
        <p class="label" id={`${id}-label`}>
          {label}
        </p>
      ) : (
        <label class="label" for={id}>
          {label}
        </label>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
          <span aria-hidden="true">■ </span>
          {error}
        </p>
      )}
      <Input
        element={element}
        eye={place.eye}
        name={fieldName(blockId, element.action_id)}
        id={id}
        shown={shownIn(found, place.view.state.values, place.raw, place.eye.me.tz)}
        labelledBy={grouped ? `${id}-label` : undefined}
        describedBy={[error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined}
        invalid={error !== undefined}
      />
      {found.dispatch && (
        <button type="submit" class="button" name="act" value={fieldName(blockId, element.action_id)}>
          Apply
        </button>
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          <TextObject of={block.hint} eye={place.eye} />
        </p>
      )}
    </div>
  );
}
