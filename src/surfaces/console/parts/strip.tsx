import { roleInWords } from '../../../incident/decision.ts';
import type { IncidentView } from '../../../incident/view.ts';
import { spanText } from '../../model/clock.ts';
import { stageWord } from '../../model/next.ts';
import { type Node, progressOf, progressWords } from '../../model/tree.ts';
import { SeverityMark, severityAdvice } from './glyph.tsx';
import { Ticks } from './plan.tsx';
import { Hash, OpenFor, Words } from './text.tsx';

type StripProps = {
  view: IncidentView;
  steps: readonly Node[];
  commander: string;
  now: number;
};

/** Ruled cells like a flight strip. */
export function StatusStrip({ view, steps, commander, now }: StripProps) {
  const over = view.closedAt ?? view.resolvedAt;
  const progress = progressOf(steps);
  return (
    <section class={view.severity === 'sev1' && view.status === 'open' ? 'strip sev-act' : 'strip'} aria-label="Status">
      <div>
        <SeverityMark of={view.severity} />
        <span class="label">{view.status === 'open' ? severityAdvice[view.severity] : view.status}</span>
      </div>
      <div class="wide">
        <span class="label">
          {view.id}
          {view.system && (
            <>
              {' · '}
              <Words of={view.system.name} /> · tier {view.system.tier}
            </>
          )}
          {view.mode === 'simulated-inventory' && <b> · simulated inventory</b>}
        </span>
        <h1>
          <Words of={view.title} />
        </h1>
      </div>
      <div>
        <span class="label">State</span>
        <span class="value">{stageWord(view)}</span>
      </div>
      <div>
        <span class="label">{over === undefined ? 'Open for' : 'Was open for'}</span>
        {over === undefined ? (
          <OpenFor since={view.openedAt} now={now} />
        ) : (
          <span class="value">{spanText(over - view.openedAt)}</span>
        )}
      </div>
      <div>
        <span class="label">Incident commander</span>
        <span class="value">
          <Words of={commander} />
        </span>
      </div>
      <div>
        {view.playbook || view.added.length > 0 ? (
          <>
            <span class="label">
              {view.playbook && view.added.length === 0 ? (
                <>
                  Plan <Hash of={view.playbook.hash} />
                </>
              ) : (
                playbooksIn(view)
              )}
              , {progress.done} of {progress.of} done
            </span>
            <Ticks nodes={steps} words={progressWords(progress)} />
          </>
        ) : (
          <>
            <span class="label">Plan</span>
            <span class="value">None</span>
          </>
        )}
      </div>
    </section>
  );
}

const playbooksIn = ({ playbook, added }: IncidentView): string => {
  const count = added.length + (playbook ? 1 : 0);
  return count === 1 ? '1 playbook' : `${count} playbooks`;
};

export const roleTitle = (role: string): string => roleInWords(role).replace(/^./, (c) => c.toUpperCase());
