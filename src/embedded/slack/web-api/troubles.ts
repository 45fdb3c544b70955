import type { Trouble, Troubles } from '../contract.ts';

export type TroubleDesk = Troubles & {
  /** Seconds to wait if a limit was imposed on this call; counts it as used. */
  takeRateLimit(method: string, channel: string | null): number | null;
  /** Whether the answer of this call shall be lost; counts it as used. */
  takeLoss(method: string): boolean;
};

export function createTroubles(): TroubleDesk {
  let troubles: Trouble[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const used = (trouble: Exclude<Trouble, { kind: 'outage' }>) => {
    trouble.times -= 1;
    if (trouble.times <= 0) troubles = troubles.filter((other) => other !== trouble);
  };
  return {
    impose(trouble) {
      const others = trouble.kind === 'outage' ? troubles.filter(({ kind }) => kind !== 'outage') : troubles;
      troubles = [...others, { ...trouble }];
      tell();
    },
    clear() {
      troubles = [];
      tell();
    },
    outage: () => troubles.find((trouble) => trouble.kind === 'outage')?.mode ?? null,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    takeRateLimit(method, channel) {
      const limit = troubles.find(
        (trouble) =>
          trouble.kind === 'rate-limit' &&
          (trouble.method === null || trouble.method === method) &&
          (trouble.channel === null || trouble.channel === channel),
      );
      if (limit?.kind !== 'rate-limit') return null;
      used(limit);
      return limit.retryAfterS;
    },
    takeLoss(method) {
      const loss = troubles.find(
        (trouble) => trouble.kind === 'lose-answers' && (trouble.method === null || trouble.method === method),
      );
      if (loss?.kind !== 'lose-answers') return false;
      used(loss);
      return true;
    },
  };
}
