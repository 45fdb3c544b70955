import type { Opening } from '../../engine/perform.ts';
import type { IncidentEvent, NumberedEvent } from '../../incident/events.ts';
import type { Message } from '../../incident/messages.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Bot } from './bots.ts';
import { type RunState, VirtualRun, type VirtualRunOptions } from './virtual-run.ts';
import type { World } from './world.ts';

export type Rehearsal = {
  plan: Plan;
  opening: Opening;
  world: World;
  bots: readonly Bot[];
  players?: VirtualRunOptions['players'];
  answer?: VirtualRunOptions['answer'];
  /** Scenario time at the opening, epoch ms. */
  startAt: number;
  /** Messages by people, at scenario times. */
  messages?: readonly { at: number; message: Message }[];
  /** For tests: give the run up after such an event, as soon as no act is under way, and take it up from its JSON. */
  continueAfter?: (event: IncidentEvent) => boolean;
  /** For tests: before it is given up, let no further step begin. */
  hold?: boolean;
  /** For tests: play on after the plan has ended, until nothing is due any more. */
  playOn?: boolean;
};

export type RehearsalResult = {
  events: NumberedEvent[];
  world: World;
  /** `stalled`: people are waited for and nothing is due any more; cannot happen while every question has a default. */
  status: 'ended' | 'stalled';
  /** How often it was given up and taken up again. */
  continued: number;
};

/** Plays a plan in memory, in virtual time, with bots only. Resolves when the plan has ended. */
export function rehearse(rehearsal: Rehearsal): Promise<RehearsalResult> {
  const { plan, opening, bots, messages = [], continueAfter } = rehearsal;
  const events: NumberedEvent[] = [];
  let continued = 0;
  let due = false;
  return new Promise((resolve, reject) => {
    const begin = (state: RunState) => {
      const run = new VirtualRun({
        plan,
        opening,
        bots,
        players: rehearsal.players,
        answer: rehearsal.answer,
        messages,
        state,
        playOn: rehearsal.playOn,
        record(event) {
          events.push(Object.assign(event, { seq: events.length + 1 }));
          due ||= continueAfter?.(event) ?? false;
          if (due && rehearsal.hold) run.hold();
        },
        continueDue: () => due,
        onContinue(next) {
          due = false;
          continued++;
          begin(JSON.parse(JSON.stringify(next)) as RunState);
        },
        onEnd: (status, world) => resolve({ events, world, status, continued }),
        onCrash: reject,
      });
      run.begin();
    };
    begin({ world: rehearsal.world, now: rehearsal.startAt });
  });
}
