import type { ExerciseView } from '../../../incident/exercise-view.ts';
import type { Drill } from '../../drills/contract.ts';
import { threadsOf } from '../../model/drill.ts';
import type { Draft } from '../pages/drill-play.tsx';
import { CHANNEL, Tell } from './drill.tsx';
import { roleTitle } from './strip.tsx';
import { flat } from './text.tsx';

type SayProps = {
  drill: Drill;
  exercise: ExerciseView;
  hinting: string | null;
  draft: Draft;
  once: string;
};

const typedIn = (draft: Draft, command: string): Draft => (draft.get('command') === command ? draft : new Map());

/** To whom: everybody, or seats. Without a tick nobody. */
export function ToField({ id, drill, typed, all }: { id: string; drill: Drill; typed: Draft; all: boolean }) {
  const fresh = typed.size === 0;
  const seats = ['everybody', ...drill.script.seats.map(({ role }) => role)];
  return (
    <fieldset>
      <legend>To whom</legend>
      <div class="picks">
        {seats.map((role) => (
          <label class="check" for={`${id}-${role}`}>
            <input
              type="checkbox"
              id={`${id}-${role}`}
              name={`to.${role}`}
              value="yes"
              checked={fresh ? all && role === 'everybody' : typed.has(`to.${role}`)}
            />{' '}
            {role === 'everybody' ? 'Everybody' : roleTitle(role)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export const ChannelField = ({ id, value }: { id: string; value: string }) => (
  <div class="field">
    <label for={id}>By</label>
    <select id={id} name="by">
      {Object.entries(CHANNEL)
        .filter(([channel]) => channel !== 'alert')
        .map(([channel, { name }]) => (
          <option value={channel} selected={channel === value}>
            {name}
          </option>
        ))}
    </select>
  </div>
);

/** The facilitator plays whoever is not there: press, regulator, vendor. */
export function VoiceSheet({ drill, exercise, draft, once }: SayProps) {
  const typed = typedIn(draft, 'voice');
  const known = [
    ...new Set([...threadsOf(exercise, null).map(({ name }) => name), ...drill.script.injects.map(({ from }) => from)]),
  ];
  return (
    <section class="sheet noprint" aria-labelledby="ow">
      <header>
        <h2 id="ow">Speak as the outside world</h2>
        <span class="quiet">to players of this drill only, marked EXERCISE</span>
      </header>
      <Tell drill={drill.id} command="voice" page="board" once={once} class="form">
        <div class="speak-grid">
          <div class="field">
            <label for="voice-as">As</label>
            <input
              id="voice-as"
              name="as"
              required
              maxlength={300}
              autocomplete="off"
              list="voice-known"
              value={typed.get('as') ?? ''}
            />
            <datalist id="voice-known">
              {known.map((name) => (
                <option value={name} />
              ))}
            </datalist>
          </div>
          <ChannelField id="voice-by" value={typed.get('by') ?? 'phone'} />
        </div>
        <ToField id="voice-to" drill={drill} typed={typed} all />
        <div class="field">
          <label for="voice-text">What they say</label>
          <textarea id="voice-text" name="text" rows={3} required maxlength={10_000}>
            {typed.get('text') ?? ''}
          </textarea>
        </div>
        <button class="btn" type="submit">
          Send it
        </button>
      </Tell>
    </section>
  );
}

export function HintSheet({ drill, exercise, hinting, draft, once }: SayProps) {
  const typed = typedIn(draft, 'hint');
  const about = typed.get('about') ?? hinting ?? '';
  const chosen = drill.script.injects.find(({ id }) => id === about);
  return (
    <section class="sheet noprint" aria-labelledby="hi" id="hint">
      <header>
        <h2 id="hi">Give a hint</h2>
        <span class="quiet">recorded: the report says what was helped</span>
      </header>
      <Tell drill={drill.id} command="hint" page="board" once={once} class="form">
        <ToField id="hint-to" drill={drill} typed={typed.size > 0 ? typed : toOf(chosen?.to)} all />
        <div class="field">
          <label for="hint-about">About</label>
          <select id="hint-about" name="about">
            <option value="">Nothing that has arrived</option>
            {exercise.injects.map(({ id, title }) => (
              <option value={id} selected={id === about}>
                {flat(title, 90)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="hint-text">The hint</label>
          <textarea id="hint-text" name="text" rows={2} required maxlength={10_000}>
            {typed.get('text') ?? chosen?.hint ?? ''}
          </textarea>
          {chosen?.hint && <span class="hint">As the simulation words it.</span>}
        </div>
        <button class="btn" type="submit">
          Give the hint
        </button>
      </Tell>
    </section>
  );
}

const toOf = (to: readonly string[] | undefined): Draft => new Map((to ?? []).map((role) => [`to.${role}`, 'yes']));
