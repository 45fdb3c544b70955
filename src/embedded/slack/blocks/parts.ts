import { boolean, type Check, list, matching, object, one, oneOf, string, typed } from './checks.ts';

/** What blocks and elements are made of. */

export const plainText = (max: number): Check =>
  typed({ plain_text: object({ type: one('plain_text'), text: string(max) }, { emoji: boolean }) });

export const mrkdwn = (max: number): Check =>
  typed({ mrkdwn: object({ type: one('mrkdwn'), text: string(max) }, { verbatim: boolean }) });

export const anyText = (max: number): Check =>
  typed({
    plain_text: object({ type: one('plain_text'), text: string(max) }, { emoji: boolean }),
    mrkdwn: object({ type: one('mrkdwn'), text: string(max) }, { verbatim: boolean }),
  });

export const id = string(255);
export const address: Check = (value, at, report) => {
  string(3000)(value, at, report);
  if (typeof value === 'string' && !URL.canParse(value)) report('must be a valid URL', at);
};
export const channelId = matching(/^[CDG][A-Z0-9]+$/, 'must be a valid channel ID');
export const userId = matching(/^[UW][A-Z0-9]+$/, 'must be a valid user ID');
export const style = one('primary', 'danger');

export const confirm = object(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style },
);

const option = (text: Check, more: Record<string, Check> = {}): Check =>
  object({ text, value: string(150) }, { description: plainText(75), ...more });

/** In menus. */
export const plainOption = option(plainText(75));
/** Beside radio buttons and check boxes, which may carry markup. */
export const markedOption = object({ text: anyText(75), value: string(150) }, { description: anyText(75) });
export const overflowOption = option(plainText(75), { url: address });
export const optionGroup = object({ label: plainText(75), options: list(plainOption, 100) });

const slackFile = object({}, { id: string(255), url: address }, oneOf(['id', 'url']));
const imageSource = { image_url: address, slack_file: slackFile };

export const imageElement = object(
  { type: one('image'), alt_text: string(2000) },
  imageSource,
  oneOf(['image_url', 'slack_file']),
);

export const imageBlock = object(
  { type: one('image'), alt_text: string(2000) },
  { ...imageSource, title: plainText(2000), block_id: id },
  oneOf(['image_url', 'slack_file']),
);
