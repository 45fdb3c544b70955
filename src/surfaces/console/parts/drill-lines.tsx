import type { DrillLine } from '../../drills/notices.ts';
import { Words } from './text.tsx';

/** What somebody should know of drills that are planned. No alarm: nothing waits for it. */
export const DrillLines = ({ lines }: { lines: readonly DrillLine[] }) => (
  <section class="sheet" aria-labelledby="dl">
    <header>
      <h2 id="dl">Drills to come</h2>
    </header>
    <ul class="plain">
      {lines.map(({ drill, text }) => (
        <li>{drill === null ? <Words of={text} /> : <Told drill={drill} text={text} />}</li>
      ))}
    </ul>
  </section>
);

/** The line begins with the drill's id, which leads to its page. */
const Told = ({ drill, text }: { drill: string; text: string }) => (
  <>
    <a href={`/drills/${drill}`}>{drill}</a>
    <Words of={text.slice(drill.length)} />
  </>
);
