import type { SystemSnapshot } from '../../../incident/events.ts';
import { Severity } from '../../../incident/severity.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import { SeverityField } from './commands.tsx';
import { flat } from './text.tsx';

/** The fields of a form that opens an incident. `value`: what was typed before. */
type FieldProps = { label: string; value: string };

export const SystemField = ({
  label,
  value,
  systems,
  error,
}: FieldProps & { systems: readonly SystemSnapshot[]; error?: string | null }) => (
  <div class="field">
    <label for="system">{label}</label>
    <select
      id="system"
      name="system"
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={error ? 'system-error' : undefined}
    >
      <option value="">I do not know, or none of these</option>
      {systems.map(({ id, name }) => (
        <option value={id} selected={id === value}>
          {flat(name, 80)}
        </option>
      ))}
    </select>
    {error && (
      <span class="hint c-act" id="system-error">
        Error: {error}
      </span>
    )}
  </div>
);

export const PlaybookField = ({
  label,
  value,
  plans,
  drilled,
}: FieldProps & { plans: readonly Plan[]; drilled: SayDrilled }) => (
  <div class="field">
    <label for="playbook">{label}</label>
    <select id="playbook" name="playbook" aria-describedby="playbook-hint">
      <option value="">None of these: people decide what to do</option>
      {plans.map((plan) => (
        <option value={plan.playbook} selected={plan.playbook === value}>
          {flat(plan.title, 80)} ({drilled(plan)})
        </option>
      ))}
    </select>
    <span class="hint" id="playbook-hint">
      The playbook begins at once. It asks people before anything risky is done.
    </span>
  </div>
);

/** Severity, and what whoever opens it should know. */
export const OpeningEnd = ({ severity, back }: { severity: string; back?: string }) => (
  <>
    <SeverityField
      id="severity"
      current={Severity.options.find((one) => one === severity) ?? null}
      none="As the playbook says"
    />
    <div class="btns">
      <button class="btn main" type="submit">
        Open the incident
      </button>
      {back && (
        <a class="btn quiet" href={back}>
          Cancel
        </a>
      )}
    </div>
    <p class="small quiet">You open it, so others decide on its risky acts, unless the playbook says otherwise.</p>
  </>
);
