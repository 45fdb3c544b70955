import { ELEMENTS, type ElementName } from './elements.ts';
import { type DrillEvidence, DrillFacts, type Shown } from './facts.ts';
import { REQUIREMENTS, type Requirement } from './requirements.ts';

/** `shown`: nothing that we know of is missing; `partly`; `missing`: the drill shows nothing of it. */
export type MappedElement = {
  element: ElementName;
  asks: string;
  state: 'shown' | 'partly' | 'missing';
  shows: Shown[];
  lacks: string[];
};
export type Mapped = Omit<Requirement, 'elements'> & { elements: MappedElement[] };

/** What this drill is evidence of, requirement by requirement, and what of each it leaves open. */
export function mappingOf(drill: DrillEvidence): Mapped[] {
  const facts = new DrillFacts(drill);
  return REQUIREMENTS.map(({ elements, ...requirement }) => ({
    ...requirement,
    elements: elements.map((element) => mapped(element, facts)),
  }));
}

function mapped(element: ElementName, facts: DrillFacts): MappedElement {
  const { asks, look } = ELEMENTS[element];
  const { shows, lacks } = look(facts);
  const state = shows.length === 0 ? 'missing' : lacks.length === 0 ? 'shown' : 'partly';
  return { element, asks, state, shows, lacks };
}

/** How far an element was shown, in words. */
export const STATES = { shown: 'Shown', partly: 'Shown in part', missing: 'Not shown' } as const;
export const eventsText = (cites: readonly number[]): string =>
  cites.length === 0 ? '' : ` (event${cites.length === 1 ? '' : 's'} ${cites.join(', ')})`;

/** For reading. `escaped`: as the medium needs it. */
export function mappingMarkdown(drill: string, mapping: readonly Mapped[], escaped: (text: string) => string): string {
  const parts = mapping.map((one) =>
    [
      `## ${one.framework}, ${one.reference}`,
      `${one.asks}.`,
      ...one.elements.map((element) =>
        [
          `### ${element.asks}: ${STATES[element.state].toLowerCase()}`,
          ...element.shows.map(({ text, cites }) => `- ${escaped(text)}${eventsText(cites)}.`),
          ...element.lacks.map((text) => `- Missing: ${escaped(text)}.`),
        ].join('\n'),
      ),
      ...(one.not.length > 0 ? [`No drill shows: ${one.not.join(' ')}`] : []),
    ].join('\n\n'),
  );
  return `${[
    `# What ${drill} is evidence of`,
    'EXERCISE. Claims rest on the events of the timeline in this pack, or on the improvement item or version of the playbook that they name, and on nothing else. What is missing is said. Whether a requirement is met is for your auditor to judge; this is not legal advice.',
    ...parts,
  ].join('\n\n')}\n`;
}
