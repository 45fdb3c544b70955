import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { createRunningIncidents } from '../../src/surfaces/responses.ts';

it('what Temporal cannot take is refused with what to do, and never left hanging', async () => {
  const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}` });
  onTestFinished(() => connection.close());
  const incidents = createRunningIncidents({
    client: new Client({ connection }),
    taskQueue: 'nobody',
    loadSaved: async () => null,
    isOnTimeline: async () => false,
    patienceMs: 200,
  });
  const note = { type: 'note', id: 'once', person: 'cara', at: 0, text: 'hello' } as const;
  await expect(incidents.send('INC-2026-0001', note)).rejects.toMatchObject({
    status: 503,
    code: 'unreachable',
    notDone: 'It is not known whether it will still count.',
    next: expect.stringContaining('Idempotency-Key'),
  });
});
