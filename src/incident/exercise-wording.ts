import { roleInWords } from './decision.ts';
import type { ExerciseEvent } from './exercise-view.ts';
import { capitalised, clock, quoted } from './phrases.ts';

const ENDED = {
  time: 'its time is up',
  over: 'nothing is left to happen',
  facilitator: 'the facilitator ended it',
  real: 'a real incident was declared. NO DUFF',
} as const;

const SKIPPED = {
  condition: 'it was not needed any more',
  met: 'what it was to bring about had come about',
  facilitator: 'the facilitator passed it over',
} as const;

const CAME = {
  alert: 'raises an alert',
  slack: 'writes in Slack',
  mail: 'writes a mail',
  phone: 'calls',
  news: 'reports',
  social: 'posts',
  letter: 'sends a letter',
} as const;

/** The timeline of the exercise itself in words. */
export function exerciseWords(event: ExerciseEvent): { text: string; note?: string } {
  switch (event.type) {
    case 'exercise.started': {
      const { title, length, seats, endsAt, simulation, version } = event.data;
      const bots = seats.filter(({ persona }) => persona !== null).length;
      const who = bots === 0 ? 'people' : bots === seats.length ? 'bots' : `people and ${bots} bots`;
      return {
        text: `EXERCISE, STARTEX: “${title}”, played by ${who} until ${clock(endsAt, event.at)}`,
        note: `${simulation} v${version}, ${length}`,
      };
    }
    case 'exercise.ended':
      return { text: `EXERCISE, ENDEX: ${ENDED[event.data.because]}` };
    case 'inject.delivered': {
      const { from, by, subject, text } = event.data;
      return { text: `${from} ${CAME[by]}: ${subject}`, ...(text && { note: quoted(text) }) };
    }
    case 'inject.skipped':
      return { text: `Inject ${event.data.id} was passed over: ${SKIPPED[event.data.because]}` };
    case 'seat.away': {
      const { role, why } = event.data;
      return { text: `${capitalised(roleInWords(role))} cannot be reached`, ...(why && { note: why }) };
    }
    case 'seat.back':
      return { text: `${capitalised(roleInWords(event.data.role))} can be reached again` };
    default:
      return event satisfies never;
  }
}
