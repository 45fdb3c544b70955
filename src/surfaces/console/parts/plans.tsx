import { listed } from '../../model/describe.ts';
import { doneWords, type PlanStanding, planState, type StepsLeft, stepsLeft } from '../../model/plans.ts';
import type { Prepared } from './incident-props.ts';
import { PlanTree } from './plan.tsx';
import { Hash, When, Words } from './text.tsx';

/** Each playbook of the incident: how it stands, what is still to come, and its steps. */
export function PlanSheet({ view, plans, names, mayCommand, frame }: Prepared) {
  const several = plans.length > 1;
  return (
    <section class="sheet" aria-labelledby="pl">
      <header>
        <h2 id="pl">{several ? 'Plans' : 'Plan'}</h2>
        {mayCommand && view.status === 'open' && (
          <a class="noprint" href={`/incidents/${view.id}/add-playbook`}>
            Add a playbook
          </a>
        )}
      </header>
      {plans.length === 0 && <p class="second">This incident runs no playbook.</p>}
      {plans.map((one) => (
        <OnePlan standing={one} paused={view.paused} several={several} names={names} now={frame.now} />
      ))}
    </section>
  );
}

type OneProps = {
  standing: PlanStanding;
  paused: boolean;
  several: boolean;
  names: ReadonlyMap<string, string>;
  now: number;
};

function OnePlan({ standing, paused, several, names, now }: OneProps) {
  const { number, playbook, added, tree } = standing;
  const id = `plan-${number}`;
  return (
    <section class="stack" aria-labelledby={id}>
      <h3 id={id}>
        <Words of={playbook.title} />
        {several && <span class="quiet">, {planState(standing, paused)}</span>}
      </h3>
      <p class="small quiet">
        <a href={`/playbooks/${playbook.id}`}>
          {playbook.id} v{playbook.version}
        </a>{' '}
        · <Hash of={playbook.hash} />
      </p>
      {added && (
        <p class="small second">
          Added at <When at={added.at} now={now} /> by{' '}
          <Words
            of={`${added.person === null ? 'Tocsin' : (names.get(added.person) ?? added.person)}: ${added.reason}`}
          />
        </p>
      )}
      {tree ? (
        <>
          <Left left={stepsLeft(tree)} />
          <PlanTree tree={tree} />
        </>
      ) : (
        <p class="second">
          The plan {playbook.hash.slice(0, 8)} is not on this server's shelf, so its steps cannot be drawn. The timeline
          is whole.
        </p>
      )}
    </section>
  );
}

const NAMED_MAX = 4;

/** "5 of 14 steps done. Now: … Then: … and 6 more." */
function Left({ left }: { left: StepsLeft }) {
  const titles = (nodes: StepsLeft['now']) => {
    const more = nodes.length - NAMED_MAX;
    const named = nodes.slice(0, NAMED_MAX).map(({ step }) => step.title);
    return more > 0 ? listed([...named, `${more} more`]) : listed(named);
  };
  return (
    <p class="small">
      <b>{doneWords(left)}.</b>
      {left.now.length > 0 && <Words of={` Now: ${titles(left.now)}.`} />}
      {left.then.length > 0 && <Words of={` Then: ${titles(left.then)}.`} />}
    </p>
  );
}
