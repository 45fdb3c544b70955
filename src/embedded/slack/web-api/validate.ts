import { z } from 'zod';
import { readBlocks, readContent, readView } from '../blocks/read.ts';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, json } from './call.ts';

const Validate = z.object({ blocks: json.optional(), message: json.optional(), view: json.optional() });
const Message = z.looseObject({ text: z.string().optional(), blocks: z.unknown().optional() });

/** `blocks.validate`: whether blocks, a message or a view would be taken. Nothing is posted. */
export function validate(call: Call): Answer {
  const given = Object.entries(argumentsOf(call, Validate)).filter(([, value]) => value !== undefined);
  const [[kind, value] = ['', undefined]] = given;
  if (given.length !== 1) {
    throw new SlackError('invalid_arguments', { details: ['provide exactly one of blocks, view or message'] });
  }
  try {
    check(kind, value);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    throw new SlackError(`invalid_${kind}`, { details: error.details, fields: { errors: errorsOf(kind, error) } });
  }
  return {};
}

function check(kind: string, value: unknown): void {
  if (kind === 'blocks') readBlocks(value, 'message');
  else if (kind === 'view') readView(value);
  else {
    const message = Message.safeParse(value);
    if (!message.success) throw new SlackError('invalid_message', { details: ['must provide an object'] });
    readContent(message.data);
  }
}

/** Places count from what was given: in blocks `/0/text`, in a view `/blocks/0/text`. */
function errorsOf(kind: string, { code, details }: SlackError): Answer[] {
  const root = kind === 'message' ? '' : `/${kind}`;
  return (details.length > 0 ? details : [code]).map((detail) => {
    const [, message = detail, pointer = ''] = /^(.*) \[json-pointer:(.*)\]$/s.exec(detail) ?? [];
    return {
      pointer: pointer.startsWith(root) ? pointer.slice(root.length) : pointer,
      code: 'failed_constraint',
      message,
    };
  });
}
