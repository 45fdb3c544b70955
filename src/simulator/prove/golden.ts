import { directionOf, judge, paceOf } from './judging.ts';
import type { Card, PlayerSight } from './player-sight.ts';
import { type Deed, openerOf, type Player, readersThere, votersOf } from './policy.ts';
import { namesOf, type Reading } from './reading.ts';
import { hasForm } from './simple-policies.ts';
import { holdingStatement, isForAnswer, speakerFor } from './voices.ts';
import { Known } from './warnings.ts';
import { filledIn } from './weighing.ts';

const MINUTE_MS = 60_000;
const NOTE_MAX = 900;

/** A careful responder who reads. One for every simulation; docs/simulations.md says by which rules. */
export function golden(): Player {
  const mind = new Mind();
  return (sight) => mind.play(sight);
}

class Mind {
  #known: Known | null = null;
  /** Outside voices that were not answered yet. */
  #voices: Reading[] = [];
  #fresh: Reading[] = [];
  #harmAt: number | null = null;
  #counselToldAt: number | null = null;
  /** What was said already: nobody needs it twice. */
  readonly #said = new Set<string>();
  #quietSince = 0;

  play(sight: PlayerSight): Deed[] {
    this.#known ??= new Known(namesOf(sight));
    const known = this.#known;
    this.#fresh = known.take(sight);
    if (this.#fresh.some(({ heard }) => heard.by !== 'note')) this.#quietSince = sight.now;
    this.#voices.push(...this.#fresh.filter(isForAnswer));
    return [
      ...this.#see(sight),
      ...this.#open(sight),
      ...this.#decide(sight, known),
      ...this.#findings(sight),
      ...this.#answer(sight),
      ...this.#resolve(sight),
    ];
  }

  #see(sight: PlayerSight): Deed[] {
    return this.#fresh.flatMap(({ heard }) =>
      readersThere(sight, heard.readers).map((role) => ({ do: 'see', role, heard: heard.number }) as const),
    );
  }

  /** A minute after the first text that tells of harm: a monitor may open it before. */
  #open(sight: PlayerSight): Deed[] {
    if (sight.openedAt !== null || this.#said.has('open')) return [];
    const { systems } = sight;
    const names = ({ heard }: Reading) => {
      const text = `${heard.subject} ${heard.text}`.toLowerCase();
      return systems.find(({ id, name }) => text.includes(id.toLowerCase()) || text.includes(name.toLowerCase()));
    };
    const told = this.#known?.readings.find(
      (reading) => reading.harm && reading.heard.readers.length > 0 && names(reading),
    );
    if (!told) return [];
    this.#harmAt ??= sight.now;
    const role = openerOf(sight);
    if (role === null || sight.now < this.#harmAt + MINUTE_MS) return [];
    this.#said.add('open');
    return [
      {
        do: 'open',
        role,
        title: told.heard.subject || told.claims[0]?.text || 'Something is wrong',
        system: names(told)?.id ?? null,
      },
    ];
  }

  #decide(sight: PlayerSight, known: Known): Deed[] {
    return sight.asked.flatMap((card): Deed[] => {
      const voters = votersOf(sight, card);
      if (voters.length === 0) return [];
      const judgement = judge({ sight, known, card });
      if ('waits' in judgement)
        return this.#once(sight, `${card.number} ${judgement.waits}`, `“${card.question}” waits ${judgement.waits}.`);
      const { answer, why } = judgement;
      if (directionOf(card) === 'cut' && answer === card.options[0]) known.containedAt ??= sight.now;
      const outputs = hasForm(card, answer) ? { outputs: filledIn(known, card, sight.now) } : {};
      return [
        ...voters.map((role): Deed => ({ do: 'vote', role, question: card.number, answer, reason: why, ...outputs })),
        ...this.#once(sight, `decided ${card.number}`, decided(card, answer, why)),
      ];
    });
  }

  /** What was found out, in the words of whoever did. */
  #findings(sight: PlayerSight): Deed[] {
    return this.#fresh.flatMap((reading): Deed[] => {
      const { heard, claims, presses } = reading;
      if (heard.readers.length === 0) return [];
      const telling = claims.filter(({ warns, clears, text }) => warns || clears || /\d/.test(text)).slice(0, 4);
      const quoted = (telling.length > 0 ? telling : claims.slice(0, 2)).map(({ text }) => text).join(' ');
      if (quoted === '') return [];
      const said = presses
        ? `${heard.from} wants a quick end. That proves nothing: “${quoted}”`
        : `From ${heard.from}: “${quoted}”`;
      return this.#once(sight, `heard ${heard.number}`, said);
    });
  }

  /** Counsel hears of it before the outside does. */
  #answer(sight: PlayerSight): Deed[] {
    if (this.#voices.length === 0) return [];
    if (this.#counselToldAt === null) {
      this.#counselToldAt = sight.now;
      const from = this.#voices.map(({ heard }) => heard.from).join(', ');
      return this.#once(
        sight,
        'counsel',
        `For legal counsel: ${from} asks us. We answer with a holding statement: no cause, no number, no promise.`,
      );
    }
    if (sight.now <= this.#counselToldAt) return [];
    const waiting = this.#voices;
    this.#voices = [];
    return waiting.flatMap((reading): Deed[] => {
      const role = speakerFor(reading, sight);
      if (role === null) {
        this.#voices.push(reading);
        return [];
      }
      return [
        {
          do: 'answer',
          role,
          heard: reading.heard.number,
          to: reading.heard.from,
          text: holdingStatement(sight),
        },
      ];
    });
  }

  #resolve(sight: PlayerSight): Deed[] {
    const { openedAt, running, resolved, now, endsAt, startedAt } = sight;
    if (openedAt === null || resolved || this.#said.has('resolved') || running || sight.asked.length > 0) return [];
    const quietMs = Math.min(10 * MINUTE_MS, Math.max(MINUTE_MS, (endsAt - startedAt) * 0.1));
    if (now < this.#quietSince + quietMs && now < endsAt - paceOf(sight).lastCallMs / 2) return [];
    const role = speaker(sight);
    if (role === null) return [];
    this.#said.add('resolved');
    return [
      {
        do: 'resolve',
        role,
        summary: 'The plan is over and nothing new has come. What is still open stands in the notes.',
      },
    ];
  }

  #once(sight: PlayerSight, key: string, text: string): Deed[] {
    const role = speaker(sight);
    if (role === null || this.#said.has(key)) return [];
    this.#said.add(key);
    return [{ do: 'note', role, text: text.slice(0, NOTE_MAX) }];
  }
}

const speaker = ({ seats }: PlayerSight): string | null => {
  const there = seats.filter(({ away }) => !away).map(({ role }) => role);
  return there.includes('incident-commander') ? 'incident-commander' : (there[0] ?? null);
};

function decided(card: Card, answer: string, why: string): string {
  const label = Object.hasOwn(card.labels, answer) ? card.labels[answer] : answer;
  const cost =
    directionOf(card) === 'cut'
      ? ` It costs its users its answers while it lasts: people do the work by hand, the most urgent cases first. ${card.acts.map(({ title, undo }) => `${title} (${undo ? 'can be undone' : 'cannot be undone'})`).join('; ')}.`
      : '';
  return `“${card.question}” ${label}. ${why}${cost}`;
}
