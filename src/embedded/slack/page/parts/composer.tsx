import type { SlackChannel } from '../../contract.ts';
import { channelName, type Eye } from '../eye.ts';
import type { Note } from '../notes.ts';
import { Notice } from './notice.tsx';

type ComposerProps = { eye: Eye; channel: SlackChannel; back: string; note: Note | null; thread?: string };

/** Where one writes: plain text, or a command of the app. */
export function Composer({ eye, channel, back, note, thread }: ComposerProps) {
  if (channel.is_archived) return <p class="closed">This channel is archived: nobody can write here.</p>;
  if (channel.kind !== 'im' && !channel.members.includes(eye.me.id))
    return <Join eye={eye} channel={channel} back={back} />;
  const id = thread ? 'say-thread' : 'say';
  const failed =
    note?.kind === 'failed' && note.where === 'composer' && (note.ts ?? '') === (thread ?? '') ? note : null;
  const name = channel.kind === 'im' ? channelName(eye.workspace, channel) : `#${channelName(eye.workspace, channel)}`;
  return (
    <div class="composer">
      {failed && <Notice note={failed} />}
      <form method="post" action={`${eye.base}/say`} data-compose id={`${id}-form`}>
        <input type="hidden" name="channel" value={channel.id} />
        {thread && <input type="hidden" name="thread" value={thread} />}
        <input type="hidden" name="back" value={back} />
        <label for={id} class="sr">
          {thread ? 'Reply in this thread' : `Message to ${name}`}
        </label>
        <textarea
          id={id}
          name="text"
          rows={1}
          dir="auto"
          placeholder={thread ? 'Reply' : `Message ${name}`}
          aria-describedby={thread ? undefined : 'commands-hint'}
        >
          {failed?.draft ?? ''}
        </textarea>
        <button type="submit" class="button">
          Send
        </button>
      </form>
      {!thread && <Commands eye={eye} channel={channel} back={back} />}
    </div>
  );
}

/** Commands with their hints, and the global shortcuts. The script opens the list on a slash. */
function Commands({ eye, channel, back }: { eye: Eye; channel: SlackChannel; back: string }) {
  const { commands, shortcuts } = eye.workspace.app;
  const global = shortcuts.filter(({ type }) => type === 'global');
  return (
    <>
      <ul class="suggest" id="suggest" aria-label="Commands" hidden>
        {commands.map(({ command, description, usageHint }) => (
          <li data-command={command}>
            <button type="button">
              <code>{command}</code> <span class="hint">{usageHint}</span> <span class="quiet">{description}</span>
            </button>
          </li>
        ))}
      </ul>
      <details class="shortcuts" id="shortcuts">
        <summary>Shortcuts and commands</summary>
        <div class="menu">
          {global.map(({ callbackId, name }) => (
            <form method="post" action={`${eye.base}/shortcut`}>
              <input type="hidden" name="back" value={back} />
              <input type="hidden" name="from" value={channel.id} />
              <button type="submit" name="callback" value={callbackId}>
                <bdi>{name}</bdi> <span class="quiet">of {eye.workspace.app.name}</span>
              </button>
            </form>
          ))}
          {commands.map(({ command, description, usageHint }) => (
            <p>
              <code>{command}</code> <span class="hint">{usageHint}</span>
              <br />
              <span class="quiet">{description}</span>
            </p>
          ))}
        </div>
      </details>
      <span class="sr" id="commands-hint">
        A slash begins a command.
      </span>
    </>
  );
}

const Join = ({ eye, channel, back }: { eye: Eye; channel: SlackChannel; back: string }) => (
  <form method="post" action={`${eye.base}/join`} class="closed">
    <input type="hidden" name="channel" value={channel.id} />
    <input type="hidden" name="back" value={back} />
    <span>
      You are looking at #<bdi>{channel.name}</bdi> and are not in it.
    </span>
    <button type="submit" class="button">
      Join
    </button>
  </form>
);
