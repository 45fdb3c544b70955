import type { Child } from 'hono/jsx';
import type { GoalOffer, ShownImprovement } from '../../improvements/contract.ts';
import { goalWords } from '../../improvements/words.ts';
import type { Person } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { Refused } from '../parts/drill.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { Field, type ImprovementDraft, ImprovementFields } from '../parts/improvement-fields.tsx';
import { DueDay, improvementAddress } from '../parts/improvements.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { flat, When, Words } from '../parts/text.tsx';

export type ImprovementProps = {
  frame: Frame;
  item: ShownImprovement;
  me: string;
  mayChange: boolean;
  people: readonly Person[];
  goals: readonly GoalOffer[];
  names: ReadonlyMap<string, string>;
  /** What its form holds: as it stands, or what was typed and not taken. */
  draft: ImprovementDraft;
  problem: Problem | null;
  once: string;
};

const STATUS = { open: 'Open', done: 'Done, not closed', closed: 'Closed' } as const;

/** One item: what is to be better, who sees to it, what can be done about it now, and everything that happened to it. */
export function ImprovementPage(props: ImprovementProps) {
  const { frame, item, problem, mayChange } = props;
  return (
    <Page
      frame={frame}
      title={`${problem ? 'Error: ' : ''}${item.id} – ${flat(item.action, 80)}`}
      section="drills"
      keep={`improvement-${item.id}`}
    >
      <p>
        <a href="/improvements">Improvement items</a>
      </p>
      <h1>
        <Words of={item.action} />
      </h1>
      <div class="two-cols after">
        <div class="col">
          <Refused problem={problem} />
          {item.reached && <Reached {...props} />}
          <Facts {...props} />
          {mayChange ? (
            <Acts {...props} />
          ) : (
            <p class="small quiet">It is changed by its owner, by whoever wrote it, and by incident commanders.</p>
          )}
        </div>
        <div class="col">
          <History {...props} />
        </div>
      </div>
    </Page>
  );
}

/** A goal is reached by a drill; it is closed by a person. */
function Reached({ item, mayChange, once }: ImprovementProps) {
  const { reached } = item;
  if (!reached) return null;
  return (
    <div class="notice">
      <Glyph name="info" />
      <h2>
        <a href={`/drills/${reached.drill}`}>{reached.drill}</a> reached its goal: {reached.rating}
      </h2>
      {mayChange && (
        <Act id={item.id} act="close" once={once} version={item.version}>
          <input type="hidden" name="drill" value={reached.drill} />
          <button class="btn main" type="submit">
            Close it
          </button>
        </Act>
      )}
    </div>
  );
}

type Row = readonly [name: string, value: Child];

function Facts(props: ImprovementProps) {
  const { item, me, names } = props;
  const { goal, redrills } = item;
  const rows: Row[] = [
    ['Status', STATUS[item.status]],
    ['Issue', <Words of={item.issue} />],
    ['Owner', <Words of={names.get(item.owner) ?? item.owner} />],
    ['Due', item.overdue ? <DueDay item={item} me={me} /> : item.due],
    ...(item.start === null ? [] : [['Starts', item.start] as const]),
    ['Learnt in', <Origin item={item} />],
    [
      item.status === 'closed' ? 'Shown by' : 'To be shown by',
      goal === null ? 'no drill: it is closed for a reason' : goalWords(goal),
    ],
    ...(redrills.length === 0
      ? []
      : [['Re-drills', <Links of={redrills} to={(drill) => `/drills/${drill}`} />] as const]),
    ...elsewhere(item),
    ...closing(props),
  ];
  return (
    <section class="sheet" aria-labelledby="ab">
      <header>
        <h2 id="ab">{item.id}</h2>
      </header>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const Links = ({ of, to }: { of: readonly (string | number)[]; to(one: string | number): string }) => (
  <span>
    {of.map((one, i) => (
      <>
        {i > 0 && ', '}
        <a href={to(one)}>{one}</a>
      </>
    ))}
  </span>
);

const Origin = ({ item: { from, objective, about } }: Pick<ImprovementProps, 'item'>) => (
  <>
    {from.startsWith('EX-') && <span class="xtag">EXERCISE</span>}{' '}
    <a href={from.startsWith('EX-') ? `/drills/${from}` : `/incidents/${from}`}>{from}</a>
    {objective !== null && `, ${objective}`}
    {about.length > 0 && (
      <>
        , events <Links of={about} to={(seq) => `/incidents/${from}?event=${seq}#e${seq}`} />
      </>
    )}
  </>
);

/** In whose list of work it stands as well, and why it may not be there. */
function elsewhere({ linked, unsynced }: ShownImprovement): Row[] {
  const link = linked && (
    <>
      <a href={linked.url}>{linked.key}</a>, <Words of={linked.state} />
    </>
  );
  return [
    ...(linked ? [[linked.system === 'jira' ? 'Jira' : 'GitHub', link] as const] : []),
    ...(unsynced === null ? [] : [['Not synced', <Words of={unsynced} />] as const]),
  ];
}

function closing({ item: { closed }, names }: ImprovementProps): Row[] {
  if (closed === null) return [];
  const { by, drill, reason } = closed;
  const words = (
    <>
      by <Words of={names.get(by) ?? by} />
      {drill === null ? ': ' : ', shown by '}
      {drill === null ? <Words of={reason ?? ''} /> : <a href={`/drills/${drill}`}>{drill}</a>}
    </>
  );
  return [['Closed', words]];
}

type ActProps = { id: string; act: string; once: string; version: number; children?: Child };
const Act = ({ id, act, once, version, children }: ActProps) => (
  <form method="post" action={improvementAddress(id)} class="form">
    <input type="hidden" name="do" value={act} />
    <input type="hidden" name="version" value={String(version)} />
    <input type="hidden" name="once" value={`${once}-${act}`} />
    {children}
  </form>
);

function Acts(props: ImprovementProps) {
  const { item, once, people, goals, draft, problem } = props;
  const { id, version, status, goal } = item;
  const act = { id, version, once };
  return (
    <section class="sheet noprint" aria-labelledby="do">
      <header>
        <h2 id="do">What can be done</h2>
      </header>
      {status === 'open' && (
        <Act {...act} act="done">
          <button class="btn" type="submit">
            It is done
          </button>
        </Act>
      )}
      {status !== 'closed' && goal !== null && (
        <Act {...act} act="redrill">
          <button class="btn" type="submit">
            Plan a drill that shows it
          </button>
        </Act>
      )}
      {status !== 'closed' && (
        <>
          <details class="noteform" id="edit" open={problem !== null && draft.has('edited')}>
            <summary>Change it</summary>
            <Act {...act} act="edit">
              <ImprovementFields draft={draft} people={people} goals={goals} prefix="edit" />
              <button class="btn" type="submit">
                Keep the changes
              </button>
            </Act>
          </details>
          <Because {...act} act="close" title="Close it for a reason" label="Why it is closed" button="Close it" />
        </>
      )}
      {status !== 'open' && (
        <Because {...act} act="reopen" title="Open it again" label="Why it is opened again" button="Open it again" />
      )}
    </section>
  );
}

type BecauseProps = Omit<ActProps, 'children'> & { title: string; label: string; button: string };
const Because = ({ title, label, button, ...act }: BecauseProps) => (
  <details class="noteform" id={act.act}>
    <summary>{title}</summary>
    <Act {...act}>
      <Field id={`${act.act}-because`} label={label}>
        <textarea id={`${act.act}-because`} name="because" rows={2} required maxlength={2_000} />
      </Field>
      <button class="btn" type="submit">
        {button}
      </button>
    </Act>
  </details>
);

function History({ item, names, frame, once }: ImprovementProps) {
  return (
    <section class="sheet" aria-labelledby="hi">
      <header>
        <h2 id="hi">What happened to it</h2>
        <span class="quiet">the oldest first</span>
      </header>
      <ul class="rows">
        {item.history.map(({ at, by, what }) => (
          <li>
            <div>
              <Words of={what} />
              <div class="sub">
                <Words of={names.get(by) ?? by} />
              </div>
            </div>
            <div class="end quiet">
              <When at={at} now={frame.now} seconds={false} />
            </div>
          </li>
        ))}
      </ul>
      <div class="after noprint">
        <Act id={item.id} act="note" once={once} version={item.version}>
          <Field id="note-text" label="Note something about it">
            <textarea id="note-text" name="text" rows={2} required maxlength={2_000} />
          </Field>
          <button class="btn" type="submit">
            Add it
          </button>
        </Act>
      </div>
    </section>
  );
}
