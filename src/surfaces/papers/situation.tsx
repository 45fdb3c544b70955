import { Words } from '../console/parts/text.tsx';
import { Table } from '../report/table.tsx';
import { Chapter, lengthWords, Prose, paperHtml, Rules, roleWords, type Script, startWords } from './paper.tsx';

/** The situation manual: what everybody may read before the drill. Nothing in it tells what is going on, nor what will come. */
export const situationManual = (script: Script): string =>
  paperHtml({
    script,
    kind: 'Situation manual',
    lede: 'For everybody who takes part. It says where the scenario begins, not where it goes.',
    facts: [
      ['Length', lengthWords(script)],
      ['The scenario begins', startWords(script)],
      ['Seats', script.seats.map(({ role }) => roleWords(role)).join(', ')],
    ],
    children: (
      <>
        <Chapter title="Where the scenario begins">
          <Prose of={script.about} />
        </Chapter>
        <Chapter title="What is practised">
          <Practised {...script} />
        </Chapter>
        <Chapter title="The AI systems">
          <Systems {...script} />
        </Chapter>
        <Chapter title="Rules of play">
          <Rules />
        </Chapter>
        <Chapter title="Players">
          <ul class="told">
            {script.seats.map(({ role, needed }) => (
              <li>
                <Words of={roleWords(role)} />
                {needed ? '' : ' (the drill can do without)'}
              </li>
            ))}
          </ul>
        </Chapter>
      </>
    ),
  });

/** What one player may know, and the others need not. */
export function playerGuide(script: Script, role: string): string {
  const seat = script.seats.find((one) => one.role === role);
  if (!seat) throw new Error(`nobody sits as ${role}`);
  return paperHtml({
    script,
    kind: 'Player’s guide',
    lede: `You are the ${roleWords(role)}. Keep this page to yourself until the drill is over.`,
    facts: [
      ['Your seat', roleWords(role)],
      ['Length', lengthWords(script)],
      ['The scenario begins', startWords(script)],
    ],
    children: (
      <>
        <Chapter title="What you know">
          <Prose of={seat.brief} />
        </Chapter>
        <Chapter title="Where the scenario begins">
          <Prose of={script.about} />
        </Chapter>
        <Chapter title="The AI systems">
          <Systems {...script} />
        </Chapter>
        <Chapter title="Who plays with you">
          <p>
            {script.seats
              .filter((one) => one.role !== role)
              .map((one) => roleWords(one.role))
              .join(', ') || 'Nobody else.'}
          </p>
        </Chapter>
        <Chapter title="Rules of play">
          <Rules />
        </Chapter>
      </>
    ),
  });
}

/** How an objective is worded tells what will be missed: only what it is an objective of. */
const Practised = ({ objectives }: Script) => (
  <ul class="told">
    {[...new Set(objectives.map(({ capability }) => capability))].map((capability) => (
      <li>
        <Words of={capability} />
      </li>
    ))}
  </ul>
);

/** As the inventory has them; the truth about their versions is not in it. */
const Systems = ({ systems }: Script) => (
  <Table
    name="systems"
    label="AI systems"
    heads={['AI system', 'Criticality', 'Owner', 'Relying on it']}
    rows={systems.map(({ snapshot }) => [
      <b>
        <Words of={snapshot.name} />
      </b>,
      snapshot.tier,
      <Words of={snapshot.owner || 'not known'} />,
      <Words of={snapshot.dependants?.join(', ') || 'none on record'} />,
    ])}
  />
);
