import type { Child } from 'hono/jsx';
import type { SlackView } from '../../contract.ts';
import type { Element } from '../../interactions/elements.ts';
import type { Eye } from '../eye.ts';
import { type Fields, isFields, list, text, wordsOf } from '../fields.ts';
import { fieldName, isDrawn, placeholderOf, shownIn } from '../values.ts';
import { Input, NotHere, TextObject } from './inputs.tsx';
import { Link, safeUrl } from './mrkdwn.tsx';

/** Where blocks stand decides how their elements are sent: each in a form of its own, or as parts of the modal's. */
export type Place = {
  eye: Eye;
  /** Where to come back to: this page. */
  back: string;
} /** `scope`: a message may be drawn twice on a page, in its channel and at the head of its thread. */ & (
  | { kind: 'message'; channel: string; ts: string; scope: 'm' | 't' }
  | { kind: 'home'; view: SlackView }
  | { kind: 'modal'; view: SlackView; errors: Record<string, string>; raw: Record<string, string[]> | null }
);

type ElementProps = { element: Fields; blockId: string; place: Place };

/** Anything that may stand in `actions`, as an accessory or in a context. */
export function AnyElement({ element, blockId, place }: ElementProps) {
  switch (element.type) {
    case 'image':
      return <Picture image={element} />;
    case 'plain_text':
    case 'mrkdwn':
      return (
        <span>
          <TextObject of={element} eye={place.eye} />
        </span>
      );
    case 'button':
      return <Button element={asElement(element)} blockId={blockId} place={place} />;
    case 'overflow':
      return <Overflow element={asElement(element)} blockId={blockId} place={place} />;
    default: {
      const chosen = asElement(element);
      return isDrawn(chosen) && /_select$|picker$|^checkboxes$|^radio_buttons$|_input$/.test(chosen.type) ? (
        <Choice element={chosen} blockId={blockId} place={place} />
      ) : (
        <NotHere type={text(element.type)} />
      );
    }
  }
}

const asElement = (element: Fields): Element => ({
  ...element,
  type: text(element.type),
  action_id: text(element.action_id),
});

/** Pictures lie on other machines: they are named and linked, never fetched. */
export function Picture({ image }: { image: Fields }) {
  const address = text(image.image_url) || text((isFields(image.slack_file) ? image.slack_file : {}).url);
  const words = text(image.alt_text) || 'without description';
  return <span class="picture">Picture: {safeUrl(address) ? <Link url={address}>{words}</Link> : words}</span>;
}

/** In messages and Home: a form that says which element was used. */
function ActForm({
  element,
  blockId,
  place,
  children,
  class: name,
}: ElementProps & { children?: Child; class?: string }) {
  const message = place.kind === 'message';
  return (
    <form method="post" action={`${place.eye.base}/act`} class={name ?? 'act'}>
      <input type="hidden" name="on" value={place.kind} />
      {message && <input type="hidden" name="channel" value={place.channel} />}
      {message && <input type="hidden" name="ts" value={place.ts} />}
      <input type="hidden" name="block" value={blockId} />
      <input type="hidden" name="action" value={text(element.action_id)} />
      <input type="hidden" name="back" value={place.back} />
      {children}
    </form>
  );
}

type KnownProps = { element: Element; blockId: string; place: Place };

const styleOf = (element: Fields): string =>
  element.style === 'primary' || element.style === 'danger' ? `button ${element.style}` : 'button';

function Button({ element, blockId, place }: KnownProps) {
  const words = <TextObject of={element.text} eye={place.eye} />;
  const label = text(element.accessibility_label) || undefined;
  const href = safeUrl(element.url);
  if (place.kind === 'modal')
    return href === null ? (
      <button class={styleOf(element)} aria-label={label} {...pressed(element, blockId)}>
        {words}
      </button>
    ) : (
      <a class={styleOf(element)} href={href} target="_blank" rel="noopener noreferrer">
        {words}
      </a>
    );
  return (
    <ActForm element={element} blockId={blockId} place={place}>
      {href === null ? (
        <button type="submit" class={styleOf(element)} aria-label={label} data-key={keyOf(place, blockId, element)}>
          {words}
        </button>
      ) : (
        // The page's script tells the app of it too, as Slack does.
        <a class={styleOf(element)} href={href} target="_blank" rel="noopener noreferrer" data-tell>
          {words}
        </a>
      )}
    </ActForm>
  );
}

/** So that focus stays where it was when the message around it is drawn anew. */
const keyOf = (place: Place, blockId: string, element: Element): string =>
  `${place.kind === 'message' ? `${place.scope}-${place.ts}` : place.kind}/${blockId}/${element.action_id}`;

const pressed = (element: Element, blockId: string) => ({
  type: 'submit' as const,
  name: 'act',
  value: fieldName(blockId, element.action_id),
});

function Overflow({ element, blockId, place }: KnownProps) {
  const options = list(element.options);
  return (
    <details class="overflow">
      <summary aria-label="More actions">⋯</summary>
      <div class="menu">
        {options.map((option) =>
          place.kind === 'modal' ? (
            <button
              type="submit"
              name="act"
              value={`${fieldName(blockId, element.action_id)}/${encodeURIComponent(text(option.value))}`}
            >
              <TextObject of={option.text} eye={place.eye} />
            </button>
          ) : (
            <ActForm element={element} blockId={blockId} place={place}>
              <button type="submit" name="value" value={text(option.value)}>
                <TextObject of={option.text} eye={place.eye} />
              </button>
            </ActForm>
          ),
        )}
      </div>
    </details>
  );
}

/** A list, a date, boxes: chosen first, sent by the button beside it, so that moving through a list sends nothing. */
function Choice({ element, blockId, place }: KnownProps) {
  const modal = place.kind === 'modal';
  const kept = place.kind === 'message' ? {} : place.view.state.values;
  const found = { blockId, element, input: false, dispatch: true, optional: true };
  const label = placeholderOf(element) || wordsOf(element.text) || 'Choose';
  const field = (
    <Input
      element={element}
      eye={place.eye}
      name={modal ? fieldName(blockId, element.action_id) : 'value'}
      id={fieldId(place, blockId, element.action_id)}
      shown={shownIn(found, kept, modal ? place.raw : null, place.eye.me.tz)}
      label={label}
    />
  );
  if (modal)
    return (
      <span class="choice">
        {field}
        <button class="button" aria-label={`Choose: ${label}`} {...pressed(element, blockId)}>
          Choose
        </button>
      </span>
    );
  return (
    <ActForm element={element} blockId={blockId} place={place} class="act choice">
      {field}
      <button type="submit" class="button" aria-label={`Choose: ${label}`}>
        Choose
      </button>
    </ActForm>
  );
}

export const fieldId = (place: Place, blockId: string, actionId: string): string => {
  const where = place.kind === 'message' ? `${place.scope}-${place.ts}` : place.view.id;
  return `${where}-${encodeURIComponent(blockId)}-${encodeURIComponent(actionId)}`;
};
