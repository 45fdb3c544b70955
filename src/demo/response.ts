import { setTimeout as pause } from 'node:timers/promises';
import { plainText } from '../incident/phrases.ts';
import { personById } from '../inventory/inventory.ts';
import { eventsAfter, type ToldEvent } from './api.ts';
import type { Cast } from './cast.ts';
import { attendTo, type Questions } from './questions.ts';
import { tellTraffic } from './traffic.ts';

/** The response as its timeline grows: what Tocsin does, what people decide, and what users get meanwhile. */
const LOOK_EVERY_MS = 250;
/** Longer than any act may take: then something is stuck, and waiting on does not help. */
const SILENT_MAX_MS = 10 * 60_000;

export async function tellResponse(cast: Cast, incident: string, awareAt: number): Promise<void> {
  const { api, signal, teller, world, auto } = cast;
  const questions = attendTo(cast, incident, awareAt);
  const heard = world?.mailbox.onMail(({ to, subject }) => {
    teller.line('mail', `${plainText(subject)} (to ${to.map(plainText).join(', ')})`);
  });
  try {
    let seq = 0;
    for (let grownAt = Date.now(); ; ) {
      questions.check();
      for (const event of await eventsAfter(api, incident, seq)) {
        seq = event.seq;
        grownAt = Date.now();
        await tell(cast, questions, event);
        if (event.type === 'plan.finished') return;
      }
      if (auto && Date.now() - grownAt > SILENT_MAX_MS) throw new Error(`${incident} has not gone on for ten minutes`);
      await pause(LOOK_EVERY_MS, undefined, { signal });
    }
  } finally {
    heard?.();
    questions.close();
  }
}

async function tell(cast: Cast, questions: Questions, event: ToldEvent): Promise<void> {
  const { teller } = cast;
  const said = () => teller.line(timeOf(event.at), plainText(event.text));
  switch (event.type) {
    case 'decision.asked':
      return questions.ask(event.data);
    case 'decision.made':
    case 'decision.withdrawn':
      questions.decided(event.data.number);
      return said();
    case 'decision.voted': {
      const { person, answer } = event.data.vote;
      const name = personById(cast.inventory, person)?.name ?? person;
      return teller.line(timeOf(event.at), `${name}: ${questions.labelOf(event.data.number, answer)}`);
    }
    case 'act.done':
      if (event.data.purpose === 'say') return;
      said();
      // What Tocsin takes for proved, users see as well.
      if (event.data.purpose === 'prove') await tellTraffic(cast);
      return;
    case 'incident.opened':
    case 'alert.joined':
    case 'alert.resolved':
    case 'act.failed':
    case 'step.failed':
    case 'step.taken-over':
    case 'decision.escalated':
    case 'obligation.opened':
    case 'obligation.reminded':
    case 'obligation.overdue':
    case 'obligation.met':
    case 'system.warned':
    case 'plan.finished':
      return said();
    default:
      // The timeline holds it all; here it would be too much.
      return;
  }
}

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 19);
