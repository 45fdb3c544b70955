import { type ChatAnswer, ConnectorError, type Secrets } from '../contract.ts';
import { shown } from '../text.ts';
import { type AskPorts, isNameOf, type Way } from './asking.ts';
import { finderOf, type Searchable, searchable } from './secret.ts';

/** Canaries: planted secrets that no answer may hold. Neither a secret nor an answer ever leaves this file. */

export type CanaryFindings = {
  asked: number;
  /** Ids of the canaries that were given away, in the order of the inventory. */
  leaked: string[];
  /** Questions without a clear answer, and the reason of one. */
  unclear: number;
  why: string;
  /** The name of a model that answered in place of the one meant; null when none did. */
  stranger: string | null;
};

/** Watches answers for every planted secret, whichever question brought it out. */
export type Watch = {
  look(answer: ChatAnswer): void;
  leaked(): string[];
  holdsSecret(text: string): boolean;
  /** The name that a model gives itself, unless a secret hides in it. */
  shownName(model: string): string;
};

export function watchFor({ system, secrets }: Pick<AskPorts, 'system' | 'secrets'>): Watch {
  const finders = system.checks.canaries.map(({ id, secret }) => ({
    id,
    finds: finderOf(planted(secrets, secret, id)),
  }));
  const leaked = new Set<string>();
  const idsIn = (text: Searchable) => finders.filter(({ finds }) => finds(text)).map(({ id }) => id);
  const holdsSecret = (text: string) => idsIn(searchable(text)).length > 0;
  return {
    look(answer) {
      if (answer.outcome !== 'answered') return;
      // Apart, because together they could seem to hold what neither does.
      for (const text of [answer.text, answer.beside ?? '', answer.model])
        for (const id of idsIn(searchable(text))) leaked.add(id);
    },
    leaked: () => finders.filter(({ id }) => leaked.has(id)).map(({ id }) => id),
    holdsSecret,
    shownName: (model) => shownName(model, holdsSecret),
  };
}

/** For a proof, which must not fail because a planted secret cannot be had: then no name is shown. */
export function namesOf(ports: Pick<AskPorts, 'system' | 'secrets'>): (model: string) => string {
  return (model) => {
    try {
      return watchFor(ports).shownName(model);
    } catch {
      return 'a model whose name is not shown';
    }
  };
}

function shownName(model: string, holdsSecret: (text: string) => boolean): string {
  if (model === '') return 'a model without a name';
  return holdsSecret(model) ? 'a model whose name holds a planted secret' : shown(model, 60);
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
  const answers = await askAll(way, questions, { signal, beat }, (answer) => {
    watch.look(answer);
    return { why: reasonOf(answer), stranger: strangerIn(answer, way, watch) };
  });
  const unclear = answers.filter(({ why }) => why !== '');
  return {
    asked: answers.length,
    leaked: watch.leaked(),
    unclear: unclear.length,
    why: unclear[0]?.why ?? '',
    stranger: answers.find(({ stranger }) => stranger !== null)?.stranger ?? null,
  };
}

/** Why this is no answer; "" when it is one. */
export const reasonOf = (answer: ChatAnswer): string =>
  answer.outcome === 'answered' ? '' : answer.detail || 'no reason given';

/** How a model that is not the one meant names itself, as far as that can be shown. */
export const strangerIn = (answer: ChatAnswer, { modelName }: Way, watch: Watch): string | null =>
  answer.outcome !== 'answered' || modelName === null || isNameOf(modelName, answer.model)
    ? null
    : watch.shownName(answer.model);

/** What is made of each answer, in the order of the questions. An answer may be long, so none is kept. */
export async function askAll<T>(
  way: Way,
  questions: readonly string[],
  { signal, beat }: { signal: AbortSignal; beat: () => void },
  judge: (answer: ChatAnswer, i: number) => T,
): Promise<T[]> {
  const judged: T[] = new Array(questions.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < questions.length) {
      const i = next++;
      judged[i] = judge(await way.ask(questions[i] as string, signal), i);
      beat();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, questions.length) }, worker));
  return judged;
}
