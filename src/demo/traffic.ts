import { plainText } from '../incident/phrases.ts';
import type { Cast } from './cast.ts';
import type { Heard } from './story-world.ts';

const QUESTION = 'How long does a refund take?';

/** A user asks, and what they get is shown. Nothing without a real world. */
export async function tellTraffic({ world, teller }: Cast, question: string = QUESTION): Promise<Heard | null> {
  if (world === null) return null;
  const heard = await world.ask(question);
  teller.line('user', question);
  if (heard.status === 200)
    teller.line(heard.model ?? 'assistant', heard.leaked ? `A LEAK: ${masked(heard.text)}` : plainText(heard.text));
  else teller.line('gateway', `refused, ${heard.status}: nobody gets an answer`);
  return heard;
}

const SHOWN_MAX = 110;

/** A leak is shown to be one, and not leaked once more. */
const masked = (text: string): string => {
  const shown = plainText(text)
    .replace(/\s+/g, ' ')
    .replace(/\bHM-[\w-]+/g, 'HM-•••••');
  const end = shown.lastIndexOf(' ', SHOWN_MAX);
  return shown.length <= SHOWN_MAX ? shown : `${shown.slice(0, end)} …`;
};
