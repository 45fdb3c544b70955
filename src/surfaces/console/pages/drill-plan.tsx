import { RATE_MAX } from '../../../incident/exercise-messages.ts';
import { minutesWords } from '../../../simulator/exchange/msel.ts';
import type { Drill, Offer } from '../../drills/contract.ts';
import type { Person } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { drillAddress, Refused } from '../parts/drill.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { roleTitle } from '../parts/strip.tsx';
import { flat, Words } from '../parts/text.tsx';

/** What the form holds, as it was typed; and what does not fit, by field. */
export type PlanFields = ReadonlyMap<string, string>;
export type PlanFaults = ReadonlyMap<string, string>;

export type PlanPageProps = {
  frame: Frame;
  offer: Offer;
  /** The drill that is changed; null: a new one. */
  drill: Drill | null;
  people: readonly Person[];
  timezone: string;
  fields: PlanFields;
  faults: PlanFaults;
  problem: Problem | null;
  once: string;
};

const STAFF = [
  { role: 'facilitator', does: 'Runs the drill: fires injects, gives hints, plays the outside world.' },
  { role: 'evaluator', does: 'Watches what players do and notes it.' },
  { role: 'observer', does: 'Watches to learn.' },
] as const;

/** Who plays what, when, and how fast. Seats that nobody takes are played by bots. */
export function DrillPlanPage(props: PlanPageProps) {
  const { frame, offer, drill, faults, problem, once } = props;
  const title = `${drill ? 'Change the drill' : 'Plan a drill'}: ${flat(offer.title, 80)}`;
  return (
    <Page frame={frame} title={problem || faults.size > 0 ? `Error: ${title}` : title} section="drills">
      <div class="narrow stack">
        <h1>
          {drill ? 'Change the drill' : 'Plan a drill'}: <Words of={offer.title} />
        </h1>
        {!drill && (
          <p class="second">
            Another simulation? <a href="/drills">See what can be played.</a>
          </p>
        )}
        <Refused problem={problem} />
        {faults.size > 0 && !problem && <Faults faults={faults} />}
        <form method="post" action={drill ? drillAddress(drill.id, '/change') : '/drills'} class="stack">
          <input type="hidden" name="once" value={once} />
          <input type="hidden" name="simulation" value={offer.simulation} />
          <When {...props} />
          <Seats {...props} />
          <StaffFields {...props} />
          <Rest {...props} />
          <div class="btns">
            <button class="btn main" type="submit">
              {drill ? 'Keep the changes' : 'Plan the drill'}
            </button>
            <a class="btn quiet" href={drill ? drillAddress(drill.id) : '/drills'}>
              Cancel
            </a>
          </div>
        </form>
      </div>
    </Page>
  );
}

const Faults = ({ faults }: { faults: PlanFaults }) => (
  <div class="notice act" role="alert">
    <h2>Nothing was planned yet</h2>
    <ul>
      {[...faults].map(([field, message]) => (
        <li>
          <a href={`#plan-${field}`}>{message}</a>
        </li>
      ))}
    </ul>
  </div>
);

const Fault = ({ field, faults }: { field: string; faults: PlanFaults }) =>
  faults.has(field) ? (
    <span class="hint c-act" id={`fault-${field}`}>
      Error: {faults.get(field)}
    </span>
  ) : null;

const faultProps = (field: string, faults: PlanFaults) =>
  faults.has(field) ? { 'aria-invalid': 'true' as const, 'aria-describedby': `fault-${field}` } : {};

function When({ offer, drill, timezone, fields, faults }: PlanPageProps) {
  return (
    <section class="sheet form" aria-labelledby="wh">
      <h2 id="wh">When, and for how long</h2>
      {drill ? (
        <p class="second">
          <Words of={drill.script.length.title} />, {minutesWords(drill.script.length.ms)}. Plan another drill for
          another length.
        </p>
      ) : (
        <div class="field">
          <label for="plan-length">Length</label>
          <select id="plan-length" name="length" {...faultProps('length', faults)}>
            {offer.lengths.map(({ name, title, ms }) => (
              <option value={name} selected={name === fields.get('length')}>
                {flat(title, 60)}, {minutesWords(ms)}
              </option>
            ))}
          </select>
          <Fault field="length" faults={faults} />
        </div>
      )}
      <div class="when-fields">
        <div class="field">
          <label for="plan-date">Date</label>
          <input
            id="plan-date"
            name="date"
            type="date"
            value={fields.get('date') ?? ''}
            {...faultProps('date', faults)}
          />
        </div>
        <div class="field">
          <label for="plan-time">Time</label>
          <input
            id="plan-time"
            name="time"
            type="time"
            value={fields.get('time') ?? ''}
            {...faultProps('date', faults)}
          />
        </div>
        <span class="second small">{timezone} time. Both empty: not settled yet.</span>
      </div>
      <Fault field="date" faults={faults} />
    </section>
  );
}

function Seats({ offer, people, fields, faults }: PlanPageProps) {
  return (
    <section class="sheet form" aria-labelledby="st" id="plan-seats">
      <h2 id="st">Who plays</h2>
      <p class="second">
        Anybody can learn any seat: in a drill the seat counts, not the role somebody has at work. Bots take the others,
        and are labelled so.
      </p>
      <Fault field="seats" faults={faults} />
      <div class="seats">
        {offer.seats.map(({ role, needed }) => (
          <SeatField role={role} needed={needed} people={people} fields={fields} faults={faults} />
        ))}
      </div>
    </section>
  );
}

type SeatProps = Pick<PlanPageProps, 'people' | 'fields' | 'faults'> & { role: string; needed: boolean };

/** One chooser for each who has taken it, and for one more where others share it already. */
function SeatField({ role, needed, people, fields, faults }: SeatProps) {
  const taken = [...fields].filter(([name, value]) => name.startsWith(`seat.${role}.`) && value !== '');
  const count = Math.max(1, taken.length > 1 ? taken.length + 1 : 1);
  return (
    <div class="field">
      <label for={`plan-seat-${role}-0`}>
        {roleTitle(role)} {needed && <span class="quiet">(needed)</span>}
      </label>
      {Array.from({ length: count }, (_, i) => (
        <select
          id={`plan-seat-${role}-${i}`}
          name={`seat.${role}.${i}`}
          aria-label={i > 0 ? `${roleTitle(role)}, another` : undefined}
          {...faultProps('seats', faults)}
        >
          <option value="">{i === 0 ? 'A bot' : 'Nobody else'}</option>
          {people.map(({ id, name }) => (
            <option value={id} selected={id === taken[i]?.[1]}>
              {flat(name, 60)}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}

function StaffFields({ people, fields, faults }: PlanPageProps) {
  return (
    <section class="sheet form" aria-labelledby="sf" id="plan-staff">
      <h2 id="sf">Who runs it and who watches</h2>
      <p class="second">
        Nobody has to. Without a facilitator everything comes by itself, and the players themselves may pause and end
        it. The staff know what will come, so they never play.
      </p>
      <Fault field="staff" faults={faults} />
      {STAFF.map(({ role, does }) => (
        <details id={`staff-${role}`} open={[...fields.keys()].some((name) => name.startsWith(`staff.${role}.`))}>
          <summary>
            <b>{roleTitle(role)}</b> <span class="second">{does}</span>
          </summary>
          <fieldset>
            <legend>{roleTitle(role)}</legend>
            <div class="picks">
              {people.map(({ id, name }) => (
                <label class="check" for={`staff-${role}-${id}`}>
                  <input
                    type="checkbox"
                    id={`staff-${role}-${id}`}
                    name={`staff.${role}.${id}`}
                    value="yes"
                    checked={fields.has(`staff.${role}.${id}`)}
                  />{' '}
                  <Words of={name} />
                </label>
              ))}
            </div>
          </fieldset>
        </details>
      ))}
    </section>
  );
}

const PACES = [1, 2, 4, 10];

function Rest({ fields, faults }: PlanPageProps) {
  const pace = Number(fields.get('rate') ?? '1');
  const paces =
    PACES.includes(pace) || !(pace >= 1 && pace <= RATE_MAX) ? PACES : [...PACES, pace].toSorted((a, b) => a - b);
  return (
    <section class="sheet form" aria-labelledby="re">
      <h2 id="re">Pace and note</h2>
      <div class="field">
        <label for="plan-rate">Pace of the scenario while nobody is asked</label>
        <select id="plan-rate" name="rate" {...faultProps('rate', faults)}>
          {paces.map((one) => (
            <option value={String(one)} selected={one === pace}>
              {one === 1 ? '×1, as the clock on the wall' : `×${one}`}
            </option>
          ))}
        </select>
        <span class="hint">People’s time is never scaled: while somebody is asked, it runs with the wall.</span>
        <Fault field="rate" faults={faults} />
      </div>
      <div class="field">
        <label for="plan-note">
          Note to everybody <span class="quiet">(optional)</span>
        </label>
        <textarea id="plan-note" name="note" rows={3} maxlength={2_000} {...faultProps('note', faults)}>
          {fields.get('note') ?? ''}
        </textarea>
        <span class="hint">Where to meet, what to bring. It stands in the briefing and in the calendar.</span>
        <Fault field="note" faults={faults} />
      </div>
    </section>
  );
}

type ChooseProps = { frame: Frame; offers: readonly Offer[]; unknown: string | null };

/** Before the form: what is to be played. */
export function ChooseSimulationPage({ frame, offers, unknown }: ChooseProps) {
  const playable = offers.filter(({ problems }) => !problems.some(({ severity }) => severity === 'error'));
  return (
    <Page frame={frame} title="Plan a drill" section="drills">
      <div class="narrow stack">
        <h1>Plan a drill</h1>
        {unknown !== null && (
          <div class="notice act" role="alert">
            <h2>
              There is no simulation “<Words of={unknown} />” that can be played
            </h2>
            <p>Choose one of these.</p>
          </div>
        )}
        <section class="sheet" aria-labelledby="wp">
          <h2 id="wp">What do you want to play?</h2>
          {playable.length === 0 ? (
            <p class="second after">
              No simulation can be played. <a href="/drills">See why.</a>
            </p>
          ) : (
            <ul class="rows after">
              {playable.map(({ simulation, title, playbook, lengths }) => (
                <li>
                  <div>
                    <a class="who" href={`/drills/new?simulation=${simulation}`} data-row>
                      <Words of={title} />
                    </a>
                    <div class="sub">{playbook}</div>
                  </div>
                  <div class="end">{lengths.map(({ ms }) => minutesWords(ms)).join(' or ')}</div>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </Page>
  );
}
