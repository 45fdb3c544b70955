import { mappingOf } from '../evidence/mapping.ts';
import type { AfterAction } from './contract.ts';
import { type Ground, startOf, told } from './told.ts';

type Evidenced = NonNullable<AfterAction['evidence']>;

/**
 * What the drill is evidence of. Null where it cannot be said whole: to whom not everything may be told, or from a file that says nothing of
 * what became of the drill since.
 */
export function evidenceIn(ground: Ground): Evidenced | null {
  const { script, events, beside, audience } = ground;
  const { audit, improvements } = beside;
  if (audit === null || audience === 'anonymous' || withheld(ground)) return null;
  const mapping = mappingOf({ script, events, improvements, ...audit });
  const elements = new Map<string, Evidenced['elements'][number]>();
  const started = startOf(ground).seq;
  for (const { element, asks, state, shows, lacks } of mapping.flatMap((one) => one.elements)) {
    if (elements.has(element)) continue;
    // Where nothing shows it, STARTEX: it says what was drilled.
    const rests = shows.flatMap((one) => one.cites);
    const { cites } = told('', rests.length > 0 ? rests : [started]);
    elements.set(element, { number: elements.size + 1, asks, state, shows, lacks, cites });
  }
  return {
    elements: [...elements.values()],
    requirements: mapping.map(({ framework, reference, asks, not, elements: own }) => {
      const of = (state: 'shown' | 'partly' | 'missing') =>
        own
          .filter((one) => one.state === state)
          .flatMap(({ element }) => elements.get(element)?.number ?? [])
          .sort((a, b) => a - b);
      return { framework, reference, asks, not, shown: of('shown'), partly: of('partly'), missing: of('missing') };
    }),
  };
}

/** Whether there are events that these readers may not read: what was said among those who took part. */
export const withheld = ({ events, redacted, head }: Pick<Ground, 'events' | 'redacted' | 'head'>): boolean =>
  head !== null && new Set([...events.map(({ seq }) => seq), ...redacted]).size < head.seq;
