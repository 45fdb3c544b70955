import type { JsonObject } from '../../incident/json.ts';
import { capitalised } from '../../incident/phrases.ts';
import { milliseconds } from '../duration.ts';
import type { WaitSource } from '../step-source.ts';
import { workingTimeInWords } from '../wait-words.ts';
import { manual, type Sheet, type Ways } from './sheet.ts';

/** CACAO knows a delay, and a step that somebody ends or whose time is over. Working time and alerts are for people to tell. */
export function drawWait(sheet: Sheet, { wait }: WaitSource, name: string, role: string, { next }: Ways): JsonObject {
  if (typeof wait === 'string')
    return {
      ...manual(sheet, { name, command: `The waiting of ${wait} is over; go on.`, role }),
      delay: milliseconds(wait),
      on_completion: next,
    };
  if ('business' in wait) {
    const command = `${capitalised(workingTimeInWords(wait.business))}, by the calendar of those who work: wait so long, and go on.`;
    return { ...manual(sheet, { name, command, role }), on_completion: next };
  }
  const within = wait.within ?? '1s';
  return {
    ...manual(sheet, { name, command: awaited(wait, within), role }),
    timeout: milliseconds(within),
    on_success: next,
    on_failure: next,
  };
}

function awaited(wait: Exclude<WaitSource['wait'], string | { business: string }>, within: string): string {
  if ('until' in wait) return `Wait until this holds, ${within} at most: ${wait.until.trim()}`;
  const since = wait.since === undefined ? '' : ' (what came since the incident was opened counts too)';
  return 'alert' in wait
    ? `Wait for an alert of which this holds${since}, ${within} at most: ${wait.alert.trim()}`
    : `Wait until an alert is over of which this holds${since}, ${within} at most: ${wait['alert-resolved'].trim()}`;
}
