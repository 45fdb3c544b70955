import type { IncidentView } from '../../../incident/view.ts';
import { type Duty, isOpen, leftWords, maySettle } from '../../model/duties.ts';
import type { Looker } from '../../model/standing.ts';
import type { Problem } from '../../problem.ts';
import { Due, DutyMark, dutyAddress, TimeLeft } from '../parts/duties.tsx';
import { exerciseOf } from '../parts/exercise.ts';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { flat, When, Words } from '../parts/text.tsx';

export type Settling = 'met' | 'waived';
export const isSettling = (value: string | undefined): value is Settling => value === 'met' || value === 'waived';

/** What was typed. `given`: when the notice was given, in UTC; empty: now. */
export type DutyDraft = { text: string; given: string };

export type DutyProps = {
  frame: Frame;
  view: IncidentView;
  duty: Duty;
  me: Looker;
  names: ReadonlyMap<string, string>;
  timezone: string;
  /** What is about to be recorded; the form for it is shown. */
  check: Settling | null;
  draft: DutyDraft;
  /** What the form lacks, by field. */
  errors: Partial<DutyDraft> | null;
  /** Why it was not taken. */
  problem: Problem | null;
  once: string;
};

/** One duty to notify, and settling it: first what, then how or why with the consequence beneath. */
export function DutyPage(props: DutyProps) {
  const { frame, view, duty, timezone, errors, problem } = props;
  const title = `${errors || problem ? 'Error: ' : ''}Duty ${duty.number}: tell ${flat(duty.rule.whom, 80)} – ${view.id}`;
  return (
    <Page frame={frame} title={title} section="incidents" exercise={exerciseOf(view, props.me.id)}>
      <div class="narrow stack">
        <p>
          <a href={`/incidents/${view.id}`}>
            {view.id}: <Words of={flat(view.title, 80)} />
          </a>
        </p>
        {problem && <NotTaken problem={problem} />}
        <section class="sheet">
          <div class="duty-head">
            <div>
              <DutyMark duty={duty} />
              <h1>
                Tell <Words of={duty.rule.whom} />
              </h1>
            </div>
            {isOpen(duty) && (
              <div class="left">
                <TimeLeft duty={duty} now={frame.now} big />
              </div>
            )}
          </div>
          <Facts {...props} />
          <p class="small quiet after">
            The limit is the outer one: tell them without undue delay. Reference data, not legal advice.
          </p>
        </section>
        {isOpen(duty) ? <Settle {...props} /> : <Settled {...props} />}
        <p class="small quiet">All times on the timeline are UTC; the organisation’s clocks show {timezone}.</p>
      </div>
    </Page>
  );
}

function Facts({ duty, frame, timezone }: DutyProps) {
  const { rule } = duty;
  return (
    <dl class="facts">
      <div>
        <dt>Law</dt>
        <dd>
          <Words of={`${rule.article} of ${rule.law}`} />
          <span class="quiet">
            {' '}
            (<Words of={rule.jurisdiction} />)
          </span>
        </dd>
      </div>
      <div>
        <dt>Due</dt>
        <dd>
          <b>
            <Due at={duty.dueAt} timezone={timezone} />
          </b>
          , {leftWords(duty, frame.now)}
        </dd>
      </div>
      <div>
        <dt>Running since</dt>
        <dd>
          <Due at={duty.awareAt} timezone={timezone} />, when <Words of={rule.starts} />
        </dd>
      </div>
      <div>
        <dt>Answers for it</dt>
        <dd>{duty.ownerWords}</dd>
      </div>
      {rule.content.length > 0 && (
        <div>
          <dt>The notice must hold</dt>
          <dd>
            <ul class="dots">
              {rule.content.map((one) => (
                <li>
                  <Words of={one} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
      {duty.reminders.length > 0 && (
        <div>
          <dt>Reminded</dt>
          <dd>
            {duty.reminders.map((at, i) => (
              <>
                {i > 0 ? '; ' : ''}
                <When at={at} now={frame.now} seconds={false} />
              </>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}

const WAYS = {
  met: {
    verb: 'It was given outside Tocsin',
    means: 'The clock stops; you say when it was given.',
    question: 'How was it given?',
    hint: 'To whom and by what way, with a reference if there is one. It goes on the timeline beside your name.',
    confirm: 'Confirm: the notice was given',
  },
  waived: {
    verb: 'It need not be given',
    means: 'The clock stops; nobody is reminded any more.',
    question: 'Why need it not be given?',
    hint: 'Your judgement, as an auditor will read it. It goes on the timeline beside your name.',
    confirm: 'Confirm: the notice need not be given',
  },
} as const satisfies Record<Settling, Record<'verb' | 'means' | 'question' | 'hint' | 'confirm', string>>;

function Settle(props: DutyProps) {
  const { duty, me, check } = props;
  if (!maySettle(duty, me))
    return (
      <section class="sheet" aria-labelledby="st">
        <h2 id="st">Not yours to settle</h2>
        <p class="second">
          {duty.ownerWords.replace(/^./, (c) => c.toUpperCase())} answers for it. They, or the incident commander, say
          what became of it; a step of the plan that sends the notice settles it by itself.
        </p>
      </section>
    );
  if (check !== null) return <Check {...props} check={check} />;
  return (
    <section class="sheet noprint" aria-labelledby="st">
      <header>
        <h2 id="st">What became of it?</h2>
      </header>
      <p class="second">A step of the plan that sends the notice settles it by itself. Otherwise:</p>
      <div class="btns after">
        {(['waived', 'met'] as const).map((way) => (
          <a class="btn" href={`${dutyAddress(duty)}?check=${way}`} data-key={way}>
            <span>
              {WAYS[way].verb}
              <span class="what">{WAYS[way].means}</span>
            </span>
          </a>
        ))}
      </div>
    </section>
  );
}

function Check({ duty, check, draft, errors, once }: DutyProps & { check: Settling }) {
  const way = WAYS[check];
  return (
    <section class="sheet noprint" aria-labelledby="st">
      <header>
        <h2 id="st">{way.verb}?</h2>
      </header>
      <form method="post" action={dutyAddress(duty)} class="form" data-send data-then={dutyAddress(duty)}>
        <input type="hidden" name="outcome" value={check} />
        <input type="hidden" name="once" value={once} />
        <p class="second">The clock stops. What you say cannot be taken back.</p>
        <div class="field">
          <label for="text">{way.question}</label>
          <textarea
            id="text"
            name="text"
            rows={4}
            required
            maxlength={2_000}
            aria-invalid={errors?.text ? 'true' : undefined}
            aria-describedby={errors?.text ? 'text-error text-hint' : 'text-hint'}
          >
            {draft.text}
          </textarea>
          {errors?.text && (
            <span class="hint c-act" id="text-error" role="alert">
              Error: {errors.text}
            </span>
          )}
          <span class="hint" id="text-hint">
            {way.hint}
          </span>
        </div>
        {check === 'met' && <Given typed={draft.given} error={errors?.given} />}
        <div class="btns">
          <button class="btn main" type="submit">
            {way.confirm}
          </button>
          <a class="btn" href={dutyAddress(duty)}>
            Go back
          </a>
        </div>
      </form>
    </section>
  );
}

const Given = ({ typed, error }: { typed: string; error: string | undefined }) => (
  <div class="field">
    <label for="given">
      When was it given? <span class="quiet">(optional)</span>
    </label>
    <input
      id="given"
      name="given"
      type="datetime-local"
      value={typed}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby="given-hint"
    />
    <span class={error ? 'hint c-act' : 'hint'} id="given-hint">
      {error ? `Error: ${error}` : 'In UTC. Left empty, it counts as given now, and as late when the limit has passed.'}
    </span>
  </div>
);

function Settled({ duty, names, frame }: DutyProps) {
  const { settled } = duty;
  if (!settled) return null;
  return (
    <section class="sheet" aria-labelledby="st">
      <header>
        <h2 id="st">{duty.state === 'waived' ? 'It need not be given' : 'It was given'}</h2>
      </header>
      <p>
        <When at={settled.at} now={frame.now} />
        {settled.recordedAt !== settled.at && (
          <>
            {' '}
            (as recorded <When at={settled.recordedAt} now={frame.now} />)
          </>
        )}
        , {settled.person === null ? 'by the plan' : <Words of={names.get(settled.person) ?? settled.person} />}:{' '}
        <Words of={settled.words} />
      </p>
      <p class="second">{leftWords(duty, frame.now).replace(/^./, (c) => c.toUpperCase())}.</p>
    </section>
  );
}

const NotTaken = ({ problem }: { problem: Problem }) => (
  <div class="notice act" role="alert">
    <Glyph name="fail" />
    <h2>
      <Words of={problem.message} />
    </h2>
    <p>
      {problem.notDone ?? 'Nothing was changed.'} {problem.next}
    </p>
  </div>
);
