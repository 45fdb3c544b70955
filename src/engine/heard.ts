import type { JsonObject } from '../incident/json.ts';

/** Alerts that came to the incident, counted from 1. Only the latest are kept. */
export type Heard = { count: number; latest: HeardAlert[] };
/** `resolved`: its monitor says that it is over. */
export type HeardAlert = { number: number; resolved: boolean; alert: JsonObject; chars: number };

/** They travel with the incident: so many, and so long in all, that a storm does not make it grow. */
const KEPT_MAX = 50;
const KEPT_CHARS_MAX = 100_000;

export const newHeard = (): Heard => ({ count: 0, latest: [] });

export function hear(heard: Heard, alert: JsonObject, resolved: boolean): void {
  heard.count++;
  heard.latest.push({ number: heard.count, resolved, alert, chars: JSON.stringify(alert).length });
  let chars = heard.latest.reduce((sum, one) => sum + one.chars, 0);
  while (heard.latest.length > 1 && (heard.latest.length > KEPT_MAX || chars > KEPT_CHARS_MAX))
    chars -= heard.latest.shift()?.chars ?? 0;
}
