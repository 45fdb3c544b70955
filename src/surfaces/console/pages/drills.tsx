import { minutesWords } from '../../../simulator/exchange/msel.ts';
import type { Drill, Offer } from '../../drills/contract.ts';
import type { DrillLine } from '../../drills/notices.ts';
import { placeIn } from '../../model/drill.ts';
import { bothMoments, utcMoment } from '../../model/duties.ts';
import { Prose } from '../../papers/paper.tsx';
import type { Problem } from '../../problem.ts';
import { drillAddress, placeWords, Refused } from '../parts/drill.tsx';
import { DrillLines } from '../parts/drill-lines.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { roleTitle } from '../parts/strip.tsx';
import { flat, Words } from '../parts/text.tsx';

export type DrillsProps = {
  frame: Frame;
  drills: readonly Drill[];
  offers: readonly Offer[];
  me: string;
  names: ReadonlyMap<string, string>;
  timezone: string;
  /** How far each playbook that can be played was drilled, in words, by its name. */
  drilled: ReadonlyMap<string, string>;
  lines: readonly DrillLine[];
  /** What "train alone" was sent with, and why it was not taken. */
  draft: ReadonlyMap<string, string>;
  problem: Problem | null;
  once: string;
};

/** What runs, what is planned, what is over, and what can be played. */
export function DrillsPage(props: DrillsProps) {
  const { frame, drills, offers, problem } = props;
  const of = (...status: Drill['status'][]) => drills.filter((drill) => status.includes(drill.status));
  const [running, planned, over] = [of('running'), of('planned'), of('ended', 'cancelled')];
  const soonest = planned.toSorted((a, b) => (a.at ?? Number.MAX_VALUE) - (b.at ?? Number.MAX_VALUE));
  return (
    <Page frame={frame} title={problem ? 'Error: drills' : 'Drills'} section="drills">
      <header class="page-head">
        <h1>Drills</h1>
        <a href="/drills/trends">Trends</a>
        <a href="/drills/coverage">Coverage</a>
        <a href="/improvements">Improvement items</a>
        <a class="btn" href="/drills/new">
          Plan a drill
        </a>
      </header>
      <div class="stack">
        <Refused problem={problem} />
        {running.length > 0 && <List {...props} title="Running" list={running} />}
        {running.length + planned.length === 0 && (
          <section class="sheet">
            <h2>No drill runs, none is planned</h2>
            <p class="second">
              Plan one below: a quarter of an hour is enough to learn something. Nothing real can be touched from a
              drill: only the world is simulated; the playbook, the decisions and the pages are those of an incident.
            </p>
          </section>
        )}
        {props.lines.length > 0 && <DrillLines lines={props.lines} />}
        {planned.length > 0 && <List {...props} title="Planned" list={soonest} />}
        <section class="sheet" aria-labelledby="of">
          <header>
            <h2 id="of">What can be played</h2>
            <span class="quiet">{offers.length === 1 ? '1 simulation' : `${offers.length} simulations`}</span>
          </header>
          {offers.length === 0 && (
            <p class="second">
              There is no simulation. Put files into <code>simulations/</code>; <code>tocsin simulation new</code>{' '}
              writes one.
            </p>
          )}
          <div class="offers">
            {offers.map((offer) => (
              <OfferPart {...props} offer={offer} />
            ))}
          </div>
        </section>
        {over.length > 0 && <List {...props} title="Over" list={over} />}
      </div>
    </Page>
  );
}

function List(props: DrillsProps & { title: string; list: readonly Drill[] }) {
  const { title, list } = props;
  const id = `list-${title.toLowerCase()}`;
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span class="quiet">{list.length}</span>
      </header>
      <ul class="rows fold">
        {list.map((drill) => (
          <Row {...props} drill={drill} />
        ))}
      </ul>
    </section>
  );
}

/** Its title and who takes part: nothing that would spoil it. */
function Row({ drill, me, names, timezone }: DrillsProps & { drill: Drill }) {
  const { id, script, players, staff } = drill;
  const place = placeIn(drill, me);
  const people = [...new Set([...players, ...staff].map(({ person }) => names.get(person) ?? person))];
  return (
    <li>
      <div>
        <span class="xtag">EXERCISE</span>{' '}
        <a class="who" href={drillAddress(id)} data-row>
          <Words of={script.title} />
        </a>
        <div class="sub">
          {id} · <Words of={script.length.title} />, {minutesWords(script.length.ms)} · <Words of={people.join(', ')} />
        </div>
      </div>
      <div class="end">
        <div>{whenWords(drill, timezone)}</div>
        <div class="sub">
          {drill.status === 'ended' ? (
            <a href={drillAddress(id, '/report')}>
              After-action report<span class="sr">: {flat(script.title)}</span>
            </a>
          ) : place.onRoster ? (
            placeWords(place)
          ) : (
            'you do not take part'
          )}
        </div>
      </div>
    </li>
  );
}

function whenWords(drill: Drill, timezone: string): string {
  switch (drill.status) {
    case 'planned':
      return drill.at === null ? 'no date yet' : bothMoments(drill.at, timezone);
    case 'cancelled':
      return 'called off';
    case 'running':
      return drill.startedAt === null ? 'starting' : `since ${utcMoment(drill.startedAt)}`;
    case 'ended':
      return drill.startedAt === null ? 'over' : utcMoment(drill.startedAt);
    default:
      return drill.status satisfies never;
  }
}

function OfferPart(props: DrillsProps & { offer: Offer }) {
  const { offer, drilled } = props;
  const { simulation, title, about, playbook, lengths, seats, references, problems } = offer;
  const broken = problems.some(({ severity }) => severity === 'error');
  return (
    <section class="offer" aria-labelledby={`offer-${simulation}`}>
      <h3 id={`offer-${simulation}`}>
        <Words of={title} />
      </h3>
      {!broken && (
        <>
          <details id={`about-${simulation}`}>
            <summary>The situation, as players know it</summary>
            <div class="words-of after">
              <Prose of={about} />
            </div>
          </details>
          <dl class="facts">
            <div>
              <dt>Length</dt>
              <dd>
                <Words of={lengths.map((one) => `${one.title}, ${minutesWords(one.ms)}`).join(' · ')} />
              </dd>
            </div>
            <div>
              <dt>Playbook</dt>
              <dd>
                <a href={`/playbooks/${playbook}`}>{playbook}</a>, {drilled.get(playbook)}
              </dd>
            </div>
            <div>
              <dt>Seats</dt>
              <dd>
                {seats.map(({ role, needed }, i) => (
                  <>
                    {i > 0 && ', '}
                    {roleTitle(role)}
                    {needed && <span class="quiet"> (needed)</span>}
                  </>
                ))}
                . Bots take those that are left.
              </dd>
            </div>
            <div>
              <dt>Built on</dt>
              <dd>
                <Words of={references.join('; ') || 'nothing that is named'} />
              </dd>
            </div>
          </dl>
        </>
      )}
      {broken ? <Broken offer={offer} /> : <Alone {...props} />}
    </section>
  );
}

const Broken = ({ offer }: { offer: Offer }) => (
  <div class="notice">
    <Glyph name="info" />
    <h4>It cannot be played here</h4>
    <ul>
      {offer.problems.map(({ message }) => (
        <li>
          <Words of={message} />
        </li>
      ))}
    </ul>
  </div>
);

/** One person and bots: it starts at once. */
function Alone({ offer, draft, once }: DrillsProps & { offer: Offer }) {
  const { simulation, seats, lengths, title } = offer;
  const typed = draft.get('simulation') === simulation ? draft : new Map<string, string>();
  const shortest = lengths.toSorted((a, b) => a.ms - b.ms)[0]?.name;
  return (
    <>
      <form method="post" action="/drills/alone" class="alone noprint">
        <input type="hidden" name="simulation" value={simulation} />
        <input type="hidden" name="once" value={`${once}-${simulation}`} />
        <div class="field">
          <label for={`seat-${simulation}`}>Train alone now, as</label>
          <select id={`seat-${simulation}`} name="seat">
            {seats.map(({ role }) => (
              <option value={role} selected={role === typed.get('seat')}>
                {roleTitle(role)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for={`length-${simulation}`}>For</label>
          <select id={`length-${simulation}`} name="length">
            {lengths.map(({ name, title: words, ms }) => (
              <option value={name} selected={name === (typed.get('length') ?? shortest)}>
                {flat(words, 60)}, {minutesWords(ms)}
              </option>
            ))}
          </select>
        </div>
        <button class="btn" type="submit" aria-label={`Start now: ${flat(title)}`}>
          Start now
        </button>
      </form>
      <p class="small after">
        <a href={`/drills/new?simulation=${simulation}`}>
          Plan it with others<span class="sr">: {flat(title)}</span>
        </a>
      </p>
    </>
  );
}
