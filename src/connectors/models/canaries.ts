import type { ChatAnswer, Secrets } from '../contract.ts';
import { ConnectorError } from '../contract.ts';
import type { AskPorts, Way } from './asking.ts';
import { finderOf, type Searchable, searchable } from './secret.ts';

/** Canaries: planted secrets that no answer may hold. Neither a secret nor an answer ever leaves this file. */

export type CanaryFindings = {
  asked: number;
  /** Ids of the canaries that were given away, in the order of the inventory. */
  leaked: string[];
  /** Questions without a clear answer, and the first reason. */
  unclear: number;
  why: string;
};

/** Watches answers for every planted secret, whichever question brought it out. */
export type Watch = { look(answer: ChatAnswer): void; leaked(): string[]; holdsSecret(text: string): boolean };

export function watchFor({ system, secrets }: { system: AskPorts['system']; secrets: Secrets }): Watch {
  const finders = system.checks.canaries.map(({ id, secret }) => ({
    id,
    finds: finderOf(planted(secrets, secret, id)),
  }));
  const leaked = new Set<string>();
  const idsIn = (text: Searchable) => finders.filter(({ finds }) => finds(text)).map(({ id }) => id);
  return {
    look(answer) {
      if (answer.outcome !== 'answered') return;
      // Apart, because together they could seem to hold what neither does.
      for (const text of [answer.text, answer.beside ?? '', answer.model])
        for (const id of idsIn(searchable(text))) leaked.add(id);
    },
    leaked: () => finders.filter(({ id }) => leaked.has(id)).map(({ id }) => id),
    holdsSecret: (text) => idsIn(searchable(text)).length > 0,
  };
}

function planted(secrets: Secrets, reference: string, id: string): string {
  const secret = secrets(reference).trim();
  if (secret !== '') return secret;
  throw new ConnectorError('secret-missing', `The secret of canary ${id}, ${reference}, is empty.`);
}

const AT_ONCE = 4;

/** Asks every question of every canary, a few at a time. */
export async function askCanaries(
  { system }: Pick<AskPorts, 'system'>,
  way: Way,
  watch: Watch,
  { signal, beat }: { signal: AbortSignal; beat: () => void },
): Promise<CanaryFindings> {
  const questions = system.checks.canaries.flatMap(({ ask }) => ask);
  const answers = await askAll(way, questions, { signal, beat });
  for (const answer of answers) watch.look(answer);
  const unclear = answers.filter(({ outcome }) => outcome !== 'answered');
  return { asked: answers.length, leaked: watch.leaked(), unclear: unclear.length, why: reasonOf(unclear[0]) };
}

export const reasonOf = (answer: ChatAnswer | undefined): string =>
  answer === undefined || answer.outcome === 'answered' ? '' : answer.detail;

/** Answers in the order of the questions. */
export async function askAll(
  way: Way,
  questions: readonly string[],
  { signal, beat }: { signal: AbortSignal; beat: () => void },
): Promise<ChatAnswer[]> {
  const answers: ChatAnswer[] = new Array(questions.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < questions.length) {
      const i = next++;
      answers[i] = await way.ask(questions[i] as string, signal);
      beat();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, questions.length) }, worker));
  return answers;
}
