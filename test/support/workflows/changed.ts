import { sleep } from '@temporalio/workflow';
import { check as originalCheck } from '../../../workflows/check.ts';
import { incident as original } from '../../../workflows/incident.ts';
import type { IncidentInput } from '../../../workflows/messages.ts';

/** An edit that incidents which are already running cannot follow: more timers than their history begins with. */
export async function incident(input: IncidentInput): Promise<void> {
  await Promise.all([sleep(1), sleep(1)]);
  await original(input);
}

/** The same for checks. */
export async function check(): Promise<void> {
  await sleep(1);
  await originalCheck();
}
