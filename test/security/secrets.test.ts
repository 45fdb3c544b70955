import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDecisions } from '../../src/incident/view.ts';
import { answersAgain, openTown, type Town } from '../journeys/town.ts';
import { eventually, WITHIN_MS, whenUnreachable } from '../journeys/wait.ts';

/** What must never stand where it can be read by somebody who only runs the machinery. */
type Planted = { name: string; text: string };

const PASSWORD = 'correct-horse-Battery-staple-41';
const WRONG_PASSWORD = 'what-I-typed-by-mistake-77';
const WRONG_TOKEN = 'tocsin_token_0123456789abcdefWrongButSecret';
const NOTE = 'Patient Elfriede Sommerfeld called about her refund';
const TITLE = 'The assistant told Elfriede Sommerfeld her diagnosis';

let town: Town;
let incident: string;
/** Tokens, passwords, keys, links, database passwords. */
let secrets: Planted[];
/** Names, mail addresses and what people wrote: on the timeline, and nowhere near ids, logs and Temporal. */
let personal: Planted[];
const answers: string[] = [];

beforeAll(async () => {
  town = await openTown();
  await town.accounts.setPassword('cara', PASSWORD);
  const link = await town.accounts.createLink('carl', Date.now() + 60_000);
  const session = await signIn('cara@journeys.example', PASSWORD);
  await signIn('cara@journeys.example', WRONG_PASSWORD);
  await visit(`/sign-in/${link}`);
  await visit('/', { cookie: `tocsin=${session}` });
  await visit('/api/me', { authorization: `Bearer ${WRONG_TOKEN}` });
  secrets = [
    { name: 'a session token', text: session },
    { name: 'a password', text: PASSWORD },
    { name: 'a wrong password', text: WRONG_PASSWORD },
    { name: 'a wrong token', text: WRONG_TOKEN },
    { name: 'a sign-in link', text: link },
    { name: 'an API token', text: await town.token('cara') },
    { name: 'the token of this machine', text: readFileSync(join(town.dataDir, 'cli-token'), 'utf8').trim() },
    { name: 'the password of the database', text: new URL(town.databaseUrl).password },
    ...keys(),
  ];
  personal = [
    ...['cara', 'carl', 'milo', 'rhea'].map((id) => ({
      name: `the mail address of ${id}`,
      text: `${id}@journeys.example`,
    })),
    ...['Lundqvist', 'Ostrowski', 'Brandstetter', 'Quistgaard'].map((text) => ({ name: `the name ${text}`, text })),
    { name: 'what a note says', text: NOTE },
    { name: 'what the title says', text: TITLE },
    { name: 'whom it is about', text: 'Elfriede' },
  ];
  await story();
}, 4 * WITHIN_MS);
afterAll(() => town?.close(), 60_000);

/** A small incident with a refusal, a failure, a vote, and an outage of the database. */
async function story(): Promise<void> {
  const opened = await say('rhea', '/api/incidents', { playbook: 'contain', system: 'system-1', title: TITLE });
  incident = String(opened.body.incident);
  const { question } = await town.until(incident, 'its question', (view) => openDecisions(view)[0]);
  const decisions = `/api/incidents/${incident}/decisions/${question.number}`;
  await say('kit', decisions, { answer: 'approve', confirm: true });
  await say('cara', decisions, { answer: 'approve' });
  await say('cara', decisions, { answer: 'approve', confirm: true, reason: NOTE });
  await say('cara', `/api/incidents/${incident}/notes`, { text: NOTE });
  await say('cara', `/api/incidents/${incident}/role`, { role: 'incident-commander', assignee: 'nobody' });
  // Made now: while the database is away no token can be.
  await town.token('milo');
  const letBack = town.keepAway('postgres');
  await town.kill('postgres');
  await say('milo', decisions, { answer: 'approve', confirm: true });
  await visit('/readyz');
  letBack();
  await answersAgain(town);
  await town.insist('milo', 'POST', decisions, { answer: 'approve', confirm: true });
  await town.until(incident, 'the next question', (view) =>
    openDecisions(view).find((one) => one.question.path === 'reopen'),
  );
  await say('cara', `/api/incidents/${incident}/stand-down`, { reason: NOTE });
  await town.until(incident, 'its end', (view) => view.plan?.outcome);
  await say('cara', `/api/incidents/${incident}/resolve`, { summary: NOTE });
  await say('cara', `/api/incidents/${incident}/close`, undefined);
  await town.until(incident, 'its closing', (view) => view.status === 'closed');
}

async function say(person: string, path: string, body: unknown) {
  const answer = await town.call(person, 'POST', path, body);
  answers.push(answer.text);
  return answer;
}

async function visit(path: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(new URL(path, town.url), { headers, redirect: 'manual' }).catch(whenUnreachable);
  answers.push((await answer?.text()) ?? '');
}

async function signIn(login: string, password: string): Promise<string> {
  const response = await fetch(new URL('/sign-in', town.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: town.url },
    body: new URLSearchParams({ login, password }),
  });
  answers.push(await response.text());
  return /tocsin=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
}

/** The middle of each private key, those of drills too, as the files hold it and as raw bytes would print. */
function keys(): Planted[] {
  return everyFile(join(town.dataDir, 'keys'))
    .filter((file) => !file.endsWith('.pub.pem'))
    .map((file) => {
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      const text = lines.find((line) => !line.startsWith('-----')) ?? '';
      return { name: `the key ${file}`, text: text.slice(-32) };
    });
}

const foundIn = (text: string, planted: readonly Planted[]): string[] =>
  planted.filter((one) => text.includes(one.text)).map(({ name }) => name);

function everyFile(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? everyFile(path) : [path];
  });
}

it('what is looked for is long enough to be found by its text alone', () => {
  for (const { name, text } of [...secrets, ...personal]) expect(text.length, name).toBeGreaterThanOrEqual(8);
});

it('no log holds a secret or personal data, whatever went wrong', () => {
  const folder = join(town.dataDir, 'logs');
  const logs = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  // Something was logged, of the incident and of the outage.
  expect(logs['server.log']).toContain('ECONNREFUSED');
  expect(logs['worker.log']).toContain('the worker is ready');
  for (const [name, text] of Object.entries(logs)) expect(foundIn(text, [...secrets, ...personal]), name).toEqual([]);
});

it('Temporal holds ciphertext only, in its answers and on its disk', async () => {
  const { client } = town;
  const { namespace } = client.options;
  const execution = { workflowId: incident };
  const [history, described, listed] = await Promise.all([
    client.workflowService.getWorkflowExecutionHistory({ namespace, execution }),
    client.workflowService.describeWorkflowExecution({ namespace, execution }),
    client.workflowService.listWorkflowExecutions({ namespace }),
  ]);
  const raw = [history, described, listed].map(printable).join('\n');
  expect(raw).toContain(incident);
  // Bytes are looked into.
  expect(raw).toContain('binary/encrypted');
  expect(foundIn(raw, [...secrets, ...personal, { name: 'a system', text: 'system-1' }])).toEqual([]);
  expect(
    foundIn(
      raw,
      ['model.isolate', 'decision.asked', 'contain'].map((text) => ({ name: text, text })),
    ),
  ).toEqual([]);

  const disk = everyFile(join(town.dataDir, 'temporal'))
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
  expect(disk).toContain(incident);
  expect(foundIn(disk, [...secrets, ...personal, { name: 'an event', text: 'decision.asked' }])).toEqual([]);
});

it('workflow ids, memo and search attributes say which incident it is, and nothing more', async () => {
  const all = [];
  for await (const workflow of town.client.workflow.list()) all.push(workflow);
  expect(all.map(({ workflowId }) => workflowId)).toEqual([incident]);
  const [one] = all;
  expect(one?.memo ?? {}).toEqual({});
  const own = Object.keys(one?.searchAttributes ?? {}).filter((name) => !/^(BuildIds|Temporal\w*)$/.test(name));
  expect(own).toEqual([]);
});

it('no export of the timeline holds a secret, and none holds a mail address', async () => {
  const addresses = personal.filter(({ name }) => name.startsWith('the mail address'));
  for (const format of ['jsonl', 'md', 'json']) {
    const { status, text } = await town.call('rhea', 'GET', `/api/incidents/${incident}/timeline?format=${format}`);
    expect(status).toBe(200);
    expect(text).toContain(NOTE);
    expect(foundIn(text, [...secrets, ...addresses]), format).toEqual([]);
  }
});

it('no error text holds a secret, nor how the house is built', () => {
  const said = answers.join('\n');
  for (const code of ['not-entitled', 'confirm', 'unknown-token', 'unknown-person', 'database-away'])
    expect(said).toContain(code);
  // What a page says to the one who typed it is theirs; a password is never said back.
  expect(
    foundIn(
      said,
      secrets.filter(({ name }) => name !== 'a sign-in link'),
    ),
  ).toEqual([]);
  expect(said).not.toMatch(/postgres(ql)?:\/\/|SELECT |\bat .+\.[jt]sx?:\d+/);
});

it('the database holds tokens, links and passwords as hashes only', async () => {
  const tables = await eventually('the tables', async () => {
    const { rows } = await town.pool.query<{ name: string }>(
      "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    return rows.length > 10 ? rows : null;
  });
  const all: string[] = [];
  for (const { name } of tables) {
    const { rows } = await town.pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    all.push(...rows.map(({ row }) => row));
  }
  expect(all.join('\n')).toContain('cara');
  expect(foundIn(all.join('\n'), secrets)).toEqual([]);
});

/** Every text and all bytes, wherever in the answer they stand. Its own JSON would hide bytes in base64. */
function printable(part: unknown): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('latin1');
  if (typeof part !== 'object' || part === null) return String(part);
  return Object.entries(part)
    .map(([name, value]) => `${name}: ${printable(value)}`)
    .join('\n');
}
