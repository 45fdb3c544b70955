import { alertWords, type MselRow, minutesWords, mselOf } from '../../simulator/exchange/msel.ts';
import { Words } from '../console/parts/text.tsx';
import { Table } from '../report/table.tsx';
import { Chapter, lengthWords, Prose, paperHtml, Rules, roleWords, type Script, startWords } from './paper.tsx';

/** The facilitator's guide: the truth, the MSEL with every text, hints, what is expected, and the traps. Not for players. */
export const facilitatorGuide = (script: Script): string => {
  const rows = mselOf(script);
  return paperHtml({
    script,
    kind: 'Facilitator’s guide',
    lede: 'For facilitators and evaluators alone. It holds the truth and everything that will come.',
    facts: [
      ['Exercises the playbook', script.playbook],
      ['Length', lengthWords(script)],
      ['The scenario begins', startWords(script)],
      ['Built on', script.references.join('; ') || 'nothing that is named'],
    ],
    children: (
      <>
        <Chapter title="What players know">
          <Prose of={script.about} />
        </Chapter>
        <Chapter title="What really happened">
          <Prose of={script.truth} />
          <Truths {...script} />
        </Chapter>
        <Chapter title="Objectives">
          <Objectives {...script} />
        </Chapter>
        {script.guide !== null && (
          <Chapter title="How to facilitate it">
            <Prose of={script.guide} />
          </Chapter>
        )}
        <Chapter title="MSEL">
          <Msel rows={rows} />
        </Chapter>
        <Chapter title="Injects">
          {rows.map((row) => (
            <Inject script={script} row={row} />
          ))}
        </Chapter>
        <Chapter title="What is expected, and what must not happen">
          <Expected {...script} />
        </Chapter>
        <Chapter title="Seats">
          <Seats {...script} />
        </Chapter>
        <Chapter title="Rules of play">
          <Rules />
        </Chapter>
        <Chapter title="Hot wash">
          <Table
            name="debrief"
            label="Questions for the hot wash"
            heads={['Question', 'What was said']}
            rows={script.debrief.map((question) => [<Words of={question} />, <div class="write" />])}
          />
        </Chapter>
      </>
    ),
  });
};

const Truths = ({ systems, faults }: Script) => (
  <ul class="told">
    {systems.flatMap(({ snapshot, truth }) => [
      ...Object.entries(truth.versions).map(([version, { signatureValid, passesValidation }]) => (
        <li>
          <Words of={`${snapshot.name} ${version}`} />
          {version === truth.serving ? ', which serves at STARTEX' : ''}: its signature{' '}
          {signatureValid ? 'verifies' : 'does not verify'}, it {passesValidation ? 'passes' : 'fails'} validation
        </li>
      )),
    ])}
    {faults.map(({ capability, kind, times, message }) => (
      <li>
        <Words
          of={`${capability} ${kind === 'lie' ? 'says that it did, and did nothing' : `fails: ${message}`} (${times === 1 ? 'once' : `${times} times`})`}
        />
      </li>
    ))}
  </ul>
);

const Msel = ({ rows }: { rows: readonly MselRow[] }) => (
  <Table
    name="msel"
    label="Master scenario events list"
    heads={['No.', 'Scenario time', 'Synopsis', 'From, to', 'Method']}
    rows={rows.map(({ number, time, inject }) => [
      String(number),
      <span class="num">{time}</span>,
      <Words of={inject.title} />,
      <>
        <Words of={inject.from} />
        <br />
        <span class="second small">
          to <Words of={inject.to.map(roleWords).join(', ')} />
        </span>
      </>,
      inject.by,
    ])}
  />
);

const KINDS = {
  contextual: 'sets the scene',
  'expected-action': 'wants a response',
  contingency: 'only if the response did not come',
};

function Inject({ script, row }: { script: Script; row: MselRow }) {
  const { inject, number, time, due, expected } = row;
  const facts: [string, string][] = [
    ['From', inject.from],
    ['To', inject.to.map(roleWords).join(', ')],
    ...(inject.subject === inject.title ? [] : ([['Subject', inject.subject]] as [string, string][])),
    ...(due === null ? [] : ([['Due', due]] as [string, string][])),
    ...expected.map(({ title }): [string, string] => ['Expected', title]),
    ...(inject.objective === null
      ? []
      : ([['Objective', script.objectives.find(({ id }) => id === inject.objective)?.title ?? inject.objective]] as [
          string,
          string,
        ][])),
    ...(inject.changes === null ? [] : ([['Then', changeWords(inject.changes)]] as [string, string][])),
    ...(inject.attachments.length === 0 ? [] : ([['Attached', inject.attachments.join(', ')]] as [string, string][])),
    ...(inject.hint === null ? [] : ([['Hint', inject.hint.trim()]] as [string, string][])),
    ...(inject.notes === null ? [] : ([['Note', inject.notes.trim()]] as [string, string][])),
  ];
  return (
    <article class="inject">
      <header>
        <p class="due">
          {number} · {time} · {inject.by} · {inject.kind}: {KINDS[inject.kind]}
        </p>
        <h3>
          <Words of={inject.title} />
        </h3>
      </header>
      <blockquote>
        <Words of={inject.alert === null ? inject.text.trim() : alertWords(inject)} />
      </blockquote>
      <dl>
        {facts.map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd class="words">
              <Words of={value} />
            </dd>
          </>
        ))}
      </dl>
    </article>
  );
}

type Changes = NonNullable<Script['injects'][number]['changes']>;
function changeWords({ systems, faults }: Changes): string {
  const words = [
    ...Object.entries(systems).flatMap(([id, { serving, traffic, around }]) => [
      ...(serving === undefined ? [] : [`${id} serves ${serving}`]),
      ...(traffic === undefined ? [] : [`traffic to ${id}: ${traffic}`]),
      ...Object.entries(around ?? {}).map(([key, value]) => `${key} of ${id}: ${JSON.stringify(value)}`),
    ]),
    ...faults.map(({ capability, kind }) => `${capability} ${kind === 'lie' ? 'lies' : 'fails'}`),
  ];
  return words.join('; ') || 'nothing changes';
}

const GATES = { achieve: 'unable to be performed (U)', sound: 'major challenges (M)', timely: 'some challenges (S)' };

const Objectives = ({ objectives }: Script) => (
  <>
    {objectives.map(({ title, capability, tasks }) => (
      <>
        <h3>
          <Words of={title} />
        </h3>
        <p class="sans second">
          <Words of={capability} />
        </p>
        <ul class="told">
          {tasks.map((task) => (
            <li>
              <Words of={task.title} />
            </li>
          ))}
        </ul>
      </>
    ))}
  </>
);

const Expected = ({ expectations, injects, objectives }: Script) => {
  const nameOf = (id: string) =>
    injects.find((one) => one.id === id)?.title ?? expectations.find((one) => one.id === id)?.title ?? id;
  return (
    <Table
      name="expected"
      label="Expectations"
      heads={['Expected', 'When', 'If missed', 'Objective']}
      rows={expectations.map(({ title, never, sought, withinMs, since, before, gate, objective }) => [
        <>
          <b>
            <Words of={title} />
          </b>
          {never && (
            <>
              <br />
              <span class="second small">must not happen</span>
            </>
          )}
          {sought.what === 'judged' && (
            <>
              <br />
              <span class="second small">
                An evaluator judges: <Words of={sought.text} />
              </span>
            </>
          )}
        </>,
        <Words
          of={
            [
              withinMs === null ? null : `within ${minutesWords(withinMs)}`,
              since === null ? null : `since “${nameOf(since)}”`,
              before === null ? null : `before “${nameOf(before)}”`,
            ]
              .filter((one) => one !== null)
              .join(', ') || 'at any time'
          }
        />,
        GATES[gate],
        <Words of={objectives.find(({ id }) => id === objective)?.title ?? objective} />,
      ])}
    />
  );
};

const Seats = ({ seats, away }: Script) => (
  <>
    {seats.map(({ role, brief, needed }) => (
      <>
        <h3>
          <Words of={roleWords(role)} />
          {needed ? '' : ' (the drill can do without)'}
        </h3>
        <Prose of={brief} />
        {away
          .filter((one) => one.role === role)
          .map(({ fromMs, untilMs, why }) => (
            <p class="sans second">
              <Words
                of={`Away from ${minutesWords(fromMs)}${untilMs === null ? ' on' : ` to ${minutesWords(untilMs)}`}${why === null ? '' : `: ${why}`}`}
              />
            </p>
          ))}
      </>
    ))}
  </>
);
