import { businessTimeInWords } from '../capabilities/business-time.ts';
import { inDaysAndRest } from './duration.ts';
import type { Use, WaitStep } from './plan.ts';
import type { WaitSource } from './step-source.ts';

/** What a step that waits is called when its author does not say. */
export function waitInWords(wait: WaitSource['wait']): string {
  if (typeof wait === 'string') return `Wait ${wait}`;
  if ('business' in wait) return `Wait ${workingTimeInWords(wait.business)}`;
  if ('until' in wait) return `Wait until ${wait.until.trim()}`;
  return 'alert' in wait
    ? `Wait for an alert: ${wait.alert.trim()}`
    : `Wait until an alert is over: ${wait['alert-resolved'].trim()}`;
}

/** Of a text such as `2d4h`. */
export function workingTimeInWords(text: string): string {
  const { days, restMs } = inDaysAndRest(text);
  return businessTimeInWords({ days, minutes: restMs / 60_000 });
}

/** How much working time a wait of the plan takes. */
export function businessTimeOf({ with: { days, minutes } }: Use) {
  return { days: numberIn(days), minutes: numberIn(minutes) };
}

const numberIn = (value: Use['with'][string] | undefined): number =>
  value && 'literal' in value ? Number(value.literal) : 0;

/** What ends a wait before its time, in words; null where only time does. */
export function endsEarly({ until, alert }: Pick<WaitStep, 'until' | 'alert'>): string | null {
  if (until) return `until ${until.cel}`;
  if (!alert) return null;
  return `${alert.resolved ? 'until an alert is over' : 'for an alert'}: ${alert.cel}`;
}

/** How long a wait lasts at most, in words. `span`: how its reader says a time. */
export const longestOf = (
  { business, forMs }: Pick<WaitStep, 'business' | 'forMs'>,
  span: (ms: number) => string,
): string => (business ? businessTimeInWords(businessTimeOf(business)) : span(forMs));
