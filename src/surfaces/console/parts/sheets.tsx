import { agreement, labelOf, seatsInWords } from '../../../incident/decision.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import { outcomeWord } from '../../model/describe.ts';
import { type Next, whatNext } from '../../model/next.ts';
import { Glyph } from './glyph.tsx';
import type { Prepared } from './incident-props.ts';
import { roleTitle } from './strip.tsx';
import { Countdown, When, Words } from './text.tsx';

export function NextSheet({ view, tree, me, frame }: Prepared) {
  const list = whatNext(view, tree, me, frame.now);
  return (
    <section class="sheet" aria-labelledby="nx">
      <header>
        <h2 id="nx">What happens next</h2>
      </header>
      <ol class="next">
        {list.map((next) => (
          <NextRow next={next} incident={view.id} now={frame.now} />
        ))}
      </ol>
    </section>
  );
}

function NextRow({ next, incident, now }: { next: Next; incident: string; now: number }) {
  return (
    <li>
      <span class="when">
        {typeof next.when === 'string' ? (
          next.when
        ) : (
          <>
            In <Countdown until={next.when.until} now={now} />
          </>
        )}
      </span>
      <span>
        {next.lead && (
          <>
            <b class={next.tone === 'failed' ? 'c-act' : undefined}>
              <Words of={next.lead} />
            </b>{' '}
          </>
        )}
        <Words of={next.text} />
        {next.decision !== undefined && (
          <>
            {' '}
            <a href={`/incidents/${incident}/decisions/${next.decision}`}>Open decision {next.decision}</a>
          </>
        )}
      </span>
    </li>
  );
}

export function DecisionsSheet({ view, names, frame }: Prepared) {
  return (
    <section class="sheet" aria-labelledby="de">
      <header>
        <h2 id="de">Decisions</h2>
        <span class="quiet">{view.decisions.length === 0 ? 'none yet' : `${view.decisions.length} so far`}</span>
      </header>
      {view.decisions.length === 0 ? (
        <p class="second">When the plan asks people, each question and its answer are kept here.</p>
      ) : (
        <ol class="rows fold">
          {view.decisions.toReversed().map((decision) => (
            <DecisionRow view={view} decision={decision} names={names} now={frame.now} />
          ))}
        </ol>
      )}
    </section>
  );
}

type DecisionRowProps = { view: IncidentView; decision: DecisionView; names: ReadonlyMap<string, string>; now: number };

function DecisionRow({ view, decision, names, now }: DecisionRowProps) {
  const { question, made, withdrawn } = decision;
  const who = made?.people.map((id) => names.get(id) ?? id).join(', ');
  return (
    <li>
      <div>
        <a class="who" href={`/incidents/${view.id}/decisions/${question.number}`} data-row>
          {question.number}. <Words of={question.question} />
        </a>
        <div class="sub">
          {made && (
            <>
              {made.by === 'default' ? 'Nobody answered in time' : <Words of={who ?? ''} />}
              {made.reason && (
                <>
                  : “<Words of={made.reason} />”
                </>
              )}
            </>
          )}
          {withdrawn && (
            <>
              No longer asked: <Words of={withdrawn.because} />
            </>
          )}
          {!made && !withdrawn && <>Asks the {seatsInWords(question.by)}</>}
        </div>
      </div>
      <div class="end">
        {made ? (
          <span class="state">
            <Glyph name={made.outcome === agreement(decision.question)?.no ? 'skip' : 'done'} />
            <Words
              of={
                made.by === 'default'
                  ? `Counts as ${labelOf(question, made.outcome) ?? made.outcome}`
                  : outcomeWord(made.outcome, question)
              }
            />
          </span>
        ) : withdrawn ? (
          <span class="state">
            <Glyph name="skip" />
            Withdrawn
          </span>
        ) : (
          <span>
            <Countdown until={question.until} from={question.askedAt} now={now} /> <span class="label">left</span>
          </span>
        )}
        {made && (
          <div class="label">
            <When at={made.at} now={now} />
          </div>
        )}
      </div>
    </li>
  );
}

/** Roles this incident needs or has given, with who holds them and whether something waits for them. */
export function PeopleSheet({ view, people, roles, me, names }: Prepared) {
  const asked = new Set(openDecisions(view).flatMap((decision) => decision.question.by.map((seat) => seat.role)));
  const known = new Map(roles.map((role) => [role.id, role.title]));
  const rows = [...new Set([...Object.keys(view.roles), ...asked, ...known.keys()])];
  return (
    <section class="sheet" aria-labelledby="pe">
      <header>
        <h2 id="pe">People</h2>
      </header>
      <ul class="rows fold">
        {rows.map((role) => {
          const assigned = view.roles[role];
          const holders = people.filter((person) => person.roles.includes(role) && person.id !== assigned);
          const list = [
            ...(assigned ? [names.get(assigned) ?? assigned] : []),
            ...holders.map((person) => person.name),
          ];
          return (
            <li>
              <div>
                <div class="who">{known.get(role) ?? roleTitle(role)}</div>
                <div class="sub">
                  {list.length === 0 ? 'Nobody holds this role' : <Words of={list.join(', ')} />}
                  {me.roles.includes(role) ? ' · you hold it' : ''}
                </div>
              </div>
              <div class="end">
                {asked.has(role) ? (
                  <span class="state">
                    <Glyph name="ask" />
                    asked
                  </span>
                ) : assigned ? (
                  <span class="small quiet">assigned here</span>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
      {view.requester && (
        <p class="small quiet after">
          Opened by <Words of={names.get(view.requester) ?? view.requester} />. Whoever opens an incident decides on it
          only where the playbook allows it.
        </p>
      )}
    </section>
  );
}
