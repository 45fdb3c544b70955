import { z } from 'zod';
import type { ChatAnswer } from '../contract.ts';

/** Reads what a model server says. All of it is hostile: nothing of it is ever put into a `detail`. */

const NAME_CHARS_MAX = 200;

const Part = z.looseObject({ text: z.string().nullish(), refusal: z.string().nullish() });
const Message = z.looseObject({
  content: z.union([z.string(), z.array(Part)]).nullish(),
  refusal: z.string().nullish(),
});
const Completion = z.looseObject({
  model: z.string().nullish(),
  choices: z.array(z.looseObject({ message: Message })).min(1),
});
type Message = z.infer<typeof Message>;

export function readAnswer(body: Uint8Array): ChatAnswer {
  const value = parse(body);
  const parsed = Completion.safeParse(value);
  if (!parsed.success) return { outcome: 'unclear', detail: 'it answered with something that is no chat completion' };
  const first = parsed.data.choices[0] as { message: Message };
  const text = textOf(first.message);
  if (text === null) return { outcome: 'unclear', detail: 'it answered without any text' };
  return {
    outcome: 'answered',
    text,
    beside: textsIn(parsed.data, new Set([text])),
    model: (parsed.data.model ?? '').slice(0, NAME_CHARS_MAX),
  };
}

/** The answer itself; a refusal of the model is one too. */
function textOf({ content, refusal }: Message): string | null {
  if (typeof content === 'string' && content !== '') return content;
  const parts = Array.isArray(content) ? content.map((part) => part.text ?? part.refusal ?? '').join('') : '';
  return parts || refusal || null;
}

/** Every other text, wherever it stands: a secret in the arguments of a tool is given away as well. */
function textsIn(value: unknown, but: ReadonlySet<string>): string {
  const found: string[] = [];
  // Not by recursion: how deeply it is nested is the far side's choice.
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') {
      if (!but.has(next)) found.push(next);
    } else if (typeof next === 'object' && next !== null) open.push(...Object.keys(next), ...Object.values(next));
  }
  return found.reverse().join('\n');
}

/** How gateways and model servers say that an endpoint or a model does not exist. Other texts of theirs are not looked at. */
const MISSING = [
  'RESOURCE_DOES_NOT_EXIST',
  'ENDPOINT_NOT_FOUND',
  'model_not_found',
  'not_found_error',
  'NotFoundError',
];

const Code = z.string().nullish().catch(null);
const Trouble = z.looseObject({
  error_code: Code,
  type: Code,
  detail: z.looseObject({ error_code: Code }).nullish().catch(null),
  error: z.looseObject({ code: Code, type: Code }).nullish().catch(null),
});

/** The code by which the answer says that there is no such endpoint or model; null when it does not say that. */
export function saysMissing(body: Uint8Array): string | null {
  const parsed = Trouble.safeParse(parse(body));
  if (!parsed.success) return null;
  const { error_code: code, type, detail, error } = parsed.data;
  const said = [detail?.error_code, code, error?.code, error?.type, type];
  return MISSING.find((known) => said.includes(known)) ?? null;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
