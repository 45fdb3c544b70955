import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { openServed, type Served, sample } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed();
}, 120_000);
afterAll(() => served?.close());

const MARA = 'mara-lindqvist';
const get = async (path: string) => (await served.call(MARA, 'GET', path)).body;

async function opened(): Promise<string> {
  const body = { title: 'Odd answers', system: 'payout-estimator' };
  const incident = String((await served.call('tomas-okafor', 'POST', '/api/incidents', body)).body.incident);
  await served.house.until(incident, 'its opening', (view) => view.seq > 0);
  const added = await served.call(MARA, 'POST', `/api/incidents/${incident}/playbooks`, {
    playbook: 'notify-legal',
    reason: 'Personal data may have left',
  });
  expect(added.status).toBe(200);
  await served.house.until(incident, 'its playbook', (view) => view.added.length > 0);
  return incident;
}

it('which open incidents run which version of a playbook, also of one that was added', async () => {
  const first = await get('/api/playbooks/notify-legal');
  const version = Number(first.version);
  const older = await opened();
  const next = parseDocument(readFileSync(sample('playbooks/notify-legal.yaml'), 'utf8'));
  next.set('version', version + 1);
  next.set('title', 'Tell the lawyers');
  const published = await served.call('sofia-mendes', 'POST', '/api/playbooks/publish', {
    file: 'notify-legal.yaml',
    source: next.toString({ lineWidth: 0 }),
  });
  expect(published.body).toMatchObject({
    status: 'published',
    against: { version, hash: first.hash },
    changes: [{ code: 'title', danger: false, path: null }],
  });
  const newer = await opened();
  const hash = published.body.hash;
  expect(await get('/api/playbooks/notify-legal')).toMatchObject({
    version: version + 1,
    running: expect.arrayContaining([
      { incident: older, version, hash: first.hash },
      { incident: newer, version: version + 1, hash },
    ]),
    versions: [
      { version: version + 1, hash, publishedBy: ['sofia-mendes'], running: [newer] },
      { version, hash: first.hash, running: [older] },
    ],
  });
  const { playbooks } = await get('/api/playbooks');
  const listed = (playbooks as unknown as { playbook: string; running: unknown[] }[]).find(
    ({ playbook }) => playbook === 'notify-legal',
  );
  expect(listed?.running).toHaveLength(2);
  expect(await get(`/api/playbooks/notify-legal?version=${version}`)).toMatchObject({ version, hash: first.hash });
  const none = await served.call(MARA, 'GET', '/api/playbooks/notify-legal?version=77');
  expect(none).toMatchObject({ status: 404, body: { next: `Published: ${version + 1}, ${version}.` } });
}, 120_000);
