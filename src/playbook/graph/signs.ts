import type { Risk } from '../../incident/decision.ts';
import type { Fact, Sort } from './words.ts';

/** Small signs, drawn in a box of 16 by 16. A word always stands beside them. */
export const KIND_SIGNS: Record<Sort, string> = {
  do: 'M2 8h11M8.500 3.500 13 8l-4.500 4.500',
  ask: 'M8 1.500 14.500 8 8 14.500 1.500 8z',
  task: 'M2.500 2.500h11v11h-11zM5 8.300 7.200 10.500 11.200 5.500',
  say: 'M2 3h12v8H7l-3.500 3V11H2z',
  wait: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.500V8l2.500 1.800',
  if: 'M8 15V9.500L3 2.500M8 9.500l5-7',
  parallel: 'M3.500 2v12M8 2v12M12.500 2v12',
  run: 'M3.500 1.500h6L13 5v9.500H3.500zM9 1.500V5.500h4',
  try: 'M8 1.500 13.500 3.500v4.500c0 3-2 5.200-5.500 6.500C4.500 13.200 2.500 11 2.500 8V3.500z',
  each: 'M2 3.500h2M2 8h2M2 12.500h2M7 3.500h7M7 8h7M7 12.500h7',
  repeat: 'M13.500 8a5.500 5.500 0 1 1-1.600-3.900M13.500 1.500v3.500H10',
  oblige: 'M3.500 15V2h9.500L10.500 5.500 13 9H3.500',
};

export const RISK_SIGNS: Record<Risk, string> = {
  read: 'M1 8s2.600-4.500 7-4.500S15 8 15 8s-2.600 4.500-7 4.500S1 8 1 8zM8 6.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400z',
  reversible: 'M5 2.500 2 5.500l3 3M2.300 5.500h7.200a4 4 0 0 1 0 8H5',
  disruptive: 'M1 8h5M10 8h5M6 3.500v9M10 3.500v9',
  irreversible: 'M2 2h12v12H2zM5 5l6 6M11 5l-6 6',
};

export const FACT_SIGNS: Record<Fact['sign'], string | null> = {
  person:
    'M8 2.500a2.700 2.700 0 1 0 0 5.400 2.700 2.700 0 0 0 0-5.400zM2.500 14.500c.500-3.400 2.600-4.600 5.500-4.600s5 1.200 5.500 4.600',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.500V8l2.500 1.800',
  proof: 'M2.500 8.500 6.500 12.500 13.500 4',
  undo: 'M5 2.500 2 5.500l3 3M2.300 5.500h7.200a4 4 0 0 1 0 8H5',
  more: null,
  none: null,
};
