import { describe, expect, it } from 'vitest';
import { type EventData, type EventType, type NumberedEvent, TOCSIN } from '../../src/incident/events.ts';
import { canStandDown, emptyView, evolve } from '../../src/incident/view.ts';

const event = <T extends EventType>(path: string, type: T, data: EventData<T>) =>
  ({ seq: 1, at: 1, path, actor: TOCSIN, type, data }) as unknown as NumberedEvent;
const playbook = { id: 'other', version: 1, title: 'Other', hash: 'b' };
const BEGUN = [
  event('', 'plan.started', { steps: 1 }),
  event('+1', 'plan.added', { number: 1, playbook, inputs: {}, reason: 'more is needed' }),
  event('+1', 'plan.started', { steps: 1 }),
];
const undoing = (path: string, because: string) => event(path, 'undo.started', { count: 1, because });
const standing = (...events: NumberedEvent[]) => {
  const view = [...BEGUN, ...events].reduce(evolve, emptyView());
  return { unwinding: view.unwinding, canStandDown: canStandDown(view) };
};

describe('while one of two plans is undone', () => {
  it('the other can be stood down still, and its end does not end the undoing', () => {
    expect(standing(undoing('+1', 'unwind'))).toEqual({ unwinding: true, canStandDown: true });
    expect(standing(undoing('+1', 'unwind'), event('', 'plan.finished', { outcome: 'completed' }))).toEqual({
      unwinding: true,
      canStandDown: false,
    });
    const both = [undoing('', 'unwind'), undoing('+1', 'unwind')];
    expect(standing(...both)).toEqual({ unwinding: true, canStandDown: false });
    const over = event('+1', 'undo.finished', { undone: 1, left: 0 });
    expect(standing(...both, over)).toEqual({ unwinding: true, canStandDown: true });
    expect(standing(...both, over, event('', 'undo.finished', { undone: 1, left: 0 })).unwinding).toBe(false);
  });

  it('because all were stood down, there is nothing left to stand down', () => {
    expect(standing(undoing('', 'stand-down'))).toEqual({ unwinding: true, canStandDown: false });
  });
});
