import type { GoalOffer, ShownImprovement } from '../../improvements/contract.ts';
import type { Person } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { Refused } from '../parts/drill.tsx';
import { Field, type ImprovementDraft, ImprovementFields } from '../parts/improvement-fields.tsx';
import { ImprovementRow } from '../parts/improvements.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { flat } from '../parts/text.tsx';

export type ImprovementsProps = {
  frame: Frame;
  items: readonly ShownImprovement[];
  me: string;
  people: readonly Person[];
  names: ReadonlyMap<string, string>;
  /** What the list is narrowed to. */
  owner: string | null;
  from: string | null;
};

/** What is to be better: what is open first, the soonest due first. */
export function ImprovementsPage(props: ImprovementsProps) {
  const { frame, items, me, people, owner, from } = props;
  const of = (status: ShownImprovement['status']) => items.filter((item) => item.status === status);
  return (
    <Page frame={frame} title="Improvement items" section="drills">
      <header class="page-head">
        <h1>Improvement items</h1>
      </header>
      <form method="get" action="/improvements" class="filter">
        {from !== null && <input type="hidden" name="from" value={from} />}
        <div class="field">
          <label for="owner">Whose</label>
          <select id="owner" name="owner">
            <option value="">Everybody’s</option>
            {people.map((person) => (
              <option value={person.id} selected={person.id === owner}>
                {person.id === me ? `Mine (${flat(person.name, 60)})` : flat(person.name, 60)}
              </option>
            ))}
          </select>
        </div>
        <button class="btn" type="submit">
          Show
        </button>
      </form>
      <div class="stack">
        {from !== null && (
          <p class="second">
            Only what was learnt in{' '}
            <a href={from.startsWith('EX-') ? `/drills/${from}` : `/incidents/${from}`}>{from}</a>.{' '}
            <a href="/improvements">Show all.</a>
          </p>
        )}
        {items.length === 0 && (
          <section class="sheet">
            <h2>Nothing is written down{owner === null && from === null ? '' : ' here'}</h2>
            <p class="second">
              What is to be better is written down on the page of a drill that is over, or of an incident that is
              closed: who sees to it, and by when.
            </p>
            <p class="btns after">
              <a class="btn" href="/drills">
                Drills
              </a>
              <a class="btn" href="/incidents">
                Incidents
              </a>
            </p>
          </section>
        )}
        <List {...props} title="Open" list={of('open')} />
        <List {...props} title="Done, not closed" list={of('done')} />
        <List {...props} title="Closed" list={of('closed')} />
      </div>
    </Page>
  );
}

function List({ title, list, me, names }: ImprovementsProps & { title: string; list: readonly ShownImprovement[] }) {
  if (list.length === 0) return null;
  const id = `list-${title.split(/\W/)[0]?.toLowerCase()}`;
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span class="quiet">{list.length}</span>
      </header>
      <ul class="rows fold">
        {list.map((item) => (
          <ImprovementRow item={item} me={me} names={names} />
        ))}
      </ul>
    </section>
  );
}

export type NewImprovementProps = {
  frame: Frame;
  from: string;
  title: string;
  objectives: readonly { id: string; title: string }[];
  people: readonly Person[];
  goals: readonly GoalOffer[];
  draft: ImprovementDraft;
  problem: Problem | null;
  once: string;
};

/** Writing one down. */
export function NewImprovementPage(props: NewImprovementProps) {
  const { frame, from, title, objectives, draft, problem, once } = props;
  return (
    <Page frame={frame} title={`${problem ? 'Error: ' : ''}New improvement item – ${from}`} section="drills">
      <div class="narrow stack">
        <p>
          <a href={from.startsWith('EX-') ? `/drills/${from}` : `/incidents/${from}`}>
            {from}: {flat(title, 80)}
          </a>
        </p>
        <h1>New improvement item</h1>
        <Refused problem={problem} />
        <form method="post" action="/improvements" class="sheet form">
          <input type="hidden" name="once" value={once} />
          <input type="hidden" name="from" value={from} />
          <ImprovementFields {...props} prefix="new" />
          {objectives.length > 0 && (
            <Field id="new-objective" label="The objective that it is about" optional>
              <select id="new-objective" name="objective">
                <option value="">None</option>
                {objectives.map(({ id, title }) => (
                  <option value={id} selected={id === draft.get('objective')}>
                    {flat(title, 90)}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field
            id="new-about"
            label="Events that it rests on"
            optional
            hint="Their numbers on the timeline, such as 14, 22."
          >
            <input
              id="new-about"
              name="about"
              inputmode="numeric"
              autocomplete="off"
              value={draft.get('about') ?? ''}
              aria-describedby="new-about-hint"
            />
          </Field>
          <div class="btns">
            <button class="btn main" type="submit">
              Write it down
            </button>
          </div>
        </form>
      </div>
    </Page>
  );
}
