import type { SlackChannel } from '../../contract.ts';
import type { Element } from '../../interactions/elements.ts';
import { channelName, type Eye, maySee, nameOf } from '../eye.ts';
import { type Fields, list, text, wordsOf } from '../fields.ts';
import { isDrawn, placeholderOf } from '../values.ts';
import { Mrkdwn, PlainText } from './mrkdwn.tsx';

/** One field, of any kind that people fill in or choose from. */
export type InputProps = {
  element: Element;
  eye: Eye;
  name: string;
  id: string;
  shown: string[];
  /** Of what labels it, for sets of boxes; otherwise there is a `label for`. */
  labelledBy?: string;
  /** For fields that stand without a label of their own. */
  label?: string;
  describedBy?: string;
  invalid?: boolean;
};

export function Input(props: InputProps) {
  const { element } = props;
  switch (element.type) {
    case 'checkboxes':
    case 'radio_buttons':
      return <Boxes {...props} />;
    case 'rich_text_input':
      return <Area {...props} />;
    case 'plain_text_input':
      return element.multiline === true ? <Area {...props} /> : <Line {...props} type="text" />;
    case 'email_text_input':
      return <Line {...props} type="email" />;
    case 'url_text_input':
      return <Line {...props} type="url" />;
    case 'number_input':
      return <Line {...props} type="text" />;
    case 'datepicker':
      return <Line {...props} type="date" />;
    case 'timepicker':
      return <Line {...props} type="time" />;
    case 'datetimepicker':
      return <Line {...props} type="datetime-local" />;
    default:
      return isDrawn(element) && /_select$/.test(element.type) ? (
        <Select {...props} />
      ) : (
        <NotHere type={element.type} />
      );
  }
}

export const NotHere = ({ type }: { type: string }) => (
  <p class="quiet">
    Local Slack does not draw this: <code>{type}</code>.
  </p>
);

const common = ({ id, name, label, describedBy, invalid, labelledBy }: InputProps) => ({
  id,
  name,
  'aria-label': labelledBy ? undefined : label,
  'aria-labelledby': labelledBy,
  'aria-describedby': describedBy,
  'aria-invalid': invalid ? ('true' as const) : undefined,
});

function Line({ type, ...props }: InputProps & { type: string }) {
  const { element, shown } = props;
  return (
    <input
      {...common(props)}
      type={type}
      value={shown[0] ?? ''}
      placeholder={placeholderOf(element) || undefined}
      inputmode={element.type === 'number_input' ? 'decimal' : undefined}
      autocomplete="off"
      dir={type === 'text' ? 'auto' : undefined}
    />
  );
}

const Area = (props: InputProps) => (
  <textarea {...common(props)} rows={5} placeholder={placeholderOf(props.element) || undefined} dir="auto">
    {props.shown[0] ?? ''}
  </textarea>
);

function Boxes(props: InputProps) {
  const { element, name, id, shown, labelledBy, label, describedBy, eye } = props;
  const radio = element.type === 'radio_buttons';
  return (
    <fieldset
      class="boxes"
      id={id}
      tabindex={-1}
      aria-labelledby={labelledBy}
      aria-label={labelledBy ? undefined : label || 'Choices'}
      aria-describedby={describedBy}
    >
      {list(element.options).map((option) => (
        <label>
          <input
            type={radio ? 'radio' : 'checkbox'}
            name={name}
            value={text(option.value)}
            checked={shown.includes(text(option.value))}
          />
          <span>
            <TextObject of={option.text} eye={eye} />
            {wordsOf(option.description) !== '' && (
              <small>
                <TextObject of={option.description} eye={eye} />
              </small>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Select(props: InputProps) {
  const { element, shown, eye } = props;
  const multiple = element.type.startsWith('multi_');
  const prompt = placeholderOf(element) || 'Choose …';
  return (
    <select {...common(props)} multiple={multiple || undefined} size={multiple ? 5 : undefined}>
      {!multiple && <option value="">{prompt}</option>}
      {choicesOf(element, eye).map((group) =>
        group.label === null ? (
          <Options of={group.options} shown={shown} />
        ) : (
          <optgroup label={group.label}>
            <Options of={group.options} shown={shown} />
          </optgroup>
        ),
      )}
    </select>
  );
}

const Options = ({ of, shown }: { of: Choice[]; shown: string[] }) => (
  <>
    {of.map(({ value, words }) => (
      <option value={value} selected={shown.includes(value)}>
        {words}
      </option>
    ))}
  </>
);

type Choice = { value: string; words: string };
type Group = { label: string | null; options: Choice[] };

function choicesOf(element: Element, eye: Eye): Group[] {
  const { workspace } = eye;
  const kind = element.type.replace(/^multi_/, '');
  if (kind === 'users_select')
    return [
      {
        label: null,
        options: workspace
          .users()
          .filter((user) => !user.deleted)
          .map((user) => ({ value: user.id, words: nameOf(workspace, user.id) })),
      },
    ];
  if (kind === 'channels_select' || kind === 'conversations_select') {
    const wanted = (channel: SlackChannel): boolean =>
      maySee(eye, channel) && !channel.is_archived && (kind === 'conversations_select' || channel.kind === 'public');
    return [
      {
        label: null,
        options: workspace
          .channels()
          .filter(wanted)
          .map((channel) => ({
            value: channel.id,
            words: `${channel.kind === 'im' ? '@' : '#'}${channelName(workspace, channel)}`,
          })),
      },
    ];
  }
  const groups = list(element.option_groups).map((group) => ({
    label: wordsOf(group.label),
    options: list(group.options).map(choice),
  }));
  return groups.length > 0 ? groups : [{ label: null, options: list(element.options).map(choice) }];
}

const choice = (option: Fields): Choice => ({ value: text(option.value), words: wordsOf(option.text) });

/** `plain_text` and `mrkdwn` objects. */
export function TextObject({ of, eye }: { of: unknown; eye: Eye }) {
  const object = (of ?? {}) as Fields;
  return object.type === 'mrkdwn' ? (
    <Mrkdwn text={text(object.text)} eye={eye} />
  ) : (
    <PlainText text={text(object.text)} emoji={object.emoji !== false} />
  );
}
