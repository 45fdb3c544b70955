import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entitledRoles } from '../../../src/incident/decision.ts';
import { ANONYMOUS } from '../../../src/incident/exercise-messages.ts';
import { openDecisions } from '../../../src/incident/view.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import type { Said } from '../../../src/simulator/prove/people-drill.ts';
import { rolesIn } from '../../../src/surfaces/permissions.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { type NamedScript, shippedScripts } from '../../support/scripts.ts';

const runs = process.env.TOCSIN_SWEEP === 'full' ? 400 : 25;
const MINUTE_MS = 60_000;

/** What somebody does next: lets time pass, or says something, which may be refused. */
type Move = { kind: string; n: number };
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(
    ...[
      'pass',
      'pass',
      'pass',
      'sleep',
      'vote',
      'vote',
      'vote',
      'note',
      'again',
      'jump',
      'jump-far',
      'pause',
      'resume',
    ],
    ...['pace', 'now', 'skip', 'edit', 'add', 'seen', 'open', 'role', 'severity', 'resolve', 'reopen'],
    ...['stand-down', 'endex', 'hint', 'observe', 'hot-wash'],
  ),
  n: fc.integer({ min: 0, max: 30 }),
});

async function make(drill: PeopleDrill, { kind, n }: Move, { script }: NamedScript, i: number): Promise<void> {
  const tell = (person: string, said: Said, id = `move-${i}`) => drill.tell(person, said, id);
  const inject = script.injects[n % script.injects.length]?.id ?? '';
  const news = { title: 'News', by: 'news', from: 'Radio', to: ['everybody'], subject: 'S', text: 'T' } as const;
  switch (kind) {
    case 'pass':
      return drill.pass(n / 10);
    case 'sleep':
      return drill.sleep(n / 5);
    case 'vote': {
      const open = openDecisions(drill.view)[n % 2];
      const question = open?.question;
      if (!question) return;
      const ballot = drill.ballot('ann', rolesOf(script), 'approve');
      const answer = question.options[n % question.options.length] ?? '';
      const { number, path, until } = question;
      const vote = { ...ballot.vote, question: number, path, answer, reason: 'tested', expires: until + MINUTE_MS };
      return void (await tell('ann', { ...ballot, vote }));
    }
    case 'note':
      return void (await tell('ann', { type: 'note', text: `note ${i}` }));
    case 'again':
      return void (await tell('ann', { type: 'note', text: 'said again' }, 'again'));
    case 'jump':
      return void (await tell('fay', { type: 'drill-jump', to: null }));
    case 'jump-far':
      return void (await tell('fay', { type: 'drill-jump', to: drill.now + n * MINUTE_MS }));
    case 'pause':
      return void (await tell('fay', { type: 'drill-pause', reason: null }));
    case 'resume':
      return void (await tell('fay', { type: 'drill-resume' }));
    case 'pace':
      return void (await tell('fay', { type: 'drill-pace', rate: 1 + n * 1.7 }));
    case 'now':
      return void (await tell('fay', { type: 'inject-now', inject }));
    case 'skip':
      return void (await tell('fay', { type: 'inject-skip', inject, reason: 'no' }));
    case 'edit':
      return void (await tell('fay', {
        type: 'inject-edit',
        inject,
        edit: { text: 'E', dueAt: drill.now + n * 9_000 },
      }));
    case 'add':
      return void (await tell('fay', {
        type: 'inject-add',
        inject: { ...news, to: ['everybody'], dueAt: n % 2 ? null : drill.now + n * 5_000 },
      }));
    case 'seen':
      return void (await tell('ann', { type: 'seen', inject }));
    case 'open':
      return void (await tell('bob', {
        type: 'drill-open',
        title: 'Odd',
        system: script.systems[0]?.snapshot.id ?? null,
      }));
    case 'role':
      return void (await tell('bob', {
        type: 'role',
        role: script.seats[n % script.seats.length]?.role ?? '',
        assignee: n % 2 ? 'ann' : 'bob',
      }));
    case 'severity':
      return void (await tell('ann', { type: 'severity', severity: n % 2 ? 'sev1' : 'sev4', reason: 'r' }));
    case 'resolve':
      return void (await tell('ann', { type: 'resolve', summary: 's' }));
    case 'reopen':
      return void (await tell('ann', { type: 'reopen', reason: 's' }));
    case 'stand-down':
      return void (await tell('ann', { type: 'stand-down', reason: 's' }));
    case 'endex':
      return void (await tell('bob', { type: 'endex', because: 'real', reason: null, incident: null }));
    case 'observe': {
      const { id, tasks } = script.objectives[n % script.objectives.length] as (typeof script.objectives)[number];
      const whole = { objective: id, task: tasks[n % 2]?.id ?? null, expectation: null, verdict: null } as const;
      const seen = { kind: 'observation', rating: n % 2 ? 'S' : null, text: `seen ${i}` } as const;
      return void (await tell('fay', { type: 'observe', ...whole, ...seen, about: [1] }));
    }
    case 'hot-wash':
      return void (await tell(n % 2 ? 'bob' : ANONYMOUS, { type: 'hot-wash', question: null, text: `said ${i}` }));
    case 'hint':
      return void (await tell('fay', { type: 'hint', to: ['everybody'], text: 'h', about: null }));
  }
}

const rolesOf = ({ seats }: NamedScript['script']): string[] => [seats[0]?.role ?? ''];

async function played(named: NamedScript, moves: readonly Move[], rate: number, broken: boolean) {
  const { seats } = named.script;
  const people: DrillPeople = {
    players: [
      { role: seats[0]?.role ?? '', person: 'ann' },
      { role: seats[1]?.role ?? '', person: 'bob' },
    ],
    staff: [{ role: 'facilitator', person: 'fay' }],
    rate,
  };
  const drill = await PeopleDrill.start(named, { people, broken });
  for (const [i, one] of moves.entries()) {
    await make(drill, one, named, i);
    if (one.kind !== 'sleep') expectPeoplesTime(drill);
  }
  if (drill.view.exercise?.paused && drill.view.status !== 'closed') await drill.tell('fay', { type: 'drill-resume' });
  await drill.pass(named.script.length.ms / MINUTE_MS + 1);
  expect(drill.view.exercise?.endedAt).toBeDefined();
  await drill.tell('ann', { type: 'note', text: 'said again' }, 'again');
  await drill.tell(ANONYMOUS, { type: 'hot-wash', question: 1, text: 'nobody knows' });
  await drill.tell('fay', { type: 'drill-close' });
  expect(drill.ended).toBe(true);
  return drill;
}

/** While somebody who is a person may still answer, the scenario is no faster than the wall. */
function expectPeoplesTime({ view }: PeopleDrill): void {
  const asked = openDecisions(view).some(({ question, votes, escalatedAt }) =>
    ['ann', 'bob'].some(
      (person) =>
        !question.excluded.includes(person) &&
        !votes.some((vote) => vote.person === person) &&
        entitledRoles(
          question,
          rolesIn({ id: person, name: person, email: null, roles: [] }, view),
          escalatedAt !== undefined,
        ).length > 0,
    ),
  );
  if (asked) expect(view.exercise?.clock?.rate).toBeLessThanOrEqual(1);
}

it('whatever people say, and whenever the run is given up, the same is told, and ENDEX comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(shippedScripts().length - 1),
      fc.array(move, { minLength: 5, maxLength: 40 }),
      fc.constantFrom(1, 7, 60),
      async (which, moves, rate) => {
        const named = shippedScripts()[which] as NamedScript;
        const whole = await played(named, moves, rate, false);
        const broken = await played(named, moves, rate, true);
        expect(broken.events.map((e) => JSON.stringify(e))).toEqual(whole.events.map((e) => JSON.stringify(e)));
        const injects = whole.of('inject.delivered').map(({ data }) => data.id);
        expect(injects).toEqual([...new Set(injects)]);
        expect(whole.of('note.added').filter(({ data }) => data.text === 'said again').length).toBe(1);
        // ENDEX is the last but for notes, observations and the hot wash, which begins there.
        const end = whole.events.findIndex(({ type }) => type === 'exercise.ended');
        const after = ['note.added', 'observation.recorded', 'hot-wash.answered'];
        expect(whole.events.slice(end + 1).every(({ type }) => after.includes(type))).toBe(true);
        expect(whole.events.slice(0, end).some(({ type }) => type === 'hot-wash.answered')).toBe(false);
        // Time goes backwards at no event but the clock's.
        let at = 0;
        for (const event of whole.events) {
          if (event.type !== 'exercise.clock') {
            expect(event.at, `event ${event.seq}`).toBeGreaterThanOrEqual(at);
            at = event.at;
          }
        }
      },
    ),
    { numRuns: runs },
  );
}, 120_000);
