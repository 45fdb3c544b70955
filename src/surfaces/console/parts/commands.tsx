import type { Child } from 'hono/jsx';
import type { Severity } from '../../../incident/severity.ts';
import { canStandDown, type IncidentView, plansRunning } from '../../../incident/view.ts';

export type CommandName = 'pause' | 'resume' | 'severity' | 'role' | 'stand-down' | 'resolve' | 'close' | 'reopen';

type Options = { people: readonly { id: string; name: string }[]; roles: readonly { id: string; title: string }[] };
type CommandProps = { view: IncidentView; once: string } & Options;

/** Which commands an incident takes as it stands: the incident itself asks again. */
export function commandsFor(view: IncidentView): CommandName[] {
  if (view.status === 'closed') return ['reopen'];
  const running = plansRunning(view);
  const pace: CommandName[] = running ? [view.paused ? 'resume' : 'pause'] : [];
  const down: CommandName[] = canStandDown(view) ? ['stand-down'] : [];
  if (view.status === 'open') return [...pace, 'severity', 'role', 'resolve', ...down];
  return [...pace, 'severity', 'role', ...(running ? [] : ['close' as const]), 'reopen', ...down];
}

const what: Record<CommandName, { verb: string; means: string }> = {
  pause: {
    verb: 'Pause',
    means: 'No new act starts, in any plan. Clocks of decisions go on, and undoing is never held up.',
  },
  resume: { verb: 'Resume', means: 'Acts go on from where they stand.' },
  severity: { verb: 'Change severity', means: 'Raise or lower it; say why.' },
  role: { verb: 'Assign a role', means: 'The person holds it in this incident from now on.' },
  'stand-down': {
    verb: 'Stand down',
    means:
      'Questions and waits end at once. What was done is undone, the latest first; what cannot be undone is asked about.',
  },
  resolve: { verb: 'Resolve', means: 'The harm is over. A plan that still runs is not stopped by this.' },
  close: { verb: 'Close', means: 'The paperwork is done. Later notes become amendments.' },
  reopen: { verb: 'Reopen', means: 'The harm is back, or something was left out.' },
};

export function Commands(props: CommandProps) {
  return (
    <ul class="rows commands">
      {commandsFor(props.view).map((command) => (
        <li>
          <details id={`do-${command}`}>
            <summary>{what[command].verb}</summary>
            <CommandForm {...props} command={command} />
          </details>
        </li>
      ))}
    </ul>
  );
}

function CommandForm({ command, view, once, people, roles }: CommandProps & { command: CommandName }) {
  return (
    <form
      method="post"
      action={`/incidents/${view.id}/commands`}
      class="form"
      data-send
      data-then={`/incidents/${view.id}`}
    >
      <p class="second small">{what[command].means}</p>
      <input type="hidden" name="command" value={command} />
      <input type="hidden" name="once" value={`${once}-${command}`} />
      <CommandFields command={command} view={view} people={people} roles={roles} />
      <button class="btn" type="submit">
        {what[command].verb}
      </button>
    </form>
  );
}

function CommandFields({
  command,
  view,
  people,
  roles,
}: { command: CommandName; view: IncidentView } & Options): Child {
  switch (command) {
    case 'resume':
    case 'close':
      return null;
    case 'pause':
    case 'stand-down':
    case 'reopen':
      return <TextField id={`${command}-reason`} name="reason" label="Reason" />;
    case 'resolve':
      return (
        <TextField
          id="resolve-summary"
          name="summary"
          label="In a few lines: what happened, and why it is over"
          rows={4}
        />
      );
    case 'severity':
      return (
        <>
          <SeverityField id="severity-to" current={view.severity} />
          <TextField id="severity-reason" name="reason" label="Reason" />
        </>
      );
    case 'role':
      return (
        <>
          <div class="field">
            <label for="role-role">Role</label>
            <select id="role-role" name="role">
              {roles.map(({ id, title }) => (
                <option value={id}>{title}</option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="role-assignee">Person</label>
            <select id="role-assignee" name="assignee">
              {people.map(({ id, name }) => (
                <option value={id}>{name}</option>
              ))}
            </select>
          </div>
        </>
      );
    default:
      return command satisfies never;
  }
}

const TextField = ({ id, name, label, rows = 2 }: { id: string; name: string; label: string; rows?: number }) => (
  <div class="field">
    <label for={id}>{label}</label>
    <textarea id={id} name={name} rows={rows} required maxlength={name === 'summary' ? 10_000 : 2_000} />
    <span class="hint">Goes on the timeline beside your name.</span>
  </div>
);

const severities: readonly { id: Severity; words: string }[] = [
  { id: 'sev1', words: 'SEV 1: people or data are being harmed now' },
  { id: 'sev2', words: 'SEV 2: harm is likely soon' },
  { id: 'sev3', words: 'SEV 3: limited, contained' },
  { id: 'sev4', words: 'SEV 4: to know of' },
];

export const SeverityField = ({ id, current, none }: { id: string; current: Severity | null; none?: string }) => (
  <div class="field">
    <label for={id}>Severity</label>
    <select id={id} name="severity">
      {none && (
        <option value="" selected={current === null}>
          {none}
        </option>
      )}
      {severities.map((severity) => (
        <option value={severity.id} selected={severity.id === current}>
          {severity.words}
        </option>
      ))}
    </select>
  </div>
);
