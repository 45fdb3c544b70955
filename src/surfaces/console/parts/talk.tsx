import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { personOf, type Thread } from '../../model/drill.ts';
import { CHANNEL, rolesWords, ScenarioTime } from './drill.tsx';
import { Words } from './text.tsx';

type TalkProps = { exercise: ExerciseView; names: ReadonlyMap<string, string> };

/** What was said with the outside world, a thread a voice. */
export const Threads = ({ threads, exercise, names }: TalkProps & { threads: readonly Thread[] }) => (
  <>
    {threads.map(({ name, voices }) => (
      <div class="thread">
        <h3>
          <Words of={name} />
        </h3>
        <Talk voices={voices} exercise={exercise} names={names} />
      </div>
    ))}
  </>
);

export const Talk = ({ voices, exercise, names }: TalkProps & { voices: Thread['voices'] }) => (
  <ol class="talk">
    {voices.map((voice) => (
      <li class={voice.said ? undefined : 'ours'}>
        <span class="label">
          {voice.said ? (
            <>
              <Words of={voice.as} />, {CHANNEL[voice.by].name.toLowerCase()}, to {rolesWords(voice.to)}
            </>
          ) : (
            <>
              <Words of={names.get(personOf(voice.actor) ?? '') ?? 'Somebody'} /> to <Words of={voice.to} />
            </>
          )}{' '}
          · <ScenarioTime at={voice.at} exercise={exercise} />
        </span>
        <Words of={voice.text} />
      </li>
    ))}
  </ol>
);
