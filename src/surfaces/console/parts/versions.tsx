import { counted } from '../../../incident/phrases.ts';
import type { Change } from '../../../playbook/diff/change.ts';
import { diffPlans } from '../../../playbook/diff/diff.ts';
import type { SayDrilled } from '../../drills/last-drilled.ts';
import type { PublishedPlan } from '../../ports.ts';
import type { Running } from '../../running.ts';
import { Hash, When, Words } from './text.tsx';

/** So many versions say what they changed; older ones are only counted. */
const TOLD_MAX = 10;

type VersionsProps = {
  /** The latest first. */
  versions: readonly PublishedPlan[];
  running: readonly Running[];
  names: ReadonlyMap<string, string>;
  drilled: SayDrilled;
  now: number;
};

/** Who published what and when, what it changed for a responder, and how many incidents run it. */
export function Versions({ versions, running, names, drilled, now }: VersionsProps) {
  const older = versions.length - TOLD_MAX;
  return (
    <section class="sheet" aria-labelledby="ve">
      <header>
        <h2 id="ve">Versions</h2>
      </header>
      <ul class="rows fold">
        {versions.slice(0, TOLD_MAX).map((one, i) => (
          <li>
            <div>
              <div class="who">
                v{one.plan.version} <Hash of={one.plan.hash} />
              </div>
              <div class="sub">
                <When at={one.publishedAt} now={now} seconds={false} />
                {one.publishedBy.length > 0 && (
                  <>
                    {' '}
                    by <Words of={one.publishedBy.map((id) => names.get(id) ?? id).join(' and ')} />
                  </>
                )}
              </div>
              <div class="sub">{drilled(one.plan)}</div>
              <Changed before={versions[i + 1]} after={one} />
            </div>
            <div class="end">{inUse(running.filter(({ hash }) => hash === one.plan.hash).length)}</div>
          </li>
        ))}
      </ul>
      {older > 0 && <p class="second">And {counted(older, 'older version')}.</p>}
    </section>
  );
}

const inUse = (count: number): string => (count === 0 ? '' : `run by ${counted(count, 'incident')}`);

function Changed({ before, after }: { before: PublishedPlan | undefined; after: PublishedPlan }) {
  if (before === undefined) return <div class="sub">The first that was published.</div>;
  const changes = diffPlans(before.plan, after.plan);
  if (changes.length === 0) return <div class="sub">Nothing changed for a responder since v{before.plan.version}.</div>;
  const worse = changes.filter(({ danger }) => danger).length;
  return (
    <details>
      <summary>
        {counted(changes.length, 'change')} for a responder since v{before.plan.version}
        {worse > 0 && `, ${worse} more dangerous`}
      </summary>
      <ul class="plain">
        {changes.map((change) => (
          <li>
            <Told change={change} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Told({ change: { danger, path, step, text, before, after } }: { change: Change }) {
  return (
    <>
      {danger && <b>More dangerous: </b>}
      {path !== null && (
        <>
          <Words of={step ?? path} /> (<code>{path}</code>):{' '}
        </>
      )}
      <Words of={text} />
      {before !== undefined && after !== undefined && (
        <div class="sub">
          Before: <Words of={before} />
          <br />
          Now: <Words of={after} />
        </div>
      )}
    </>
  );
}

/** An incident keeps the version that it began with, which need not be the latest. */
export function RunningIncidents({ running, hash }: { running: readonly Running[]; hash: string }) {
  return (
    <section class="sheet" aria-labelledby="ru">
      <header>
        <h2 id="ru">Incidents that run it</h2>
      </header>
      {running.length === 0 ? (
        <p class="second">None is open. A running incident keeps the plan it started with.</p>
      ) : (
        <ul class="rows">
          {running.map((one) => (
            <li>
              <div>
                <a class="who" href={`/incidents/${one.incident}`} data-row>
                  <Words of={one.title} />
                </a>
                <div class="sub">{one.incident}</div>
              </div>
              <div class="end">{one.hash === hash ? 'this version' : `v${one.version}`}</div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
