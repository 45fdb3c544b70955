import type { Mapped, MappedElement } from '../../evidence/mapping.ts';
import { STATES } from '../../evidence/mapping.ts';
import { drillAddress } from '../parts/drill.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { Events } from '../parts/opinions.tsx';
import { Words } from '../parts/text.tsx';

export type DrillEvidenceProps = {
  frame: Frame;
  drill: { id: string; title: string };
  requirements: readonly Mapped[];
  /** Whether this reader may download the pack. */
  mayPack: boolean;
};

/** What a drill is evidence of, for whoever has to show it to an auditor. */
export function DrillEvidencePage({ frame, drill, requirements, mayPack }: DrillEvidenceProps) {
  const address = drillAddress(drill.id);
  return (
    <Page frame={frame} title={`EXERCISE: evidence of ${drill.id}`} section="drills">
      <header class="page-head">
        <div>
          <p class="quiet">
            <span class="xtag">EXERCISE</span> <a href={address}>{drill.id}</a>
          </p>
          <h1>What it is evidence of</h1>
        </div>
        {mayPack && (
          <a class="btn" href={`${address}/evidence.zip`} download>
            Download the evidence pack
          </a>
        )}
      </header>
      <div class="stack">
        <section class="sheet">
          <p>
            <Words of={drill.title} />. Each claim rests on events of the{' '}
            <a href={`/incidents/${drill.id}`}>timeline</a>, or on the improvement item or version of the playbook that
            it names; what the drill did not show is said. Whether a requirement is met is for your auditor to judge:
            this is not legal advice.
          </p>
          <p class="second">
            {mayPack
              ? 'The pack is a signed zip with plan, attendance, MSEL as played, timeline, rubric, report and improvement items.'
              : 'The evidence pack names persons: ask who planned, facilitated or evaluated the drill.'}
          </p>
        </section>
        {requirements.map((one) => (
          <section class="sheet" aria-labelledby={`req-${one.id}`}>
            <header>
              <h2 id={`req-${one.id}`}>
                {one.framework}, {one.reference}
              </h2>
              <span class="quiet">{countWords(one.elements)}</span>
            </header>
            <p class="second">{one.asks}.</p>
            <ul class="rows fold">
              {one.elements.map((element) => (
                <ElementRow drill={drill.id} element={element} />
              ))}
            </ul>
            {one.not.length > 0 && <p class="second">No drill shows: {one.not.join(' ')}</p>}
          </section>
        ))}
      </div>
    </Page>
  );
}

const countWords = (elements: readonly MappedElement[]): string =>
  `${elements.filter(({ state }) => state === 'shown').length} of ${elements.length} shown in full`;

function ElementRow({ drill, element }: { drill: string; element: MappedElement }) {
  const { asks, state, shows, lacks } = element;
  return (
    <li>
      <div>
        <div class="who">{asks}</div>
        {shows.map(({ text, cites }) => (
          <div class="sub">
            <Words of={text} /> <Cites drill={drill} seqs={cites} />
          </div>
        ))}
        {lacks.map((text) => (
          <div class="sub">
            <b>Missing:</b> <Words of={text} />
          </div>
        ))}
      </div>
      <div class="end">{STATES[state]}</div>
    </li>
  );
}

const Cites = ({ drill, seqs }: { drill: string; seqs: readonly number[] }) =>
  seqs.length === 0 ? null : (
    <span class="quiet">
      {seqs.length === 1 ? 'event' : 'events'} <Events drill={drill} of={seqs} />
    </span>
  );
