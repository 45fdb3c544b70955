import { sleep } from '@temporalio/workflow';
import { incident as original } from '../../../workflows/incident.ts';
import type { IncidentInput } from '../../../workflows/messages.ts';

/** An edit that incidents which are already running cannot follow: one more timer than their history has. */
export async function incident(input: IncidentInput): Promise<void> {
  await sleep(1);
  await original(input);
}
