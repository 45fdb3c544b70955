import { roleInWords } from './decision.ts';
import type { EventData } from './events.ts';
import type { ExerciseEvent } from './exercise-view.ts';
import { capitalised, clock, quoted } from './phrases.ts';

/** Null: whoever runs it ended it; without a facilitator that is any player. */
const ENDED = {
  time: 'its time is up',
  over: 'nothing is left to happen',
  facilitator: null,
  real: 'a real incident was declared. NO DUFF',
} as const satisfies Record<EventData<'exercise.ended'>['because'], string | null>;

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

const OBSERVED = {
  strength: 'a strength',
  improvement: 'an area for improvement',
  observation: 'an observation',
} as const;

/** The timeline of the exercise itself in words. */
export function exerciseWords(event: ExerciseEvent, who = 'Somebody'): { text: string; note?: string } {
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
    case 'exercise.ended': {
      const { because, reason, incident } = event.data;
      const real = incident === undefined ? '' : ` (${incident})`;
      return {
        text: `EXERCISE, ENDEX: ${ENDED[because] ?? `${who} ended it`}${real}`,
        ...(reason && { note: reason }),
      };
    }
    case 'exercise.clock': {
      const { reason } = event.data;
      return { text: clockWords(event), ...(reason && { note: reason }) };
    }
    case 'inject.delivered': {
      const { from, by, subject, text } = event.data;
      return { text: `${from} ${CAME[by]}: ${subject}`, ...(text && { note: quoted(text) }) };
    }
    case 'inject.skipped': {
      const { id, because, reason } = event.data;
      return { text: `Inject ${id} was passed over: ${SKIPPED[because]}`, ...(reason && { note: reason }) };
    }
    case 'inject.seen':
      return { text: `${who} has read inject ${event.data.id}` };
    case 'inject.edited':
      return {
        text: `${who} changed inject ${event.data.id} before it was delivered: ${event.data.fields.join(', ')}`,
      };
    case 'inject.added':
      return { text: `${who} added inject ${event.data.id}` };
    case 'hint.given':
      return { text: `Hint to ${rolesInWords(event.data.to)}`, note: quoted(event.data.text) };
    case 'voice.said': {
      const { as, by, text } = event.data;
      return { text: `${as} ${CAME[by]}`, note: quoted(text) };
    }
    case 'voice.answered': {
      const { to, text } = event.data;
      return { text: `${who} answered ${to}`, note: quoted(text) };
    }
    case 'observation.recorded': {
      const { objective, kind, rating, text } = event.data;
      const rated = rating === null ? '' : `, rated ${rating}`;
      return { text: `${who} wrote down ${OBSERVED[kind]} about objective ${objective}${rated}`, note: quoted(text) };
    }
    case 'hot-wash.answered': {
      const { question, text } = event.data;
      const about = question === null ? '' : `, question ${question}`;
      return {
        text: `${event.actor.kind === 'person' ? who : 'Somebody'} in the hot wash${about}`,
        note: quoted(text),
      };
    }
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

function clockWords({ at, data }: Extract<ExerciseEvent, { type: 'exercise.clock' }>): string {
  const pace =
    data.rate === 1 ? 'as fast as the clock on the wall' : `${data.rate} times as fast as the clock on the wall`;
  switch (data.because) {
    case 'startex':
      return `The scenario’s clock runs ${pace}`;
    case 'paused':
      return 'The exercise is paused: its clock stands still';
    case 'resumed':
      return `The exercise goes on; its clock runs ${pace}`;
    case 'paced':
      return `The scenario’s clock now runs ${pace}`;
    case 'jumped':
      return `The scenario’s clock jumped from ${clock(data.from, at)} to ${clock(at, data.from)}`;
    case 'people':
      return 'Somebody is asked: the scenario’s clock runs with the clock on the wall';
    case 'quiet':
      return `Nobody is asked any more: the scenario’s clock runs ${pace}`;
    default:
      return data.because satisfies never;
  }
}

const rolesInWords = (roles: readonly string[]): string =>
  roles.map((role) => (role === 'everybody' ? role : roleInWords(role))).join(', ');
