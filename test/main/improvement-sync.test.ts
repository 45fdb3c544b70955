import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Inventory, parseInventory, realConnections } from '../../src/inventory/inventory.ts';
import { createImprovementSync } from '../../src/main/improvement-sync.ts';
import { requireAllowed } from '../../src/main/local-allowed.ts';
import { createImprovementLinks } from '../../src/store/improvement-links.ts';
import { createImprovementStore } from '../../src/store/improvements.ts';
import { openPool } from '../../src/store/pool.ts';
import { githubStandIn, jiraStandIn } from '../support/trackers.ts';
import { openWorld, sofia, tomas, type World } from '../surfaces/improvements/world.ts';

/** Improvement items and the issues of stand-ins for GitHub and Jira, over HTTP, in the role of a worker. */
let world: World;
let pool: ReturnType<typeof openPool>;
beforeEach(async () => {
  world = await openWorld();
  pool = openPool(world.store.url, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
});
afterEach(async () => {
  await pool.end();
  await world.close();
});

const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof createImprovementSync
>[0]['log'];
const TOKEN = 'a-token-that-nobody-reads';
let skewMs = 0;

function inventory(tracker: string): Inventory {
  const { inventory: found, diagnostics } = parseInventory(
    `organisation: { name: A, timezone: Europe/Oslo }
roles: {}
people: { tomas-okafor: { name: Tomas Okafor, email: tomas@example.com } }
systems: {}
improvements: { tracker: ${tracker} }
`,
    't.yaml',
  );
  if (!found) throw new Error(JSON.stringify(diagnostics));
  return found;
}

const sync = (from: Inventory, env: NodeJS.ProcessEnv = { TRACKER_TOKEN: TOKEN }) =>
  createImprovementSync({
    ...{
      items: createImprovementStore(pool),
      links: createImprovementLinks(pool),
      publicUrl: 'https://tocsin.example',
      log,
      env,
    },
    now: () => world.now() + skewMs,
  })(from);
let keys = 0;
const make = (more: object = {}) => world.desk.create(sofia, world.wanted(more), `key ${(keys += 1)}`);
const lastOf = async (id: string) => (await world.desk.find(id)).history.at(-1);

describe('GitHub', () => {
  let github: Awaited<ReturnType<typeof githubStandIn>>;
  let from: Inventory;
  beforeEach(async () => {
    github = await githubStandIn({ token: TOKEN, repository: 'halden/ai-work', private: true });
    from = inventory(
      `{ kind: github, url: "${github.url}", private: true, repository: halden/ai-work, token: env:TRACKER_TOKEN }`,
    );
  });
  afterEach(() => github.close());

  test('gets each item once, in plain words that mention nobody, with a way back', async () => {
    const { id } = await make({
      action: 'Ask @everybody about #12 <b>now</b>',
      issue: '# Nobody\n![x](https://evil.example/x.png)',
    });
    await sync(from);
    await sync(from);
    expect(github.issues).toHaveLength(1);
    const [issue] = github.issues;
    expect(issue?.title).toBe(`${id}: Ask @everybody about #12 <b>now</b>`);
    expect(issue?.body).toContain('Ask @\u200beverybody about #\u200b12 \\<b\\>now\\</b\\>');
    expect(issue?.body).toContain('\\!\\[x\\](https');
    expect(issue?.body).toContain('Tomas Okafor');
    expect(issue?.body).toContain(`https://tocsin.example/improvements/${id}`);
    expect(issue?.body).not.toContain('tomas@');
    const { linked, unsynced } = await world.desk.find(id);
    expect(linked).toMatchObject({
      system: 'github',
      key: '1',
      state: 'open',
      url: expect.stringMatching(/issues\/1$/),
    });
    expect(unsynced).toBeNull();
  });

  test('is not written to twice when its answer was lost', async () => {
    const { id } = await make();
    // The repository, the list, and then the new issue, of which nobody hears.
    github.next.push(
      { status: 200, body: { private: true } },
      { status: 200, body: [] as unknown as object },
      { status: 502, after: true },
    );
    await sync(from);
    expect((await world.desk.find(id)).unsynced).toBe('GitHub failed (502).');
    expect(github.issues).toHaveLength(1);
    await sync(from);
    expect(github.issues).toHaveLength(1);
    expect(await world.desk.find(id)).toMatchObject({ linked: { key: '1' }, unsynced: null });
  });

  test('says what was closed there: done here, never closed; and what was opened again', async () => {
    const { id } = await make();
    await sync(from);
    const issue = github.issues[0] ?? expect.fail();
    issue.state = 'closed';
    await sync(from);
    expect(await world.desk.find(id)).toMatchObject({ status: 'done', closed: null, linked: { state: 'closed' } });
    expect(await lastOf(id)).toMatchObject({ by: 'github', what: 'done: closed in GitHub' });
    issue.state = 'open';
    await sync(from);
    expect((await world.desk.find(id)).status).toBe('open');
    expect(await lastOf(id)).toMatchObject({ by: 'github', what: 'opened again in GitHub' });
  });

  test('hears what was done, closed and opened again here; what is closed here stays closed', async () => {
    const { id } = await make();
    await sync(from);
    const issue = github.issues[0] ?? expect.fail();
    await world.desk.done(tomas, id, null);
    await sync(from);
    expect(issue.state).toBe('closed');
    await world.desk.reopen(tomas, id, 'not yet', null);
    await sync(from);
    expect(issue.state).toBe('open');
    await world.desk.close(tomas, id, { reason: 'retired' }, null);
    await sync(from);
    expect(issue.state).toBe('closed');
    issue.state = 'open';
    await sync(from);
    expect(issue.state).toBe('closed');
    expect(await world.desk.find(id)).toMatchObject({ status: 'closed', closed: { reason: 'retired' } });
    expect((await lastOf(id))?.what).toBe('opened again in GitHub while it is closed here: closed there again');
  });

  test('gets our words when they change; what others wrote there meanwhile is kept in the history', async () => {
    const { id } = await make();
    await sync(from);
    const issue = github.issues[0] ?? expect.fail();
    issue.body += '\nSomebody’s addition.';
    await sync(from);
    // Nothing changed here: theirs stays.
    expect(issue.body).toContain('Somebody’s addition.');
    await world.desk.edit(tomas, id, { due: '2027-02-01' }, null);
    await sync(from);
    expect(issue.body).toContain('2027-02-01');
    expect(issue.body).not.toContain('addition');
    expect((await lastOf(id))?.what).toMatch(/changed here, and by others in GitHub: .*Somebody’s addition\./);
    const before = (await world.desk.find(id)).version;
    await sync(from);
    expect((await world.desk.find(id)).version).toBe(before);
  });

  test.each([
    [
      'a token that is not taken',
      [{ status: 401, body: { message: 'Bad credentials' } }],
      /does not take the token \(401\)/,
    ],
    ['a limit', [{ status: 429, headers: { 'retry-after': '60' } }], /asks for a pause of 60 seconds/],
    ['the secondary limit', [{ status: 403, headers: { 'retry-after': '30' } }], /asks for a pause of 30 seconds/],
    [
      'nothing left',
      [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795312800' } }],
      /pause until \d\d:\d\d UTC/,
    ],
    [
      'a repository that is not there',
      [{ status: 404, body: { message: 'Not Found' } }],
      /no repository halden\/ai-work/,
    ],
    ['a failure', [{ status: 503 }], /GitHub failed \(503\)/],
  ])('of %s is told on every item in words, and the next turn makes up for it', async (_, answers, words) => {
    const made = [await make(), await make()];
    github.next.push(...answers);
    await sync(from);
    const found = await Promise.all(made.map(({ id }) => world.desk.find(id)));
    expect(found[0]?.unsynced ?? 'synced').toMatch(words);
    expect(JSON.stringify(found)).not.toContain(TOKEN);
    await sync(from);
    for (const { id } of made)
      expect(await world.desk.find(id)).toMatchObject({ unsynced: null, linked: { state: 'open' } });
    expect(github.issues).toHaveLength(2);
  });

  test('is not asked on after it asked for a pause', async () => {
    for (let i = 0; i < 3; i += 1) await make();
    github.next.push({ status: 200, body: { private: true } }, { status: 429, headers: { 'retry-after': '60' } });
    await sync(from);
    expect(github.asked).toHaveLength(2);
    expect((await world.desk.list({})).every(({ unsynced }) => unsynced?.includes('60 seconds'))).toBe(true);
  });

  test('gets nothing where everybody reads, unless the file says so; and no secret that is missing is hidden', async () => {
    const open = await githubStandIn({ token: TOKEN, repository: 'halden/open', private: false });
    try {
      const { id } = await make();
      const tracker = (more: string) =>
        inventory(
          `{ kind: github, url: "${open.url}", private: true, repository: halden/open, token: env:TRACKER_TOKEN ${more} }`,
        );
      await sync(tracker(''));
      expect((await world.desk.find(id)).unsynced).toMatch(/halden\/open is public: nothing was written/);
      expect(open.issues).toEqual([]);
      await sync(tracker(', public: true'), {});
      expect((await world.desk.find(id)).unsynced).toMatch(/TRACKER_TOKEN/);
      await sync(tracker(', public: true'));
      expect(open.issues).toHaveLength(1);
    } finally {
      await open.close();
    }
  });

  test('is asked by one worker at a time for each item; one that died leaves it to others', async () => {
    const { id } = await make();
    const links = createImprovementLinks(pool);
    const place = { system: 'github' as const, place: 'halden/ai-work' };
    await links.claim(id, place, world.now());
    await sync(from);
    expect(github.issues).toEqual([]);
    skewMs = 6 * 60_000;
    await sync(from);
    skewMs = 0;
    expect(github.issues).toHaveLength(1);
  });

  test('is real: nobody writes there on the word of accounts that nobody vouches for, unless the operator says so', () => {
    expect(realConnections(from)).toEqual(['improvements.tracker']);
    const config = { slack: { references: null }, allowLocal: [] } as unknown as Parameters<typeof requireAllowed>[0];
    expect(() => requireAllowed(config, from)).toThrow(/binds real systems \(improvements\.tracker\)/);
  });

  test.each([
    ['a link that would run', { html_url: 'javascript:alert(1)' }],
    ['a state that it does not have', { state: 'gone\u0000' }],
  ])('that answers with %s is not believed, and the next turn goes well', async (_, odd) => {
    const { id } = await make();
    github.next.push(
      { status: 200, body: { private: true } },
      { status: 200, body: [] as unknown as object },
      { status: 201, body: { number: 1, html_url: 'https://x.example/1', state: 'open', title: 'x', ...odd } },
    );
    await sync(from);
    const said = await world.desk.find(id);
    expect([said.linked, said.unsynced]).toEqual([null, expect.stringContaining('something else')]);
    await sync(from);
    expect(await world.desk.find(id)).toMatchObject({ unsynced: null, linked: { key: '1' } });
  });

  test('keeps the items of two installations apart, also where both say that they are at one address', async () => {
    const other = await openWorld();
    const theirs = openPool(other.store.url, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
    try {
      const mine = await make();
      other.later(1);
      const { id } = await other.desk.create(sofia, other.wanted({}), 'key 1');
      expect(id).toBe(mine.id);
      await sync(from);
      await createImprovementSync({
        ...{ items: createImprovementStore(theirs), links: createImprovementLinks(theirs), log, now: other.now },
        ...{ publicUrl: 'https://tocsin.example', env: { TRACKER_TOKEN: TOKEN } },
      })(from);
      expect(github.issues).toHaveLength(2);
    } finally {
      await theirs.end();
      await other.close();
    }
  });

  test('creates again what was deleted there', async () => {
    const { id } = await make();
    await sync(from);
    await world.desk.done(tomas, id, null);
    await sync(from);
    github.issues.length = 0;
    await sync(from);
    // It was not opened again by anybody.
    expect(github.issues).toMatchObject([{ state: 'closed' }]);
    expect(await world.desk.find(id)).toMatchObject({ status: 'done', linked: { key: '1', state: 'closed' } });
  });
});

describe('Jira', () => {
  let jira: Awaited<ReturnType<typeof jiraStandIn>>;
  let from: Inventory;
  beforeAll(async () => {
    jira = await jiraStandIn({ email: 'bot@halden.example', token: TOKEN, project: 'AIR' });
    from = inventory(
      `{ kind: jira, url: "${jira.url}", private: true, project: AIR, email: bot@halden.example, token: env:TRACKER_TOKEN }`,
    );
  });
  afterAll(() => jira.close());
  beforeEach(() => {
    jira.issues.length = 0;
  });

  test('gets an item once as a document, and both sides follow each other by transitions', async () => {
    const { id } = await make({ issue: 'Line one\n\nLine two' });
    jira.next.push({ status: 200 }, { status: 200, body: { issues: [] } }, { status: 500, after: true });
    await sync(from);
    expect((await world.desk.find(id)).unsynced).toBe('Jira failed (500).');
    await sync(from);
    await sync(from);
    expect(jira.issues).toHaveLength(1);
    const issue = jira.issues[0] ?? expect.fail();
    expect(issue).toMatchObject({
      summary: `${id}: Put the number into the runbook.`,
      description: { type: 'doc', version: 1 },
    });
    expect(issue.labels).toEqual(['tocsin', expect.stringMatching(/^tocsin-imp-2026-\d+-[0-9a-f]{8}$/)]);
    expect(JSON.stringify(issue.description)).toContain('Line two');
    expect((await world.desk.find(id)).linked).toMatchObject({
      key: 'AIR-1',
      state: 'To Do',
      url: `${jira.url}/browse/AIR-1`,
    });
    issue.status = 'Done';
    await sync(from);
    expect(await world.desk.find(id)).toMatchObject({ status: 'done', linked: { state: 'Done' } });
    expect((await lastOf(id))?.what).toBe('done: closed in Jira');
    await world.desk.reopen(tomas, id, 'not yet', null);
    await sync(from);
    expect(issue.status).toBe('To Do');
    // Somebody works on it: that is no change of ours.
    issue.status = 'In Progress';
    await sync(from);
    expect(await world.desk.find(id)).toMatchObject({ status: 'open', linked: { state: 'In Progress' } });
    await world.desk.edit(tomas, id, { action: 'Call them.' }, null);
    await sync(from);
    expect(issue.summary).toBe(`${id}: Call them.`);
  });

  test('gives a state in a line that can be kept, and a key that is one', async () => {
    const { id } = await make();
    const answer = (key: string, name: string) => ({
      status: 200,
      body: { issues: [{ key, fields: { summary: 'x', status: { name, statusCategory: { key: 'new' } } } }] },
    });
    jira.next.push({ status: 200 }, answer('AIR-1\u001b[31m', 'To Do'));
    await sync(from);
    expect((await world.desk.find(id)).unsynced).toContain('something else');
    jira.next.push({ status: 200 }, answer('AIR-1', 'To\u0000 \u001b[31mDo\n'.repeat(99)));
    await sync(from);
    const { linked } = await world.desk.find(id);
    expect(linked?.state).toMatch(/^To\\u0000 \\u001b\[31mDo/);
    expect(linked?.state.length).toBeLessThan(300);
  });

  test('tells what it does not take in its own words', async () => {
    const { id } = await make();
    jira.next.push(
      { status: 200 },
      { status: 200, body: { issues: [] } },
      { status: 400, body: { errorMessages: [], errors: { issuetype: 'Specify a valid issue type' } } },
    );
    await sync(from);
    expect((await world.desk.find(id)).unsynced).toMatch(/did not take it \(400\): .*Specify a valid issue type/);
    await sync(from, { TRACKER_TOKEN: 'another' });
    expect((await world.desk.find(id)).unsynced).toMatch(/does not take the token \(401\)/);
  });
});
