import { minutesWords } from '../../simulator/exchange/msel.ts';
import { Words } from '../console/parts/text.tsx';
import { KINDS, RATING_LETTERS, RATINGS } from '../model/evaluation.ts';
import { Table } from '../report/table.tsx';
import { Chapter, lengthWords, paperHtml, type Script, startWords } from './paper.tsx';

/** The exercise evaluation guide on paper: what to look for, with room for what was seen. For evaluators alone: it says what will come. */
export const evaluationGuide = (script: Script): string =>
  paperHtml({
    script,
    kind: 'Exercise evaluation guide',
    lede: 'For evaluators and facilitators alone. Write what you see, when, and the number of the event; rate each objective yourself, before you hear another’s opinion.',
    facts: [
      ['Exercises the playbook', script.playbook],
      ['Length', lengthWords(script)],
      ['The scenario begins', startWords(script)],
      ['Evaluator', '…'],
    ],
    children: (
      <>
        <Chapter title="Ratings">
          <Table
            name="ratings-key"
            label="Ratings"
            heads={['Rating', 'What it means']}
            rows={RATING_LETTERS.map((letter) => [`${letter}: ${RATINGS[letter].title}`, RATINGS[letter].means])}
          />
          <p class="sans second">
            Not observed is no rating: leave it open. What the machine finds (the rows without a square) is counted by
            itself; what you judge is yours alone, and where opinions differ both are reported.
          </p>
        </Chapter>
        {script.objectives.map((objective, i) => (
          <Chapter title={`Objective ${i + 1}: ${objective.title}`}>
            <Objective script={script} objective={objective} />
          </Chapter>
        ))}
      </>
    ),
  });

type ObjectiveProps = { script: Script; objective: Script['objectives'][number] };

function Objective({ script, objective }: ObjectiveProps) {
  const expected = script.expectations.filter((one) => one.objective === objective.id);
  return (
    <>
      <p class="sans second">
        Capability: <Words of={objective.capability} />
      </p>
      <Table
        name="eeg"
        label="Critical tasks"
        heads={['Critical task', 'What you saw, when, event', 'Rating']}
        rows={objective.tasks.map(({ title }) => [<Words of={title} />, <div class="write" />, 'P  S  M  U'])}
      />
      <Table
        name="eeg"
        label="What is looked for"
        heads={['Looked for', 'What you saw, when, event', 'Verdict']}
        rows={expected.map((one) => [<LookedFor one={one} />, <div class="write" />, verdictOf(one)])}
      />
      <Table
        name="eeg-whole"
        label="The objective as a whole"
        heads={['The objective as a whole', 'Rating (circle one): P  S  M  U']}
        rows={Object.values(KINDS).map((kind) => [kind, <div class="write" />])}
      />
    </>
  );
}

type One = Script['expectations'][number];

/** A square for each answer that an evaluator gives; none where the machine finds it. */
const verdictOf = ({ sought }: One): string =>
  sought.what === 'judged'
    ? ['met', 'met late', 'missed', 'not observed'].map((verdict) => `☐ ${verdict}`).join('\n')
    : 'found by the machine';

function LookedFor({ one }: { one: One }) {
  const limits = [
    ...(one.never ? ['must not happen'] : []),
    ...(one.withinMs === null ? [] : [`within ${minutesWords(one.withinMs)}`]),
  ];
  return (
    <>
      <b>
        <Words of={one.title} />
      </b>
      {limits.length > 0 && <span class="second small">, {limits.join(', ')}</span>}
      {one.sought.what === 'judged' && (
        <>
          <br />
          <span class="second small">
            You judge: <Words of={one.sought.text} />
          </span>
        </>
      )}
    </>
  );
}
