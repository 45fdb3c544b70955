import { roleInWords, seatsInWords } from '../../../incident/decision.ts';
import { callsOff } from '../../../playbook/graph/words.ts';
import type { ParallelStep, Plan, Step } from '../../../playbook/plan.ts';
import { endsEarly, longestOf } from '../../../playbook/wait-words.ts';
import { hourText, spanText } from '../../model/clock.ts';
import { outcomeWord } from '../../model/describe.ts';
import { isComposite, type Mark, type Node, type Tree, type Way } from '../../model/tree.ts';
import { Glyph, markClass, markGlyph, markWord } from './glyph.tsx';
import { Words } from './text.tsx';

/** Nested ordered lists; the rail is CSS. Every live place carries a label. */
export function PlanTree({ tree }: { tree: Tree }) {
  return (
    <>
      <Rail nodes={tree.nodes} />
      {tree.finally.length > 0 && (
        <>
          <h3 class="label always">Always, at the end</h3>
          <Rail nodes={tree.finally} />
        </>
      )}
      <Key />
    </>
  );
}

const Rail = ({ nodes }: { nodes: readonly Node[] }) => (
  <ol class="rail">
    {nodes.map((node) => (
      <Item node={node} />
    ))}
  </ol>
);

function Item({ node }: { node: Node }) {
  const { step, mark } = node;
  if (step.kind === 'parallel') return <Lanes node={{ ...node, step }} />;
  const open = node.ways.filter((way) => way.taken === true);
  const possible = node.ways.filter((way) => way.taken !== true);
  return (
    <li class={markClass[mark]} id={`step-${step.path}`}>
      <Glyph name={markGlyph[mark]} />
      <div>
        <div class="t">
          <Words of={step.title} />
          <span class="sr">, {markWord[mark]}</span>
        </div>
        <div class="m">
          <Meta node={node} />
        </div>
        <Here mark={mark} node={node} />
        {open.map((way) => (
          <div class="way">
            {step.kind !== 'run' && <h3 class="label">{way.name}</h3>}
            <Rail nodes={way.nodes} />
          </div>
        ))}
        {possible.map((way) => (
          <ClosedWay way={way} path={step.path} />
        ))}
      </div>
      <At node={node} />
    </li>
  );
}

/** A way that was not taken, or may yet be: one line that opens. */
function ClosedWay({ way, path }: { way: Way; path: string }) {
  const count = way.nodes.length;
  return (
    <details class="way" id={`way-${path}-${way.name.toLowerCase().replaceAll(' ', '-')}`}>
      <summary>
        {way.name}: {count === 1 ? <Words of={way.nodes[0]!.step.title} /> : `${count} steps`}
        {way.taken === false ? ', not taken' : ''}
      </summary>
      <Rail nodes={way.nodes} />
    </details>
  );
}

function Lanes({ node }: { node: Node & { step: ParallelStep } }) {
  return (
    <li class="fork" id={`step-${node.step.path}`}>
      <span class="sr">At the same time:</span>
      {callsOff(node.step).map((words) => (
        <p class="small quiet">{words.replace(/^./, (c) => c.toUpperCase())}</p>
      ))}
      <div class={`lanes n${Math.min(node.ways.length, 4)}`}>
        {node.ways.map((way) => (
          <section class="lane" aria-label={`Branch: ${way.name}`}>
            <h3>{roleInWords(way.name).replace(/^./, (c) => c.toUpperCase())}</h3>
            <Rail nodes={way.nodes} />
          </section>
        ))}
      </div>
    </li>
  );
}

function Here({ mark, node }: { mark: Mark; node: Node }) {
  const leaf = !isComposite(node.step);
  if (mark === 'waiting') return <span class="here">We are here</span>;
  if (mark === 'running' && leaf)
    return <span class="here run">{node.step.kind === 'wait' ? 'Waiting' : 'Running'}</span>;
  if (mark === 'failed' && leaf && node.decision && !node.decision.made && !node.decision.withdrawn)
    return <span class="here bad">Stopped here</span>;
  return null;
}

function At({ node }: { node: Node }) {
  const at = node.view?.endedAt;
  return at === undefined ? null : <time class="at">{hourText(at, true)}</time>;
}

function Meta({ node }: { node: Node }) {
  const { step, view, mark } = node;
  const state = stateWords(node);
  if (mark === 'failed')
    return (
      <>
        <b>Failed</b>: <Words of={view?.error?.message ?? 'no message'} />
      </>
    );
  if (mark === 'running' && view?.error)
    return (
      <>
        <b>Trying again</b>: <Words of={view.error.message} />
      </>
    );
  return (
    <>
      <What step={step} />
      {state && (
        <>
          {' · '}
          <Words of={state} />
        </>
      )}
    </>
  );
}

/** What the step is: the capability, who is asked, how long it waits. */
function What({ step }: { step: Step }) {
  switch (step.kind) {
    case 'do':
      return (
        <>
          <code>{step.use.capability}</code>
          {step.prove ? ', then proved' : ''}
          {step.unattended ? ', without approval' : ''}
        </>
      );
    case 'ask':
      return (
        <>
          {step.task ? 'a task for' : 'asks'} the {seatsInWords(step.by)}
        </>
      );
    case 'say':
      return <>a message</>;
    case 'wait':
      return (
        <>
          {endsEarly(step) === null ? 'waits' : 'waits at most'} {longestOf(step, spanText)}
        </>
      );
    case 'oblige':
      return (
        <>
          the clock of {step.rule.article} runs: {spanText(step.rule.limitMs)}
        </>
      );
    case 'if':
      return (
        <>
          if <code>{step.cel}</code>
        </>
      );
    case 'run':
      return (
        <>
          playbook <code>{step.playbook}</code>
        </>
      );
    case 'each':
      return (
        <>
          each of <code>{step.cel}</code>
          {step.atOnce > 1 ? `, ${step.atOnce} at once` : ''}
        </>
      );
    case 'repeat':
      return (
        <>
          at most {step.times} times, until <code>{step.until}</code>
        </>
      );
    case 'try':
      return step.onFailure ? <>goes on if one of them fails</> : <>asks if one of them fails</>;
    case 'parallel':
      return null;
    default:
      return step satisfies never;
  }
}

function stateWords({ step, view, mark, decision }: Node): string | null {
  switch (mark) {
    case 'done':
      if (step.kind === 'ask') return decidedWords(decision);
      return proofWords(view?.proof) ?? detailOf(view?.outputs);
    case 'waiting':
      return decision ? `by ${hourText(decision.question.until)}` : null;
    case 'skipped':
    case 'taken-over':
    case 'undone':
    case 'not-reached':
      return markWord[mark];
    case 'running':
      return view?.outputs ? 'carried out, not yet proved' : null;
    case 'to-come':
    case 'will-ask':
    case 'failed':
      return null;
    default:
      return mark satisfies never;
  }
}

function decidedWords(decision: Node['decision']): string | null {
  if (!decision?.made) return null;
  const { made, question } = decision;
  const took = spanText(made.at - question.askedAt);
  if (made.by === 'default') return `nobody answered: counts as ${outcomeWord(made.outcome, question).toLowerCase()}`;
  return `${outcomeWord(made.outcome, question).toLowerCase()} in ${took}`;
}

type Outputs = NonNullable<Node['view']>['outputs'];

function proofWords(proof: Outputs): string | null {
  if (proof === undefined) return null;
  const text = (key: string): string | null => (typeof proof[key] === 'string' ? proof[key] : null);
  if (proof.proved === false) return 'not proved';
  return `proved${text('strength') ? ` by ${text('strength')}` : ''}${text('detail') ? `: ${text('detail')}` : ''}`;
}

const detailOf = (outputs: Outputs): string | null =>
  outputs !== undefined && typeof outputs.detail === 'string' && outputs.detail !== '' ? outputs.detail : null;

const KEY: readonly Mark[] = ['done', 'running', 'to-come', 'will-ask', 'waiting', 'failed', 'skipped', 'undone'];

const Key = () => (
  <ul class="key" aria-label="Key">
    {KEY.map((mark) => (
      <li class={markClass[mark]}>
        <Glyph name={markGlyph[mark]} />
        {markWord[mark]}
      </li>
    ))}
  </ul>
);

const tickClass: Partial<Record<Mark, string>> = {
  done: 'd',
  'taken-over': 'd',
  skipped: 's',
  undone: 's',
  waiting: 'w',
  failed: 'f',
  running: 'r',
};

/** One tick a step. */
export function Ticks({ nodes, words }: { nodes: readonly Node[]; words: string }) {
  return (
    <span class="ticks" role="img" aria-label={words}>
      {nodes.map((node) => (
        <i class={tickClass[node.mark]} />
      ))}
    </span>
  );
}

export const planName = (plan: Plan): string => `${plan.playbook} v${plan.version}`;
