import { describe, expect, it } from 'vitest';
import { ANONYMOUS, BY_ITSELF, type ExerciseCommand } from '../../../src/incident/exercise-messages.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

/** What evaluators write down while a drill runs and after it, and what its participants say in the hot wash. */
const named = shippedScript('supply-chain-tampered-artifact', '15m');
const people: DrillPeople = {
  players: [{ role: 'incident-commander', person: 'ann' }],
  staff: [
    { role: 'facilitator', person: 'fay' },
    { role: 'evaluator', person: 'eve' },
    { role: 'observer', person: 'ole' },
  ],
  rate: 10,
};
const start = (broken = false) => PeopleDrill.start(named, { people, broken });
const end = (drill: PeopleDrill) =>
  drill.tell('fay', { type: 'endex', because: 'facilitator', reason: null, incident: null });

const SEEN = {
  type: 'observe',
  objective: 'contain',
  task: 'decide',
  expectation: null,
  verdict: null,
  kind: 'improvement',
  rating: 'S',
  text: 'She asked nobody what the cut costs.',
} as const;
type Observe = Extract<ExerciseCommand, { type: 'observe' }>;
const seen = (more: Partial<Observe> = {}): Observe => ({ ...SEEN, about: [3], ...more });
const said = (text: string, question: number | null = 1) => ({ type: 'hot-wash', question, text }) as const;

describe('an observation', () => {
  it('is recorded with what it is about, while the drill runs and until the hot wash is closed', async () => {
    const drill = await start();
    await drill.pass(0.1);
    expect(await drill.tell('eve', seen())).toEqual({ status: 'accepted' });
    const { type: _, ...data } = seen();
    expect(drill.of('observation.recorded')[0]).toMatchObject({ actor: { kind: 'person', id: 'eve' }, data });
    await end(drill);
    expect(await drill.tell('fay', seen({ rating: 'M', text: 'Late.' }))).toEqual({ status: 'accepted' });
    expect(drill.view.exercise?.observations.map(({ actor, rating }) => [actor, rating])).toEqual([
      [{ kind: 'person', id: 'eve' }, 'S'],
      [{ kind: 'person', id: 'fay' }, 'M'],
    ]);
    await drill.tell('fay', { type: 'drill-close' });
    expect(drill.refuse('eve', seen())).toMatchObject({ code: 'closed' });
  });

  it.each([false, true])('is of evaluators and facilitators alone (after ENDEX: %s)', async (over) => {
    const drill = await start();
    if (over) await end(drill);
    for (const person of ['ann', 'ole']) expect(drill.refuse(person, seen())).toMatchObject({ code: 'not-evaluator' });
    expect(drill.refuse('zoe', seen())).toMatchObject({ code: 'not-on-roster' });
    expect(drill.refuse(ANONYMOUS, seen())).toMatchObject({ code: 'not-on-roster' });
    expect(drill.refuse('eve', seen())).toBeNull();
  });

  it('is about what the script is scored by, and names that are nearly right are recognised', async () => {
    const drill = await start();
    expect(drill.refuse('eve', seen({ objective: 'contian' }))).toEqual({
      code: 'unknown-objective',
      message: 'There is no objective "contian". Did you mean "contain"?',
    });
    // A task of another objective.
    expect(drill.refuse('eve', seen({ task: 'roll-back' }))).toMatchObject({ code: 'unknown-task' });
    const verdict = { task: null, rating: null, verdict: 'met' } as const;
    expect(drill.refuse('eve', seen({ ...verdict, expectation: 'nothing-such' }))).toMatchObject({
      code: 'unknown-expectation',
    });
    const elsewhere = named.script.expectations.find(({ objective }) => objective !== 'contain');
    expect(drill.refuse('eve', seen({ ...verdict, expectation: elsewhere?.id ?? '' }))).toMatchObject({
      code: 'unknown-expectation',
    });
  });

  it('gives a verdict on an expectation, or names none', async () => {
    const drill = await start();
    const expectation = named.script.expectations.find(({ sought }) => sought.what === 'judged');
    if (!expectation) throw new Error('nothing is judged here');
    const about = { objective: expectation.objective, task: null, rating: null };
    expect(drill.refuse('eve', seen({ ...about, expectation: expectation.id }))).toMatchObject({ code: 'no-verdict' });
    expect(drill.refuse('eve', seen({ ...about, verdict: 'met' }))).toMatchObject({ code: 'no-verdict' });
    expect(drill.refuse('eve', seen({ ...about, expectation: expectation.id, verdict: 'met-late' }))).toBeNull();
  });
});

describe('the hot wash', () => {
  it('begins at ENDEX', async () => {
    const drill = await start();
    for (const person of ['ann', 'fay', ANONYMOUS])
      expect(drill.refuse(person, said('Early.'))).toMatchObject({ code: 'not-over' });
  });

  it('is for everybody on the roster, question by question and beyond them, and as often as they wish', async () => {
    const drill = await start();
    await end(drill);
    for (const person of ['ann', 'eve', 'ole', 'fay'])
      expect(await drill.tell(person, said(`${person} says.`))).toEqual({ status: 'accepted' });
    await drill.tell('ann', said('And thanks.', null));
    const told = drill.of('hot-wash.answered').map(({ actor, data }) => [actor, data.question, data.text]);
    expect(told).toHaveLength(5);
    expect(told[0]).toEqual([{ kind: 'person', id: 'ann' }, 1, 'ann says.']);
    expect(told.at(-1)).toEqual([{ kind: 'person', id: 'ann' }, null, 'And thanks.']);
    expect(drill.refuse('zoe', said('Me too.'))).toMatchObject({ code: 'not-on-roster' });
    expect(drill.refuse('ann', said('What?', named.script.debrief.length + 1))).toMatchObject({
      code: 'unknown-question',
    });
  });

  it('keeps no name of whoever gives none, and whoever has none says nothing else', async () => {
    const drill = await start();
    await end(drill);
    expect(await drill.tell(ANONYMOUS, said('I did not dare to ask.'))).toEqual({ status: 'accepted' });
    const [event] = drill.of('hot-wash.answered');
    expect(event).toMatchObject({ actor: { kind: 'tocsin' }, data: { text: 'I did not dare to ask.' } });
    expect(JSON.stringify(event)).not.toMatch(/ann|eve|fay|ole/);
    for (const command of [{ type: 'note', text: 'n' }, { type: 'drill-close' }] as const)
      for (const nobody of [ANONYMOUS, BY_ITSELF])
        expect(drill.refuse(nobody, command)).toMatchObject({ code: 'not-on-roster' });
  });
});

it('tells the same story to the byte when the drill is given up and taken up again after every event', async () => {
  const played = async (broken: boolean) => {
    const drill = await start(broken);
    await drill.pass(0.1);
    await drill.tell('eve', seen());
    await drill.pass(0.1);
    await drill.tell('eve', seen({ rating: 'U', about: [1, 2] }), 'again');
    await end(drill);
    await drill.tell('eve', seen({ rating: 'U', about: [1, 2] }), 'again');
    await drill.tell('ann', said('Named.'));
    await drill.tell(ANONYMOUS, said('Unnamed.', null), 'unnamed');
    await drill.tell(ANONYMOUS, said('Unnamed.', null), 'unnamed');
    await drill.tell('fay', { type: 'drill-close' });
    return drill;
  };
  const whole = await played(false);
  const broken = await played(true);
  expect(broken.continued).toBeGreaterThan(5);
  expect(JSON.stringify(broken.events)).toBe(JSON.stringify(whole.events));
  expect(whole.of('observation.recorded')).toHaveLength(2);
  expect(whole.of('hot-wash.answered')).toHaveLength(2);
});
