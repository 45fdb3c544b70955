import type { Child } from 'hono/jsx';
import { CHECKS } from '../../../incident/check.ts';
import type { ListedCheck } from '../../checks.ts';
import { spanText } from '../../model/clock.ts';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { When, Words } from '../parts/text.tsx';

export type ChecksProps = {
  frame: Frame;
  checks: readonly ListedCheck[];
  /** What AI systems are called, by id. */
  systems: ReadonlyMap<string, string>;
  /** The system that somebody had checked and that is not through yet. */
  running: string | null;
};

/** What is checked by itself, and what came of it: worst first. */
export function ChecksPage({ frame, checks, systems, running }: ChecksProps) {
  const ids = [...new Set(checks.map(({ system }) => system))];
  const worst = (id: string) => Math.min(...checks.filter(({ system }) => system === id).map(urgency));
  ids.sort((a, b) => worst(a) - worst(b));
  return (
    <Page frame={frame} title="Checks" section="checks">
      <h1>Checks</h1>
      <div class="stack after">
        {running !== null && (
          <p class="second" role="status">
            The checks of <Words of={systems.get(running) ?? running} /> go on; <a href="/checks">look again</a> in a
            moment.
          </p>
        )}
        {ids.length === 0 && (
          <section class="sheet">
            <h2>Nothing is checked</h2>
            <p class="second">
              Name canaries of an AI system in <code>tocsin.yaml</code>, or bind what verifies its signature, and say
              how often: <code>checks: {'{ every: 15m }'}</code>. What is found is an alert.
            </p>
          </section>
        )}
        {ids.map((id) => (
          <section class="sheet" aria-labelledby={`sy-${id}`}>
            <header>
              <h2 id={`sy-${id}`}>
                <Words of={systems.get(id) ?? id} />
              </h2>
              <form method="post" action={`/checks/${id}`} class="inline">
                <button class="btn" type="submit" aria-label={`Check now: ${systems.get(id) ?? id}`}>
                  Check now
                </button>
              </form>
            </header>
            <ul class="rows fold">
              {checks
                .filter(({ system }) => system === id)
                .map((check) => (
                  <CheckRow check={check} now={frame.now} />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  );
}

const urgency = ({ last }: ListedCheck): number =>
  last === null ? 2 : ({ found: 0, failed: 1, clean: 3 } as const)[last.status];

function CheckRow({ check, now }: { check: ListedCheck; now: number }) {
  return (
    <li>
      <div>
        <div class="who">{CHECKS[check.check].title}</div>
        <div class="sub">{check.last === null ? 'Not checked yet.' : <Came last={check.last} />}</div>
      </div>
      <div class="end small">
        {check.last && (
          <div>
            checked <When at={check.last.startedAt} now={now} />
          </div>
        )}
        <div class="quiet">{planOf(check)}</div>
      </div>
    </li>
  );
}

function planOf({ everyMs, paused }: ListedCheck): string {
  if (everyMs === null) return 'on demand only';
  return paused ? 'paused in Temporal' : `every ${spanText(everyMs)}`;
}

/** Square: wrong. Diamond: somebody should look. What is as it should be has no colour. */
function Came({ last }: { last: NonNullable<ListedCheck['last']> }) {
  switch (last.status) {
    case 'clean':
      return (
        <>
          Nothing found in version <Words of={last.version ?? ''} />. <Words of={last.detail} />
        </>
      );
    case 'found':
      return (
        <>
          <Mark glyph="fail" tone="is-fail">
            Found in version <Words of={last.version ?? ''} />.
          </Mark>
          <div>
            <Words of={last.detail} />
          </div>
        </>
      );
    case 'failed':
      return (
        <>
          <Mark glyph="caution" tone="is-wait">
            Could not be checked{last.failures > 1 ? `, ${last.failures} times in a row` : ''}.
          </Mark>
          <div>
            <Words of={last.detail} /> <code>{last.code}</code>
          </div>
        </>
      );
    default:
      return last.status satisfies never;
  }
}

type MarkProps = { glyph: 'fail' | 'caution'; tone: 'is-fail' | 'is-wait'; children?: Child };

const Mark = ({ glyph, tone, children }: MarkProps) => (
  <span class={tone}>
    <span class="state">
      <Glyph name={glyph} />
      <span>{children}</span>
    </span>
  </span>
);
