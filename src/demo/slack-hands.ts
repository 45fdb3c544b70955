import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { hasForm, needsReason, type Question } from '../incident/decision.ts';

/** Answers in local Slack what people would: presses the button in their direct message, fills in what opens, submits it. */
export type Hands = {
  answer(person: string, incident: string, question: Question, answer: string, words: Words): Promise<void>;
};

/** What is put into blanks, by their kind. */
export type Words = { reason: string; text: string; number: string; at: number };

export type HandsOptions = {
  /** `http://127.0.0.1:PORT` of local Slack. */
  url: string;
  /** What its control API asks for. */
  key: string;
  signal?: AbortSignal;
};

const SHOWN_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 150;

const Element = z.looseObject({ type: z.string(), action_id: z.string().default(''), value: z.string().optional() });
const Blank = z.looseObject({
  type: z.literal('input'),
  block_id: z.string(),
  optional: z.boolean().default(false),
  element: z.looseObject({
    type: z.string(),
    action_id: z.string(),
    options: z.array(z.looseObject({ value: z.string() })).optional(),
  }),
});
type Blank = z.infer<typeof Blank>;
const Modal = z.looseObject({ blocks: z.array(z.unknown()).default([]), submit: z.unknown().optional() });
const State = z.looseObject({
  messages: z.array(z.looseObject({ ts: z.string(), blocks: z.unknown() })).default([]),
  modals: z.array(Modal).default([]),
});
const Outcome = z.looseObject({
  ok: z.boolean(),
  detail: z.string().optional(),
  errors: z.record(z.string(), z.string()).optional(),
});

export function createHands({ url, key, signal }: HandsOptions): Hands {
  const control = async (command: object): Promise<unknown> => {
    const answer = await fetch(new URL('/_control', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(command),
      ...(signal && { signal }),
    });
    const body: unknown = await answer.json();
    const { ok, detail, errors } = Outcome.parse(body);
    if (!ok || errors) throw new Error(`local Slack: ${detail ?? JSON.stringify(errors)}`);
    return body;
  };
  const seen = async <T>(what: string, look: () => Promise<T | null>): Promise<T> => {
    for (const deadline = Date.now() + SHOWN_WITHIN_MS; ; ) {
      const found = await look();
      if (found !== null) return found;
      if (Date.now() > deadline) throw new Error(`local Slack never showed ${what}`);
      await pause(LOOK_EVERY_MS, undefined, { signal });
    }
  };
  const modalOf = async (person: string) =>
    State.parse(await control({ do: 'state', user: person })).modals.at(-1) ?? null;

  return {
    async answer(person, incident, question, answer, words) {
      const { number } = question;
      const channel = `@${person}`;
      const actionId = answer === 'approve' || answer === 'deny' ? `decide.${answer}` : `decide.answer.${answer}`;
      const ts = await seen(`question ${number} to ${person}`, async () => {
        const { messages } = State.parse(await control({ do: 'state', channel }));
        const asks = (one: z.infer<typeof Element>) =>
          one.action_id === actionId && one.value?.startsWith(`${incident}/${number}/`) === true;
        return messages.find(({ blocks }) => elementsIn(blocks).some(asks))?.ts ?? null;
      });
      await control({ do: 'click', user: person, channel, ts, actionId });
      if (!opensModal(question, answer)) return;
      const modal = await seen(`a modal to ${person}`, () => modalOf(person));
      await control({ do: 'submit', user: person, values: filledIn(modal.blocks, words) });
      // What came of it stands in place of the form.
      await seen('what came of it', async () => ((await modalOf(person))?.submit ? null : true));
      if ((await modalOf(person)) !== null) await control({ do: 'dismiss', user: person, all: true });
    },
  };
}

/** A tap is enough for what is harmless and needs no words. */
const opensModal = (question: Question, answer: string): boolean =>
  (answer === 'approve' && question.acts.length > 0) || needsReason(question, answer) || hasForm(question, answer);

function elementsIn(node: unknown): z.infer<typeof Element>[] {
  if (Array.isArray(node)) return node.flatMap(elementsIn);
  if (typeof node !== 'object' || node === null) return [];
  const element = Element.safeParse(node);
  return [...(element.success ? [element.data] : []), ...Object.values(node).flatMap(elementsIn)];
}

const REASON_BLOCK = 'reason';

function filledIn(blocks: readonly unknown[], words: Words): Record<string, Record<string, unknown>> {
  const blanks = blocks.flatMap((block) => {
    const blank = Blank.safeParse(block);
    return blank.success ? [blank.data] : [];
  });
  const filled = blanks.filter(({ block_id, optional }) => block_id !== REASON_BLOCK || !optional);
  return Object.fromEntries(
    filled.map((blank) => [blank.block_id, { [blank.element.action_id]: valueFor(blank, words) }]),
  );
}

function valueFor({ block_id, element }: Blank, words: Words): unknown {
  switch (element.type) {
    case 'datetimepicker':
      return Math.floor(words.at / 1_000);
    case 'number_input':
      return words.number;
    case 'plain_text_input':
      return block_id === REASON_BLOCK ? words.reason : words.text;
    default:
      return element.options?.[0]?.value ?? null;
  }
}
