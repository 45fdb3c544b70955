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
    teller.line(heard.model ?? 'assistant', heard.leaked ? `${masked(heard.text)}   ← a leak` : plainText(heard.text));
  else teller.line('gateway', `refused, ${heard.status}: nobody gets an answer`);
  return heard;
}

/** A leak is shown to be one, and not leaked once more. */
const masked = (text: string): string =>
  plainText(text)
    .replace(/\s+/g, ' ')
    .replace(/\bHM-[\w-]+/g, 'HM-•••••')
    .slice(0, 130)
    .concat(' …');
