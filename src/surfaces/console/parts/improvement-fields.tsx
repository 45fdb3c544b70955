import type { Child } from 'hono/jsx';
import type { GoalOffer, ShownImprovement } from '../../improvements/contract.ts';
import type { Person } from '../../ports.ts';
import { flat } from './text.tsx';

export type ImprovementDraft = ReadonlyMap<string, string>;

type FieldsProps = { draft: ImprovementDraft; people: readonly Person[]; goals: readonly GoalOffer[]; prefix: string };

/** What is written about an item, for a new one and for one that is changed. */
export function ImprovementFields({ draft, people, goals, prefix }: FieldsProps) {
  const id = (name: string) => `${prefix}-${name}`;
  const value = (name: string) => draft.get(name) ?? '';
  return (
    <>
      <Field id={id('issue')} label="What went wrong, or could be better">
        <textarea id={id('issue')} name="issue" rows={3} required maxlength={2_000}>
          {value('issue')}
        </textarea>
      </Field>
      <Field id={id('action')} label="What is to be done about it">
        <textarea id={id('action')} name="action" rows={3} required maxlength={2_000}>
          {value('action')}
        </textarea>
      </Field>
      <Field id={id('owner')} label="Who sees to it">
        <select id={id('owner')} name="owner" required>
          <option value="">Choose</option>
          {people.map((person) => (
            <option value={person.id} selected={person.id === value('owner')}>
              {flat(person.name, 60)}
            </option>
          ))}
        </select>
      </Field>
      <Field
        id={id('due')}
        label="Due on"
        hint="Where there is a mail server, its owner is reminded a week before, on the day, and weekly after it."
      >
        <input
          id={id('due')}
          name="due"
          type="date"
          required
          value={value('due')}
          aria-describedby={`${id('due')}-hint`}
        />
      </Field>
      <Field id={id('start')} label="Starts on" optional>
        <input id={id('start')} name="start" type="date" value={value('start')} />
      </Field>
      <Field id={id('goal')} label="Which drill shows that it is done" optional>
        <select id={id('goal')} name="goal">
          <option value="">None: it is closed for a reason</option>
          {goals.map(({ simulation, title, objectives }) => (
            <optgroup label={flat(title, 60)}>
              {objectives.map((objective) => {
                const goal = `${simulation}/${objective.id}`;
                return (
                  <option value={goal} selected={goal === value('goal')}>
                    {flat(objective.title, 90)}
                  </option>
                );
              })}
            </optgroup>
          ))}
        </select>
      </Field>
      <Field id={id('atLeast')} label="Rated at least">
        <select id={id('atLeast')} name="atLeast">
          {RATINGS.map(({ rating, words }) => (
            <option value={rating} selected={rating === (value('atLeast') || 'P')}>
              {words}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

const RATINGS = [
  { rating: 'P', words: 'P: performed without challenges' },
  { rating: 'S', words: 'S: with some challenges' },
  { rating: 'M', words: 'M: with major challenges' },
] as const;

type FieldProps = { id: string; label: string; optional?: boolean; hint?: string; children?: Child };
export const Field = ({ id, label, optional, hint, children }: FieldProps) => (
  <div class="field">
    <label for={id}>
      {label} {optional && <span class="quiet">(optional)</span>}
    </label>
    {children}
    {hint !== undefined && (
      <span class="hint" id={`${id}-hint`}>
        {hint}
      </span>
    )}
  </div>
);

/** An item as its form shows it. */
export const draftOf = ({ issue, action, owner, due, start, goal }: ShownImprovement): ImprovementDraft =>
  new Map([
    ...Object.entries({ issue, action, owner, due, start: start ?? '' }),
    ['goal', goal ? `${goal.simulation}/${goal.objective}` : ''],
    ['atLeast', goal?.atLeast ?? 'P'],
  ]);
