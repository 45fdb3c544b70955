import type { SystemSnapshot } from '../../../incident/events.ts';
import { text } from '../../../incident/phrases.ts';
import type { Plan } from '../../../playbook/plan.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import { alertTitle, isLoose } from '../../model/alert.ts';
import type { InboxAlert } from '../../ports.ts';
import type { Problem } from '../../problem.ts';

import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { OpeningEnd, PlaybookField, SystemField } from '../parts/opening-fields.tsx';
import { flat, When, Words } from '../parts/text.tsx';

type ListProps = {
  frame: Frame;
  alerts: readonly InboxAlert[];
  /** How sources are called: people by their names. */
  names: ReadonlyMap<string, string>;
  /** There may be more than are shown. */
  cut: boolean;
};

/** What was noticed, whether or not anything came of it: first what somebody should look at. */
export function AlertsPage({ frame, alerts, names, cut }: ListProps) {
  const loose = alerts.filter(isLoose);
  const others = alerts.filter((alert) => !isLoose(alert));
  return (
    <Page frame={frame} title="Alerts" section="alerts">
      <h1>Alerts</h1>
      <div class="stack after">
        {alerts.length === 0 && (
          <section class="sheet">
            <h2>None yet</h2>
            <p class="second">
              Alerts of monitors come in at <code>/hooks/alertmanager</code>, <code>/hooks/mlflow/…</code> and{' '}
              <code>/api/alerts</code>. Each one is listed here, whether it opens an incident, joins one or leads to
              none.
            </p>
          </section>
        )}
        {loose.length > 0 && (
          <section class="sheet" aria-labelledby="loose">
            <header>
              <h2 id="loose">Unmatched</h2>
              <span class="quiet">{frame.unmatched}</span>
            </header>
            <p class="second">No playbook took these, and they still fire. Open an incident on one if it matters.</p>
            <Rows alerts={loose} names={names} now={frame.now} after />
          </section>
        )}
        {others.length > 0 && (
          <section class="sheet" aria-labelledby="others">
            <header>
              <h2 id="others">{loose.length > 0 ? 'The others' : 'All alerts'}</h2>
              <span class="quiet">newest first</span>
            </header>
            <Rows alerts={others} names={names} now={frame.now} />
          </section>
        )}
        {cut && <p class="quiet small">{alerts.length} are shown. Older ones: npx tocsin alert list --limit 500</p>}
      </div>
    </Page>
  );
}

type RowsProps = { alerts: readonly InboxAlert[]; names: ReadonlyMap<string, string>; now: number; after?: boolean };

const Rows = ({ alerts, names, now, after = false }: RowsProps) => (
  <ul class={after ? 'rows fold after' : 'rows fold'}>
    {alerts.map((entry) => (
      <li>
        <div>
          <a class="who" href={`/alerts/${entry.id}`} data-row>
            <Words of={alertTitle(entry.alert)} />
          </a>
          <div class="sub">
            <About entry={entry} names={names} />
          </div>
        </div>
        <div class="end small">
          <div>
            <LedTo entry={entry} />
          </div>
          <div class="quiet">
            {entry.count > 1 ? `${entry.count} times, last ` : ''}
            <When at={entry.lastAt} now={now} />
          </div>
        </div>
      </li>
    ))}
  </ul>
);

function About({ entry, names }: { entry: InboxAlert; names: ReadonlyMap<string, string> }) {
  const { alert, source } = entry;
  const facts = [text(alert, 'kind'), text(alert, 'system'), `from ${names.get(source) ?? source}`];
  return <Words of={flat(facts.filter(Boolean).join(' · '), 200)} />;
}

function LedTo({ entry: { status, incident, resolvedAt } }: { entry: InboxAlert }) {
  const over = resolvedAt === null ? '' : ', over';
  if (incident === null)
    return (
      <>
        {status === 'new' ? 'being matched' : 'unmatched'}
        {over}
      </>
    );
  return (
    <>
      {status === 'opened' ? 'opened ' : 'joined '}
      <a href={`/incidents/${incident}`}>{incident}</a>
      {over}
    </>
  );
}

type AlertProps = {
  frame: Frame;
  entry: InboxAlert;
  names: ReadonlyMap<string, string>;
  plans: readonly Plan[];
  drilled: SayDrilled;
  systems: readonly SystemSnapshot[];
  draft: ReadonlyMap<string, string>;
  problem: Problem | null;
};

const RAW_MAX = 20_000;

export function AlertPage(props: AlertProps) {
  const { frame, entry, problem } = props;
  const raw = JSON.stringify(entry.alert, null, 2);
  const title = `${flat(alertTitle(entry.alert), 80)} – Alerts`;
  return (
    <Page frame={frame} title={problem ? `Error: ${title}` : title} section="alerts">
      <header class="page-head">
        <h1>
          <Words of={alertTitle(entry.alert)} />
        </h1>
      </header>
      {problem && (
        <div class="notice act" role="alert">
          <Glyph name="fail" />
          <h2>
            <Words of={problem.message} />
          </h2>
          <p>
            {problem.notDone ?? 'No incident was opened.'} <Words of={problem.next ?? ''} />
          </p>
        </div>
      )}
      <div class={problem ? 'cols after' : 'cols'}>
        <div class="a stack top-stack">
          {entry.incident === null && <OpenSheet {...props} />}
          <section class="sheet" aria-labelledby="raw">
            <header>
              <h2 id="raw">As it came</h2>
            </header>
            <p class="raw">
              <code>
                <Words of={raw.slice(0, RAW_MAX)} />
              </code>
            </p>
            {raw.length > RAW_MAX && (
              <p class="quiet small">
                The rest of {raw.length} characters: <code>npx tocsin alert show {entry.id} --json</code>
              </p>
            )}
          </section>
        </div>
        <Facts {...props} />
      </div>
    </Page>
  );
}

function Facts({ frame, entry, names }: AlertProps) {
  const { alert } = entry;
  return (
    <section class="b sheet" aria-labelledby="fa">
      <header>
        <h2 id="fa">Facts</h2>
      </header>
      <dl class="facts">
        <Fact name="Came of it">
          <LedTo entry={entry} />
        </Fact>
        {entry.because && (
          <Fact name="Why nothing was opened">
            <Words of={entry.because} />
          </Fact>
        )}
        <Fact name="Kind">
          <Words of={text(alert, 'kind') ?? 'none'} />
        </Fact>
        <Fact name="AI system">
          <Words of={text(alert, 'system') ?? 'none is named'} />
        </Fact>
        <Fact name="Source">
          <Words of={names.get(entry.source) ?? entry.source} />
        </Fact>
        <Fact name="Came">{entry.count === 1 ? 'once' : `${entry.count} times`}</Fact>
        <Fact name="First">
          <When at={entry.receivedAt} now={frame.now} />
        </Fact>
        <Fact name="Last">
          <When at={entry.lastAt} now={frame.now} />
        </Fact>
        {entry.startsAt !== null && (
          <Fact name="Fires since">
            <When at={entry.startsAt} now={frame.now} />
          </Fact>
        )}
        {entry.resolvedAt !== null && (
          <Fact name="Over since">
            <When at={entry.resolvedAt} now={frame.now} />
          </Fact>
        )}
        <Fact name="Key">
          <code>
            <Words of={entry.key} />
          </code>
        </Fact>
      </dl>
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children?: unknown }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function OpenSheet({ entry, plans, drilled, systems, draft }: AlertProps) {
  const value = (name: string, otherwise = ''): string => draft.get(name) ?? otherwise;
  return (
    <section class="sheet" aria-labelledby="op">
      <header>
        <h2 id="op">Open an incident on it</h2>
      </header>
      <form method="post" action={`/alerts/${entry.id}`} class="form">
        <PlaybookField label="What is it most like?" value={value('playbook')} plans={plans} drilled={drilled} />
        <SystemField label="AI system" value={value('system', text(entry.alert, 'system'))} systems={systems} />
        <OpeningEnd severity={value('severity')} />
      </form>
    </section>
  );
}
