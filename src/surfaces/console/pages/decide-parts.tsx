import type { Child } from 'hono/jsx';
import { labelOf } from '../../../incident/decision.ts';
import type { DecisionView, IncidentView } from '../../../incident/view.ts';
import type { Plan } from '../../../playbook/plan.ts';
import { hourText } from '../../model/clock.ts';
import type { Looker } from '../../model/standing.ts';
import type { Person } from '../../ports.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import type { Frame } from '../parts/layout.tsx';
import { Countdown, Words } from '../parts/text.tsx';

/** What came of the tap that made this page; null on a plain visit. */
export type Tap =
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'unsure'; answer: string }
  | { kind: 'pending'; answer: string };

export type DecideProps = {
  frame: Frame;
  view: IncidentView;
  plan: Plan | null;
  decision: DecisionView;
  me: Person & Looker;
  people: readonly Person[];
  /** How to call everybody who may have answered. */
  names: ReadonlyMap<string, string>;
  /** The answer to be confirmed, from the address or the form. */
  check: string | null;
  /** Somebody who answered looks at the question again, to change the answer. */
  change: boolean;
  tap: Tap | null;
  draft: ReadonlyMap<string, string>;
  errors: ReadonlyMap<string, string>;
  once: string;
};

export type Parts = { title: string; bar?: Child; body: Child; tools: Child; one?: boolean };

export const Refused = ({ tap }: { tap: Tap | null }) =>
  tap?.kind === 'refused' ? (
    <div class="notice act" role="alert">
      <Glyph name="fail" />
      <h2>Your answer was not taken.</h2>
      <p>
        <Words of={tap.message} />
      </p>
    </div>
  ) : null;

export function Counter({ decision, now }: { decision: DecisionView; now: number }) {
  const { question } = decision;
  return (
    <div class="counter">
      <Countdown until={question.until} from={question.askedAt} now={now} />
      <p class="due-note">
        left. If nobody answers,
        <br />
        {question.kind !== 'failure' ? (
          <>
            it <b>counts as {labelOf(question, question.otherwise) ?? question.otherwise}</b> at{' '}
            {hourText(question.until)}.
          </>
        ) : (
          <>
            <b>the plan stops</b> at {hourText(question.until)}.
          </>
        )}
      </p>
    </div>
  );
}

export const Stamp = ({ glyph, words }: { glyph: GlyphName; words: string }) => (
  <div class="stamp">
    <Glyph name={glyph} />
    <h1>{words}</h1>
  </div>
);

export const OpenIncident = ({ view }: { view: IncidentView }) => (
  <a class="btn main" href={`/incidents/${view.id}`}>
    Open the incident
  </a>
);
