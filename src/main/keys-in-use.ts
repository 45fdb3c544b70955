import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { DRILL_WORKFLOW, INCIDENT_WORKFLOW } from '../../workflows/messages.ts';
import type { KnownKeys } from './keys.ts';

const LOOKED_AT_MAX = 50;

/**
 * Which keys stored data was made with, so that a key folder which lacks one is not taken for a fresh one. Payload keys stand
 * in clear beside what they encrypted: looked at is the input of incidents and drills that are running.
 */
export async function keysInUse(pool: pg.Pool, client: Client): Promise<KnownKeys> {
  const [{ rows }, payload, drills] = await Promise.all([
    pool.query<{ id: string }>('SELECT id FROM head_keys'),
    payloadKeysInUse(client, INCIDENT_WORKFLOW),
    payloadKeysInUse(client, DRILL_WORKFLOW),
  ]);
  return { head: rows.map(({ id }) => id), payload, drills };
}

async function payloadKeysInUse(client: Client, workflowType: string): Promise<string[]> {
  const { namespace } = client.options;
  const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Running'`;
  const { executions } = await client.workflowService.listWorkflowExecutions({
    namespace,
    query,
    pageSize: LOOKED_AT_MAX,
  });
  const ids = await Promise.all(
    executions.map(async ({ execution }) => {
      const { history } = await client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution,
        maximumPageSize: 1,
      });
      const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
      return Buffer.from(input?.metadata?.['key-id'] ?? []).toString();
    }),
  );
  return [...new Set(ids.filter((id) => id !== ''))];
}
