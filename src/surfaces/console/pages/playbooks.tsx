import { capitalised, counted } from '../../../incident/phrases.ts';
import { severityLabel } from '../../../incident/severity.ts';
import { emptyView } from '../../../incident/view.ts';
import { referenceGroups } from '../../../playbook/frameworks.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import { countedSteps, planTree } from '../../model/tree.ts';
import type { PublishedPlan } from '../../ports.ts';
import type { Running } from '../../running.ts';
import { type Frame, Page } from '../parts/layout.tsx';
import { PlanTree } from '../parts/plan.tsx';
import { Hash, When, Words } from '../parts/text.tsx';
import { RunningIncidents, Versions } from '../parts/versions.tsx';

type PlaybooksProps = {
  frame: Frame;
  published: readonly PublishedPlan[];
  running: readonly Running[];
  drilled: SayDrilled;
};

export function PlaybooksPage({ frame, published, running, drilled }: PlaybooksProps) {
  return (
    <Page frame={frame} title="Playbooks" section="playbooks">
      <h1>Playbooks</h1>
      <section class="sheet after">
        {published.length === 0 ? (
          <p class="second">
            No playbook is published yet. <code>npx tocsin playbook publish FILE</code> checks one and publishes it.
          </p>
        ) : (
          <ul class="rows fold">
            {published.map(({ plan, publishedAt }) => (
              <li>
                <div>
                  <a class="who" href={`/playbooks/${plan.playbook}`} data-row>
                    <Words of={plan.title} />
                  </a>
                  <div class="sub">
                    {plan.playbook} v{plan.version} · {countedSteps(planTree(plan, emptyView())).length} steps ·{' '}
                    <Hash of={plan.hash} />
                  </div>
                </div>
                <div class="end small quiet">
                  published <When at={publishedAt} now={frame.now} seconds={false} />
                  <div>{drilled(plan)}</div>
                  {inUse(running.filter(({ playbook }) => playbook === plan.playbook)).map((line) => (
                    <div>{line}</div>
                  ))}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Page>
  );
}

/** `2 incidents run v3`: an incident keeps the version that it began with. */
function inUse(running: readonly Running[]): string[] {
  const versions = [...new Set(running.map(({ version }) => version))].sort((a, b) => b - a);
  return versions.map((version) => {
    const count = running.filter((one) => one.version === version).length;
    return `${counted(count, 'incident')} ${count === 1 ? 'runs' : 'run'} v${version}`;
  });
}

type PlaybookProps = {
  frame: Frame;
  published: PublishedPlan;
  /** All of it, the latest first. */
  versions: readonly PublishedPlan[];
  running: readonly Running[];
  names: ReadonlyMap<string, string>;
  drilled: SayDrilled;
  /** A drill that a schedule wanted and that nobody played; null: none. */
  overdue: string | null;
};

export function PlaybookPage({ frame, published, versions, running, names, drilled, overdue }: PlaybookProps) {
  const { plan, publishedAt, publishedBy } = published;
  return (
    <Page frame={frame} title={`${plan.title} – Playbooks`} section="playbooks">
      <header class="page-head">
        <h1>
          <Words of={plan.title} />
        </h1>
      </header>
      <div class="cols">
        <section class="a sheet" aria-labelledby="pl">
          <header>
            <h2 id="pl">Plan</h2>
            <span class="quiet">
              {plan.playbook} v{plan.version}
            </span>
          </header>
          <PlanTree tree={planTree(plan, emptyView())} />
        </section>
        <div class="b stack top-stack">
          <section class="sheet" aria-labelledby="fa">
            <header>
              <h2 id="fa">Facts</h2>
            </header>
            <dl class="facts">
              <div>
                <dt>Hash</dt>
                <dd>
                  <code>{plan.hash}</code>
                </dd>
              </div>
              <div>
                <dt>Published</dt>
                <dd>
                  <When at={publishedAt} now={frame.now} seconds={false} />
                  {publishedBy.length > 0 && (
                    <>
                      {' '}
                      by <Words of={publishedBy.map((id) => names.get(id) ?? id).join(' and ')} />
                    </>
                  )}
                </dd>
              </div>
              <div>
                <dt>Drilled</dt>
                <dd>
                  {capitalised(drilled(plan))}
                  {overdue !== null && <div class="c-soon">{overdue}</div>}
                </dd>
              </div>
              <div>
                <dt>Severity</dt>
                <dd>
                  {severityLabel(plan.severity.default)}
                  {plan.severity.raiseTo.map(({ severity, cel }) => (
                    <>
                      , {severityLabel(severity)} if <code>{cel}</code>
                    </>
                  ))}
                </dd>
              </div>
              <div>
                <dt>Opens on</dt>
                <dd>{plan.opensOn ? <code>{plan.opensOn}</code> : 'no alert; a person opens it'}</dd>
              </div>
              {referenceGroups(plan.references).map(({ name, framework, entries }) => (
                <div>
                  <dt>
                    <abbr title={framework}>{name}</abbr>
                  </dt>
                  <dd>
                    {entries.map(({ id, title }) => (
                      <div>
                        <code>{id}</code> <Words of={title} />
                      </div>
                    ))}
                  </dd>
                </div>
              ))}
              {plan.references && plan.references.sources.length > 0 && (
                <div>
                  <dt>Written from</dt>
                  <dd>
                    <Words of={plan.references.sources.join('; ')} />
                  </dd>
                </div>
              )}
            </dl>
          </section>
          <RunningIncidents running={running} hash={plan.hash} />
          <Versions versions={versions} running={running} names={names} drilled={drilled} now={frame.now} />
        </div>
      </div>
      <Graph plan={plan} />
    </Page>
  );
}

/** Widths at which the picture of a plan is drawn: words keep their size, the picture is laid out anew. */
export const GRAPH_WIDTHS = [1200, 680, 294] as const;

/** The plan above says the same in words, for whoever does not see the picture. */
function Graph({ plan }: { plan: PublishedPlan['plan'] }) {
  const [wide, middle, narrow] = GRAPH_WIDTHS.map((width) => `/playbooks/${plan.playbook}/graph.svg?width=${width}`);
  return (
    <section class="sheet drawing" aria-labelledby="gr">
      <header>
        <h2 id="gr">Picture</h2>
        <a href={wide} download={`${plan.playbook}.svg`}>
          Save it
        </a>
      </header>
      <picture>
        <source media="(max-width: 767px)" srcset={narrow} />
        <source media="(max-width: 1319px)" srcset={middle} />
        <img
          src={wide}
          loading="lazy"
          alt={`The plan of ${plan.playbook} v${plan.version}, drawn; it is listed above.`}
        />
      </picture>
    </section>
  );
}
