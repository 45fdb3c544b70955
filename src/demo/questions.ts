import { setTimeout as pause } from 'node:timers/promises';
import { SetupError } from '../embedded/failure.ts';
import { labelOf, type Question } from '../incident/decision.ts';
import { plainText } from '../incident/phrases.ts';
import type { DecisionView } from '../incident/view.ts';
import { viewOf } from './api.ts';
import { type Cast, titleOf, voicesFor } from './cast.ts';

/** The questions of the incident: shows them with the links of those who are asked, and answers in their place when told to. */
export type Questions = {
  ask(question: Question): void;
  decided(number: number): void;
  /** How an answer to an open question reads. */
  labelOf(number: number, answer: string): string;
  /** Throws what went wrong while answering in people's place. */
  check(): void;
  close(): void;
};

/** So long a question can be read before the demo answers it by itself. */
const READ_MS = 1_500;

export function attendTo(cast: Cast, incident: string, awareAt: number): Questions {
  const { teller, auto } = cast;
  const open = new Map<number, Question>();
  const tried = new Set<string>();
  let failure: { error: unknown } | null = null;
  let done = (): void => undefined;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const answer = (question: Question): void => {
    turn = turn
      .then(() => (open.has(question.number) ? answerFor(cast, incident, question, tried, awareAt) : undefined))
      .catch((error: unknown) => {
        failure ??= { error };
      });
  };
  const listen = async (): Promise<void> => {
    while (!closed) {
      await cast.enter();
      for (const question of open.values()) answer(question);
    }
  };
  if (!auto) void listen();

  const show = (): void => {
    done();
    done = () => undefined;
    if (open.size === 0) return;
    const whom = [...open.values()].flatMap((question) =>
      voicesFor(cast.inventory, question, []).map(({ name }) => name),
    );
    done = teller.awaiting(`waits for ${[...new Set(whom)].join(', ')}`);
  };

  return {
    ask(question) {
      present(cast, question);
      open.set(question.number, question);
      show();
      if (auto) void pause(READ_MS, undefined, { ref: false }).then(() => answer(question));
    },
    decided(number) {
      open.delete(number);
      show();
    },
    labelOf: (number, answer) => plainText(labelOf(open.get(number), answer) ?? answer),
    check() {
      if (failure !== null) throw failure.error;
    },
    close() {
      closed = true;
      done();
    },
  };
}

function present(cast: Cast, question: Question): void {
  const { teller, inventory, auto } = cast;
  const voices = voicesFor(inventory, question, []);
  teller.say('');
  teller.line('question', teller.bold(plainText(question.question)));
  if (question.details) teller.line('', plainText(question.details));
  if (question.failure) teller.line('', plainText(question.failure.message));
  for (const { id, name, role } of voices) {
    teller.line('asked', `${name} (${titleOf(inventory, role)})`);
    const link = cast.slack[id];
    if (link !== undefined && !auto) teller.item(link);
  }
  const silence = labelOf(question, question.otherwise) ?? question.otherwise;
  teller.line('or else', `nobody answers: it counts as "${plainText(silence)}"`);
  if (!auto) teller.say('Answer there, or press Enter and the demo answers in their place.');
  teller.say('');
}

async function answerFor(
  cast: Cast,
  incident: string,
  question: Question,
  tried: Set<string>,
  awareAt: number,
): Promise<void> {
  const answer = answerTo(question, tried);
  const words = {
    reason: 'Answered by the demo.',
    text: 'Answers held policy numbers of customers, with which somebody could pose as them.',
    number: '2',
    at: awareAt,
  };
  const decision = async () =>
    (await viewOf(cast.api, incident)).decisions.find((one) => one.question.number === question.number);
  const votes = (await decision())?.votes ?? [];
  for (const { id } of voicesFor(cast.inventory, question, votes)) {
    try {
      await cast.hands.answer(id, incident, question, answer, words);
      await untilVoted(decision, id, cast.signal);
    } catch (error) {
      // Somebody may have been faster.
      const now = await decision();
      if (now !== undefined && !now.made && !now.withdrawn) throw error;
      return;
    }
  }
}

const VOTED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** What was pressed in Slack counts once it is on the timeline. */
async function untilVoted(
  decision: () => Promise<DecisionView | undefined>,
  person: string,
  signal: AbortSignal,
): Promise<void> {
  for (const deadline = Date.now() + VOTED_WITHIN_MS; ; ) {
    const now = await decision();
    if (now?.made || now?.withdrawn || now?.votes.some((vote) => vote.person === person)) return;
    if (Date.now() > deadline) throw new Error(`the answer of ${person} did not arrive from Slack`);
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Yes, the first option, and once more for what failed; whatever fails again is beyond the demo. */
function answerTo(question: Question, tried: Set<string>): string {
  switch (question.kind) {
    case 'approval':
      return 'approve';
    case 'choice':
      return question.options[0] ?? question.otherwise;
    case 'task':
      return 'done';
    case 'failure': {
      if (tried.has(question.path))
        throw new SetupError(
          'story-failed',
          `the step ${question.path} failed twice: ${plainText(question.failure?.message ?? question.question)}`,
          'The logs say more.',
        );
      tried.add(question.path);
      return 'retry';
    }
    default:
      return question.kind satisfies never;
  }
}
