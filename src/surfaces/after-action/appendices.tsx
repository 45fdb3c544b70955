import { sentenceEnd } from '../../incident/phrases.ts';
import { Words } from '../console/parts/text.tsx';
import { STATES } from '../evidence/mapping.ts';
import { clockText, isoTime } from '../model/clock.ts';
import { Cite } from '../report/cite.tsx';
import { Table } from '../report/table.tsx';
import type { AfterAction, Entry } from './contract.ts';
import { wallText } from './course-parts.tsx';
import { Chapter, Said } from './marks.tsx';

export const Appendices = (report: AfterAction) => (
  <>
    <Improvements {...report} />
    <Participants {...report} />
    <Msel {...report} />
    <Evidence {...report} />
    <Timeline {...report} />
    <Verify {...report} />
  </>
);

const Improvements = ({ beside, audience }: AfterAction) => (
  <Chapter id="appendix-a" title="Appendix A. Improvement plan">
    {audience === 'anonymous' ? (
      <p class="sans second">It is left out here.</p>
    ) : beside.improvements.length === 0 ? (
      <p class="sans second">
        Nothing has been agreed yet. Items are added in the console, or with tocsin improvement.
      </p>
    ) : (
      <Table
        name="improvements"
        label="Improvement plan"
        heads={['Issue and corrective action', 'Owner', 'Start, due', 'State, closes when']}
        rows={beside.improvements.map(({ id, issue, action, owner, start, due, status, closesWhen, cites }) => [
          <span data-from="improvements">
            <span class="second small">{id}</span>
            <br />
            <b>
              <Words of={issue} />
            </b>{' '}
            <Cite events={cites} />
            <br />
            <Words of={action} />
          </span>,
          <Words of={owner} />,
          <span data-from="improvements">
            {start !== null && (
              <>
                from <span class="nowrap">{start}</span>
                <br />
              </>
            )}
            due <span class="nowrap">{due}</span>
          </span>,
          <span data-from="improvements">
            {status}
            <br />
            <span class="second small">
              <Words of={closesWhen} />
            </span>
          </span>,
        ])}
      />
    )}
  </Chapter>
);

const Participants = ({ participants, audience }: AfterAction) => (
  <Chapter id="appendix-b" title="Appendix B. Participants and attendance">
    <Table
      name="participants"
      label="Participants"
      heads={['Role', 'Who', 'Present, by what is recorded', ...(audience === 'staff' ? ['Decisions'] : [])]}
      rows={participants.map(({ part, role, who, bot, present, did }) => [
        <Words of={role} />,
        bot ? <span class="second">{who}</span> : <Words of={who} />,
        <Said of={present} />,
        ...(audience !== 'staff'
          ? []
          : [part === 'player' ? <Said of={did} /> : <span class="second">does not play</span>]),
      ])}
    />
  </Chapter>
);

const Msel = ({ msel }: AfterAction) => (
  <Chapter id="appendix-c" title="Appendix C. Master scenario events list, as played">
    <Table
      name="played"
      label="Master scenario events list"
      heads={['No.', 'Inject', 'From, to', 'Planned, played', 'Expected response']}
      rows={msel.map((row) => [
        <span data-no>{row.number}</span>,
        <>
          <b>
            <Words of={row.title} />
          </b>
          <br />
          <span class="second small">
            {row.kind}, by {row.method}
          </span>{' '}
          <Cite events={row.cites} />
          {row.change && (
            <>
              <br />
              <span class="small">
                ◆ <Words of={row.change} />
              </span>
            </>
          )}
        </>,
        <>
          <Words of={row.from} />
          <br />
          <span class="second">
            to <Words of={row.to} />
          </span>
        </>,
        <>
          <span class="second">{row.planned}</span>
          <br />
          {row.played}
        </>,
        row.expected.length === 0 ? (
          <span class="second">none</span>
        ) : (
          <ul>
            {row.expected.map((words) => (
              <li data-from="script">
                <Words of={words} />
              </li>
            ))}
          </ul>
        ),
      ])}
    />
  </Chapter>
);

/** Why there is none, to whoever reads no appendix. */
export const NO_EVIDENCE = {
  anonymous: 'It is left out here.',
  else: 'It is not told here: it rests on more than stands in this file. Ask for it: tocsin drill evidence.',
} as const;

const Evidence = ({ evidence, audience }: AfterAction) => (
  <Chapter id="appendix-d" title="Appendix D. What this is evidence of">
    {evidence === null ? (
      <p class="sans second">{NO_EVIDENCE[audience === 'anonymous' ? 'anonymous' : 'else']}</p>
    ) : (
      <>
        <p class="sans second">
          Claims rest on events and on nothing else; what is missing is said. Whether a requirement is met is for your
          auditor to judge: this is not legal advice.
        </p>
        <Table
          name="elements"
          label="What was shown"
          heads={['No.', 'What is asked for', 'State', 'What shows it, and what is missing']}
          rows={evidence.elements.map(({ number, asks, state, shows, lacks }) => [
            <span data-no>{number}</span>,
            <span data-from="script">{asks}</span>,
            <b>{STATES[state]}</b>,
            <span class="block">
              {shows.map((one) => (
                // What rests on no event rests on the improvement plan or on the playbook that is published.
                <span class="shown" data-from={one.cites.length === 0 ? 'beside' : undefined}>
                  <Words of={sentenceEnd(one.text)} /> <Cite events={one.cites} most={4} />
                </span>
              ))}
              {lacks.map((words) => (
                <span class="shown" data-from="beside">
                  <span class="second">Missing:</span> <Words of={words} />.
                </span>
              ))}
            </span>,
          ])}
        />
        <Table
          name="requirements"
          label="Requirements, by the numbers above"
          heads={['Requirement', 'Shown', 'In part', 'Not shown']}
          rows={evidence.requirements.map(({ framework, reference, asks, shown, partly, missing, not }) => [
            <span data-from="script">
              <b>
                {framework}, {reference}
              </b>
              <br />
              {asks}.
              {not.map((words) => (
                <span class="shown second small">No drill shows: {words}</span>
              ))}
            </span>,
            ...[shown, partly, missing].map((numbers) => (
              <span data-no>{numbers.length === 0 ? '–' : numbers.join(', ')}</span>
            )),
          ])}
        />
      </>
    )}
  </Chapter>
);

function Timeline({ timeline, course }: AfterAction) {
  return (
    <Chapter id="appendix-e" title="Appendix E. Timeline">
      <p class="sans second block">
        Every event, oldest first; <a href={`#e${timeline.at(-1)?.seq ?? 1}`}>{timeline.length}</a> of them. On the left
        the clock of the scenario since STARTEX, beneath it the clock on the wall, UTC.
      </p>
      <ol class="log">
        {timeline.map((entry) => (
          <Row entry={entry} from={course.from} />
        ))}
      </ol>
    </Chapter>
  );
}

const Row = ({ entry, from }: { entry: Entry; from: number }) => (
  <li id={`e${entry.seq}`} class={entry.mark === '■' ? 'bad' : entry.routine ? 'routine' : undefined}>
    <span class="times">
      <time datetime={isoTime(entry.at)}>T+{clockText(entry.at - from)}</time>
      {entry.wallAt !== null && <time datetime={isoTime(entry.wallAt)}>{wallText(entry.wallAt)}</time>}
    </span>
    <span class="mark" aria-hidden="true">
      {entry.mark}
    </span>
    <div>
      <Words of={entry.text} />
      {entry.note && (
        <span class="note">
          <Words of={entry.note} />
        </span>
      )}
    </div>
    <span class="seq">{entry.seq}</span>
  </li>
);

const Verify = ({ drill, head, rubric, script, audience, timeline }: AfterAction) => (
  <Chapter id="appendix-f" title="Appendix F. How to verify this report">
    <p class="block">
      It is found from the timeline and the script alone, without a clock and without a store, up to{' '}
      <Cite events={[timeline.at(-1)?.seq ?? 1]} />. Whoever has the signed export finds the same:
    </p>
    <pre data-from="script">
      <code>
        {[
          `tocsin timeline export ${drill} -o ${drill}.jsonl`,
          `tocsin timeline verify ${drill}.jsonl --key head-0001.pub.pem`,
          `tocsin drill score ${drill}.jsonl`,
          `tocsin drill report ${drill}.jsonl --format json --audience ${audience}`,
        ].join('\n')}
      </code>
    </pre>
    <dl class="over hashes">
      <div>
        <dt>Head of the timeline</dt>
        <dd>
          <code>{head?.hash ?? 'not signed: it is of no installation'}</code>{' '}
          <Cite events={[timeline.at(-1)?.seq ?? 1]} />
        </dd>
      </div>
      <div>
        <dt>Script</dt>
        <dd>
          <code>{script.hash}</code> <Cite events={script.cites} />
        </dd>
      </div>
      <div>
        <dt>Rubric</dt>
        <dd>
          <code>{rubric.hash ?? 'not hashed'}</code> <Cite events={rubric.cites} />
        </dd>
      </div>
    </dl>
  </Chapter>
);
