import { expect, it } from 'vitest';
import { Fibers } from '../../src/engine/fibers.ts';

it('fibers that are resumed together go on in that order, also the one that was the last to suspend', async () => {
  const order: string[] = [];
  const resumes = new Map<string, () => void>();
  let rounds = 0;
  const fibers = new Fibers(() => {
    // Both wait: the first time by the second one's own suspending.
    if (rounds++ === 0) for (const name of ['late', 'early']) resumes.get(name)?.();
  });
  const waiting = (name: string) => async () => {
    await fibers.suspend<void>((resume) => void resumes.set(name, resume));
    order.push(name);
  };
  await new Promise<void>((resolve, reject) =>
    fibers.start(() => fibers.all([waiting('early'), waiting('late')]).then(resolve), reject),
  );
  expect(order).toEqual(['late', 'early']);
});
