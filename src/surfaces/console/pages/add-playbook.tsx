import type { SystemSnapshot } from '../../../incident/events.ts';
import type { Json } from '../../../incident/json.ts';
import { emptyView, type IncidentView } from '../../../incident/view.ts';
import type { InputSpec, Plan } from '../../../playbook/plan.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import { planTree } from '../../model/tree.ts';
import type { Problem } from '../../problem.ts';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { PlanTree, planName } from '../parts/plan.tsx';
import { flat, Hash, Words } from '../parts/text.tsx';

export type AddPlaybookProps = {
  frame: Frame;
  view: IncidentView;
  /** The published ones to choose from. */
  plans: readonly Plan[];
  chosen: Plan | null;
  drilled: SayDrilled;
  systems: readonly SystemSnapshot[];
  draft: ReadonlyMap<string, string>;
  problem: Problem | null;
  once: string;
};

/** Choose a playbook, see what it will do, say what it needs, and confirm. */
export function AddPlaybookPage(props: AddPlaybookProps) {
  const { frame, view, chosen, problem } = props;
  const title = chosen ? `Add “${flat(chosen.title, 60)}”` : 'Add a playbook';
  return (
    <Page frame={frame} title={`${problem ? 'Error: ' : ''}${title} – ${view.id}`} section="incidents">
      <div class="narrow stack">
        <p class="small">
          <a href={`/incidents/${view.id}`}>
            Back to <Words of={`${view.id}: ${view.title}`} />
          </a>
        </p>
        <h1>
          <Words of={title} />
        </h1>
        <p class="second">
          It runs beside what this incident runs already, and begins at once. Pausing and standing down hold for all of
          them.
        </p>
        {problem && <NotAdded problem={problem} />}
        <Choose {...props} />
        {chosen && <Confirm {...props} chosen={chosen} />}
      </div>
    </Page>
  );
}

const NotAdded = ({ problem }: { problem: Problem }) => (
  <div class="notice act" role="alert">
    <Glyph name="fail" />
    <h2>
      <Words of={problem.message} />
    </h2>
    <p>
      <Words of={`${problem.notDone ?? 'No playbook was added.'} ${problem.next ?? ''}`} />
    </p>
  </div>
);

const Choose = ({ view, plans, chosen, drilled }: AddPlaybookProps) => (
  <form method="get" action={`/incidents/${view.id}/add-playbook`} class="sheet form">
    <div class="field">
      <label for="playbook">Playbook</label>
      <select id="playbook" name="playbook">
        {plans.map((plan) => (
          <option value={plan.playbook} selected={plan.playbook === chosen?.playbook}>
            {flat(plan.title, 80)} ({drilled(plan)})
          </option>
        ))}
      </select>
      <span class="hint">Only published ones can run.</span>
    </div>
    <button class={chosen ? 'btn quiet' : 'btn main'} type="submit">
      See what it will do
    </button>
  </form>
);

function Confirm({ view, chosen, drilled, systems, draft, once }: AddPlaybookProps & { chosen: Plan }) {
  return (
    <>
      <section class="sheet" aria-labelledby="will">
        <header>
          <h2 id="will">What it will do</h2>
          <span class="quiet">
            {planName(chosen)} · <Hash of={chosen.hash} /> · {drilled(chosen)}
          </span>
        </header>
        <PlanTree tree={planTree(chosen, emptyView())} />
      </section>
      <form method="post" action={`/incidents/${view.id}/add-playbook`} class="sheet form">
        <input type="hidden" name="once" value={once} />
        <input type="hidden" name="playbook" value={chosen.playbook} />
        {Object.entries(chosen.inputs).map(([name, spec]) => (
          <InputField
            name={name}
            spec={spec}
            systems={systems}
            value={draft.get(inputName(name)) ?? preset(chosen, spec, view)}
          />
        ))}
        <div class="field">
          <label for="reason">Why is it needed?</label>
          <textarea id="reason" name="reason" rows={2} required maxlength={2_000}>
            {draft.get('reason') ?? ''}
          </textarea>
          <span class="hint">Goes on the timeline beside your name.</span>
        </div>
        <div class="btns">
          <button class="btn main" type="submit">
            Add the playbook
          </button>
          <a class="btn quiet" href={`/incidents/${view.id}`}>
            Cancel
          </a>
        </div>
        <p class="small quiet">It asks people before anything risky is done: others than you, who ask for it.</p>
      </form>
    </>
  );
}

/** Of the form's field for an input of the playbook. */
export const inputName = (name: string): string => `input-${name}`;

type FieldProps = { name: string; spec: InputSpec; value: string; systems: readonly SystemSnapshot[] };

function InputField({ name, spec, value, systems }: FieldProps) {
  const id = inputName(name);
  const required = spec.default === null;
  return (
    <div class="field">
      <label for={id}>{name.replaceAll('-', ' ').replace(/^./, (c) => c.toUpperCase())}</label>
      {spec.type === 'ai-system' ? (
        <select id={id} name={id} required={required}>
          <option value="">Choose an AI system</option>
          {systems.map((system) => (
            <option value={system.id} selected={system.id === value}>
              {flat(system.name, 80)}
            </option>
          ))}
        </select>
      ) : spec.type === 'boolean' ? (
        <select id={id} name={id}>
          <option value="no">No</option>
          <option value="yes" selected={value === 'true' || value === 'yes'}>
            Yes
          </option>
        </select>
      ) : (
        <input id={id} name={id} value={value} required={required} aria-describedby={`${id}-hint`} />
      )}
      {HINTS[spec.type] && (
        <span class="hint" id={`${id}-hint`}>
          {HINTS[spec.type]}
        </span>
      )}
    </div>
  );
}

const HINTS: Readonly<Partial<Record<InputSpec['type'], string>>> = {
  list: 'Several, with commas between them.',
  number: 'A number.',
  duration: 'Such as 90s, 10m, 4h.',
};

/** What counts if nobody writes anything else: the incident's AI system where the playbook is about one. */
function preset({ inputs }: Plan, spec: InputSpec, { system }: IncidentView): string {
  const systems = Object.values(inputs).filter(({ type }) => type === 'ai-system');
  if (spec.type === 'ai-system' && systems.length === 1 && system) return system.id;
  return spec.default === null ? '' : textOf(spec.default);
}

const textOf = (value: Json): string => (Array.isArray(value) ? value.map(textOf).join(', ') : String(value));
