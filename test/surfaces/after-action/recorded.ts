import { createHash } from 'node:crypto';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { sealScript } from '../../../src/simulator/script/seal.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { type NamedScript, shippedScript } from '../../support/scripts.ts';

/** A drill with people as it is kept for the tests of its report: its script, and its timeline. */
export type Recorded = { script: Script; events: HashedEvent[] };
type HashedEvent = NumberedEvent & { hash: string };

const [MARA, TOMAS, INGRID, SOFIA, JONAS] = [
  'mara-lindqvist',
  'tomas-okafor',
  'ingrid-solheim',
  'sofia-mendes',
  'jonas-weber',
] as const;
export const PEOPLE: Record<string, string> = {
  [MARA]: 'Mara Lindqvist',
  [TOMAS]: 'Tomas Okafor',
  [INGRID]: 'Ingrid Solheim',
  [SOFIA]: 'Sofia Mendes',
  [JONAS]: 'Jonas Weber',
};
const SEATS: Record<string, string> = {
  [MARA]: 'incident-commander',
  [TOMAS]: 'ml-on-call',
  [INGRID]: 'legal-counsel',
};

type Said = Parameters<PeopleDrill['tell']>[1];

/** Played as a team would: late answers, one question left to its default, a hint, a pause, a jump, opinions and a hot wash. */
export async function play(): Promise<Recorded> {
  const named = stricter(shippedScript('supply-chain-tampered-artifact', '60m'));
  const drill = await PeopleDrill.start(named, {
    people: {
      players: Object.entries(SEATS).map(([person, role]) => ({ role, person })),
      staff: [
        { role: 'facilitator', person: SOFIA },
        { role: 'evaluator', person: JONAS },
      ],
      rate: 4,
    },
  });
  const tell = async (person: string, said: Said) => {
    const told = await drill.tell(person, said);
    if (told.status !== 'accepted') throw new Error(`${person}, ${said.type}: ${JSON.stringify(told)}`);
  };
  const answer = (person: string, given: string) => tell(person, drill.ballot(person, [SEATS[person] ?? ''], given));
  const last = () => drill.events.length;

  await drill.pass(0.4);
  await tell(TOMAS, { type: 'seen', inject: 'scene' });
  await tell(SOFIA, { type: 'drill-jump', to: null });
  await drill.pass(2);
  await tell(MARA, { type: 'seen', inject: 'alarm' });
  await tell(SOFIA, {
    type: 'inject-edit',
    inject: 'reporter',
    edit: { subject: 'Does Halden Mutual pay claims unseen?' },
  });
  await drill.pass(4);
  await tell(SOFIA, {
    type: 'hint',
    to: ['incident-commander'],
    text: 'Which version served yesterday, Mara?',
    about: 'alarm',
  });
  await tell(SOFIA, { type: 'drill-pause', reason: 'The fire door was tested' });
  await drill.pass(4);
  await tell(SOFIA, { type: 'drill-resume' });
  await drill.pass(2);
  await answer(MARA, 'approve');
  const cut = last();
  await tell(JONAS, {
    type: 'observe',
    objective: 'contain',
    task: 'decide',
    expectation: 'cost-weighed',
    kind: 'improvement',
    rating: 'M',
    verdict: 'missed',
    text: 'Mara cut it without asking how many claims wait.',
    about: [cut],
  });
  await tell(SOFIA, {
    type: 'inject-add',
    inject: {
      title: 'A customer calls',
      by: 'phone',
      from: 'A policyholder',
      to: ['incident-commander'],
      subject: 'My claim',
      text: 'I was paid twice today. May I keep it?',
      dueAt: null,
    },
  });
  await drill.pass(7.5);
  await answer(MARA, 'retry');
  await drill.pass(2);
  await answer(MARA, 'approve');
  await drill.pass(5);
  await tell(JONAS, {
    type: 'observe',
    objective: 'recover',
    task: 'reopen',
    expectation: null,
    kind: 'strength',
    rating: 'S',
    verdict: null,
    text: 'Tomas looked at the validation himself before he agreed.',
    about: [],
  });
  await answer(TOMAS, 'approve');
  await drill.pass(0.5);
  await tell(MARA, {
    type: 'answer-voice',
    to: 'A policyholder',
    text: 'Keep it for now; we write to you.',
    about: null,
  });
  await drill.pass(2);
  await tell(SOFIA, { type: 'endex', because: 'facilitator', reason: 'All is said', incident: null });
  await tell(MARA, { type: 'hot-wash', question: 1, text: 'When Aksel wrote of four claims with the same words.' });
  await tell('~anonymous', { type: 'hot-wash', question: 3, text: 'If Henrik had shown us the signature.' });
  await tell(TOMAS, { type: 'hot-wash', question: null, text: 'My phone was dead in the tunnel.' });
  return { script: named.script, events: hashed(drill.events) };
}

/** With a limit that the team breaks, and a trap. */
function stricter({ script, ...rest }: NamedScript): NamedScript {
  const { hash: _, rubric: __, ...draft } = script;
  const expectations = script.expectations.map((one) => {
    if (one.id === 'cut-decided') return { ...one, withinMs: 6 * 60_000 };
    if (one.id === 'no-early-traffic')
      return { ...one, trap: 'Henrik offers to deploy 4.2.0 again, so that Halden Mutual keeps its numbers.' };
    return one;
  });
  return { ...rest, script: sealScript({ ...draft, expectations }) };
}

/** Each with a hash that follows from all before it. */
export function hashed(events: readonly NumberedEvent[]): HashedEvent[] {
  let before = '';
  return events.map((event) => {
    before = createHash('sha256')
      .update(`${before}${JSON.stringify(event)}`)
      .digest('hex');
    return { ...event, hash: before };
  });
}
