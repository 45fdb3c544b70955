import { createHash } from 'node:crypto';
import type { NumberedEvent } from '../src/incident/events.ts';
import { rehearseScript } from '../src/simulator/core/rehearse-script.ts';
import { scoreOf } from '../src/simulator/scoring/score-of.ts';
import { afterActionOf } from '../src/surfaces/after-action/after-action.ts';
import { FORMS } from '../src/surfaces/after-action/desk.ts';
import { atMost, type Measure, median, shown } from './measure.ts';
import { generatedDrill } from './rehearsal.ts';

/** The report of a long drill, from its timeline in memory to the file: score, model and HTML. */
const EVENTS = 5_000;

export async function benchAfterAction(rounds: number): Promise<Measure[]> {
  const { script, plan } = generatedDrill();
  const { events: short } = await rehearseScript({ script, plan, seed: 1 });
  const events = longer(short);
  const hash = createHash('sha256').update(JSON.stringify(events)).digest('hex');
  const beside = {
    ...{ final: false, timezone: 'Europe/Oslo', organisation: null, people: {}, contact: null },
    ...{ improvements: [], earlier: [], incidents: [], audit: null },
  };
  const tookS: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const score = scoreOf(script, events);
    const head = { seq: events.length, hash };
    const report = afterActionOf({ script, events, redacted: [], head, score, beside, audience: 'staff' });
    bytes = FORMS.html.of(report).length;
    tookS.push((performance.now() - started) / 1_000);
    if (report.timeline.length !== EVENTS) throw new Error(`${report.timeline.length} events stand in the report`);
  }
  return [
    atMost(`after-action report of ${EVENTS} events, score to HTML`, median(tookS), 's', 5),
    shown('size of that report', bytes / 1_000, 'kB'),
  ];
}

/** The same drill again and again, until it is long enough: between STARTEX and ENDEX, with questions and duties of their own. */
export function longer(short: readonly NumberedEvent[]): NumberedEvent[] {
  const [first, ...rest] = short;
  const last = rest.pop();
  if (!first || !last) throw new Error('nothing was rehearsed');
  const questions = short.filter(({ type }) => type === 'decision.asked').length;
  const between = Array.from({ length: EVENTS - 2 }, (_, i): NumberedEvent => {
    const event = rest[i % rest.length] as NumberedEvent;
    const { number } = event.data as { number?: number };
    const own = number === undefined ? {} : { number: number + Math.floor(i / rest.length) * questions };
    return { ...event, seq: i + 2, data: { ...event.data, ...own } } as NumberedEvent;
  });
  return [first, ...between, { ...last, seq: EVENTS }];
}
