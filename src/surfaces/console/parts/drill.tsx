import type { Child } from 'hono/jsx';
import { roleInWords } from '../../../incident/decision.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import { listed } from '../../model/describe.ts';
import { type Place, scenarioText } from '../../model/drill.ts';
import type { Problem } from '../../problem.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import { roleTitle } from './strip.tsx';
import { Hash, Words } from './text.tsx';

export const drillAddress = (id: string, rest = ''): string => `/drills/${id}${rest}`;

export const rolesWords = (to: readonly string[]): string =>
  listed(to.map((role) => (role === 'everybody' ? 'everybody' : roleInWords(role))));

export const CHANNEL: Record<ExerciseView['injects'][number]['by'], { name: string; glyph: GlyphName }> = {
  alert: { name: 'Alert', glyph: 'alert' },
  slack: { name: 'Slack', glyph: 'say' },
  mail: { name: 'Mail', glyph: 'say' },
  phone: { name: 'Phone call', glyph: 'person' },
  news: { name: 'News article', glyph: 'info' },
  social: { name: 'Social media', glyph: 'info' },
  letter: { name: 'Letter', glyph: 'say' },
};

type TellProps = {
  drill: string;
  command: string;
  once: string;
  /** The page that holds the form: shown again, with what was typed, when it is not taken. */
  page: 'play' | 'board' | 'check' | 'inject';
  inject?: string;
  children?: Child;
  class?: string;
};

/** A form that tells the drill something. The same form sent twice counts once. */
export const Tell = ({ drill, command, once, page, inject, children, class: look }: TellProps) => (
  <form method="post" action={drillAddress(drill, '/commands')} class={look}>
    <input type="hidden" name="command" value={command} />
    <input type="hidden" name="page" value={page} />
    {inject !== undefined && <input type="hidden" name="inject" value={inject} />}
    <input type="hidden" name="once" value={`${once}-${command}${inject === undefined ? '' : `-${inject}`}`} />
    {children}
  </form>
);

/** Why something was not taken. What was typed still stands in its form. */
export const Refused = ({ problem }: { problem: Problem | null }) =>
  problem && (
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

/** What somebody is in this drill, in words. */
export function placeWords({ seats, staff }: Place): string {
  const words = [...seats, ...staff].map(roleInWords);
  return words.length > 0 ? `you are ${listed(words)}` : 'you do not take part';
}

type StripProps = { drill: Drill; place: Place; stage: string; cells?: Child };

export function DrillStrip({ drill, place, stage, cells }: StripProps) {
  const { script, playbook } = drill;
  return (
    <section class="strip drill" aria-label="Status">
      <div>
        <span class="xtag">EXERCISE</span>
      </div>
      <div class="wide">
        <span class="label">
          {drill.id} · {placeWords(place)}
        </span>
        <h1>
          <Words of={script.title} />
        </h1>
      </div>
      <div>
        <span class="label">Stage</span>
        <span class="value">{stage}</span>
      </div>
      <div class="deep">
        {cells ?? (
          <>
            <span class="label">Length</span>
            <span class="value">
              <Words of={script.length.title} />, {Math.round(script.length.ms / 60_000)} min
            </span>
          </>
        )}
      </div>
      <div class="deep">
        <span class="label">Playbook</span>
        <span class="value">
          <Hash of={playbook.hash} /> v{playbook.version}
        </span>
      </div>
    </section>
  );
}

type RosterProps = {
  drill: Drill;
  exercise: ExerciseView | null;
  names: ReadonlyMap<string, string>;
  /** Whose briefs are shown: a seat's is for whoever takes it. */
  seats: readonly string[] | 'all';
};

/** Who plays and who runs it. */
export function RosterSheet({ drill, exercise, names, seats }: RosterProps) {
  return (
    <section class="sheet" aria-labelledby="ro">
      <header>
        <h2 id="ro">Who takes part</h2>
      </header>
      <ul class="rows">
        {drill.script.seats.map(({ role, brief }) => {
          const people = drill.players.filter((one) => one.role === role).map(({ person }) => person);
          const away = exercise?.away.includes(role) && exercise.endedAt === undefined;
          return (
            <li>
              <div>
                <b>{roleTitle(role)}</b>
                {(seats === 'all' || seats.includes(role)) && (
                  <div class="sub">
                    <Words of={brief} />
                  </div>
                )}
              </div>
              <div class="end">
                {people.length === 0 ? (
                  <span class="quiet">a bot</span>
                ) : (
                  <Words of={people.map((id) => names.get(id) ?? id).join(', ')} />
                )}
                {away && <div class="sub">cannot be reached</div>}
              </div>
            </li>
          );
        })}
        {drill.staff.map(({ role, person }) => (
          <li>
            <div>
              <b>{roleTitle(role)}</b>
              <div class="sub">does not play</div>
            </div>
            <div class="end">
              <Words of={names.get(person) ?? person} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A moment of the scenario: since STARTEX. */
export const ScenarioTime = ({ at, exercise }: { at: number; exercise: Pick<ExerciseView, 'startedAt'> }) => (
  <time datetime={new Date(at).toISOString()}>{scenarioText(at - exercise.startedAt)}</time>
);

export const stageOf = (exercise: ExerciseView): string =>
  exercise.endedAt !== undefined ? 'Over' : exercise.paused ? 'Paused' : 'Playing';
