import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import { type DecisionView, openDecisions } from '../../../src/incident/view.ts';
import { readConfig } from '../../../src/main/config.ts';
import { doctor } from '../../../src/main/doctor.ts';
import { createLog } from '../../../src/main/log.ts';
import { passwordSetter } from '../../../src/main/password.ts';
import { makeSignInLink } from '../../../src/main/sign-in-link.ts';
import { checkSlackHere } from '../../../src/main/slack-check.ts';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runCli } from '../../../src/surfaces/cli/program.ts';
import { sampleSlack, slackSettingsFor } from '../../support/sample-slack.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

let served: Served;
let slack: LocalSlack;
let cwd: string;
beforeAll(async () => {
  [served, slack] = await Promise.all([openServed(), sampleSlack()]);
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-cli-'));
  cpSync(sample('playbooks'), join(cwd, 'playbooks'), { recursive: true });
  cpSync(sample('simulations'), join(cwd, 'simulations'), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
  copyFileSync(join(served.house.keysDir, 'head-0001.pub.pem'), join(cwd, 'head-0001.pub.pem'));
  // As the supervisor writes it.
  writeFileSync(join(served.dataDir, 'running.json'), JSON.stringify({ url: served.url }));
  await served.house.question(sampleIncident(), 'contain');
}, 120_000);
afterAll(async () => {
  await served?.close();
  await slack?.stop();
  rmSync(cwd, { recursive: true, force: true });
});

const noted: string[] = [];
const cliLog = createLog({
  name: 'cli',
  level: 'info',
  destination: new Writable({ write: (chunk, _, done) => done(void noted.push(String(chunk))) }),
});
const PASSWORD = 'four unrelated words';
const sampleIncident = (): string => served.ready.incident ?? '';
type Ran = { code: number; out: string; err: string };

async function run(args: string[], more: Partial<Io> = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const io: Io = {
    out: (text) => void (ran.out += text),
    err: (text) => void (ran.err += text),
    interactive: false,
    colour: false,
    columns: 160,
    env: { TOCSIN_DATA: served.dataDir },
    cwd,
    home: join(cwd, 'home'),
    now: Date.now,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    secret: () => Promise.resolve(PASSWORD),
    ...more,
  };
  const here = readConfig({ DATABASE_URL: served.house.databaseUrl, TOCSIN_PUBLIC_URL: served.url });
  ran.code = await runCli(args, io, '0.0.0', {
    start: () => Promise.reject(new Error('not here')),
    worker: () => Promise.reject(new Error('not here')),
    server: () => Promise.reject(new Error('not here')),
    drillWorker: () => Promise.reject(new Error('not here')),
    localSlack: () => Promise.reject(new Error('not here')),
    demoStory: () => Promise.reject(new Error('not here')),
    slackCheck: (options) => checkSlackHere(readConfig(slackSettingsFor(slack, cwd)), options),
    doctor: () => doctor(readConfig({ TOCSIN_DATA: served.dataDir }), {}),
    signInLink: (person) => makeSignInLink(here, person, cliLog),
    passwordSetter: async (person) => passwordSetter(here, person, cliLog),
  });
  return ran;
}

/** As a shell would split it, and find files. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].flatMap(([, quoted, bare]) =>
    bare?.endsWith('/*.yaml') ? filesOf(bare) : [quoted ?? bare ?? ''],
  );

const filesOf = (pattern: string): string[] =>
  readdirSync(join(cwd, dirname(pattern)))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(dirname(pattern), name));

describe('every command of docs/cli.md does what it says', () => {
  const lines = [...readFileSync(sample('docs/cli.md'), 'utf8').matchAll(/^\$ tocsin (.*)$/gm)].map(
    ([, line = '']) => line,
  );

  it.each(lines)('tocsin %s', async (line) => {
    const [, command = '', expected = '0'] = /^(.*?)(?:\s+# exit (\d))?$/.exec(line) ?? [];
    if (command.startsWith('incident retry')) await failedStep();
    if (command.startsWith('incident skip')) await openFailure(thirdIncident(), 2);
    if (command === 'incident pause 1' || command.startsWith('incident stand-down'))
      await served.house.question(sampleIncident(), 'reopen');
    const ran = await run(words(await withRealId(command)));
    expect(`${ran.err}${ran.code}`).toMatch(new RegExp(`${expected}$`));
    if (command.includes('--json')) expect(() => JSON.parse(ran.out)).not.toThrow();
  });

  /** Incident 3: its isolation fails, because the sample incident holds the lease on the system. */
  async function failedStep(): Promise<void> {
    await served.house.until(sampleIncident(), 'the isolation', (view) => view.steps.isolate?.status === 'done');
    const body = { playbook: 'supply-chain-tampered-artifact', system: 'claims-triage' };
    const { body: opened } = await served.call('tomas-okafor', 'POST', '/api/incidents', body);
    const incident = String(opened.incident);
    const { number } = await served.house.question(incident, 'contain');
    const path = `/api/incidents/${incident}/decisions/${number}`;
    await served.call('mara-lindqvist', 'POST', path, { answer: 'approve', confirm: true });
    await openFailure(incident, 1);
  }

  /** The step has failed for the nth time, and people are asked. */
  const openFailure = (incident: string, times: number) =>
    served.house.until(incident, `failure ${times}`, (view) => {
      const failures = view.decisions.filter(({ question }) => question.kind === 'failure');
      return failures.length === times && openDecisions(view).includes(failures[times - 1] as DecisionView);
    });
  const thirdIncident = () => `INC-${new Date().getUTCFullYear()}-0003`;

  async function withRealId(command: string): Promise<string> {
    if (!command.startsWith('token revoke')) return command;
    const { tokens } = JSON.parse((await run(['token', 'list', '--json'])).out) as {
      tokens: { id: string; name: string }[];
    };
    return `token revoke ${tokens.find(({ name }) => name === 'laptop')?.id}`;
  }
});

it('every command of docs/api.md works with curl', async () => {
  const blocks = [...readFileSync(sample('docs/api.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  const opened = await served.call('tomas-okafor', 'POST', '/api/incidents', {
    playbook: 'supply-chain-tampered-artifact',
    system: 'payout-estimator',
  });
  const incident = String(opened.body.incident);
  await served.house.question(incident, 'contain');
  const env = {
    PATH: process.env.PATH,
    TOCSIN_URL: served.url,
    TOCSIN_TOKEN: await served.token('mara-lindqvist'),
    INCIDENT: incident,
    no_proxy: '*',
  };
  for (const block of blocks) await promisify(execFile)('bash', ['-e', '-c', block], { env });
  expect(blocks.length).toBeGreaterThan(4);
});

it('shows what an approve will do, and takes only a plain yes', async () => {
  const { number } = await servedQuestion();
  const asked: string[] = [];
  const answering = (answer: string): Partial<Io> => ({
    interactive: true,
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
  });
  const args = ['decide', incident, String(number), 'approve'];
  const unsure = await run(args, answering('y'));
  expect(unsure).toMatchObject({ code: 3 });
  expect(unsure.err).toContain('Cut traffic to the model');
  expect(unsure.err).toContain('disruptive');
  const sure = await run(args, answering('yes'));
  expect(sure).toMatchObject({ code: 0, out: 'Decided: approve.\n' });
  expect(asked).toHaveLength(2);
});

let incident = '';
async function servedQuestion() {
  const body = { playbook: 'supply-chain-tampered-artifact', system: 'customer-assistant' };
  const opened = await served.call('tomas-okafor', 'POST', '/api/incidents', body);
  incident = String(opened.body.incident);
  return served.house.question(incident, 'contain');
}

it('one changed byte in an export fails verification and names the event', async () => {
  await run(['timeline', 'export', '1', '-o', 'tampered.jsonl']);
  const file = join(cwd, 'tampered.jsonl');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('registry-verifier', 'registry-verifie-').replace('claims', 'cla1ms'),
  );
  const ran = await run(['timeline', 'verify', 'tampered.jsonl']);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/event 1: /);
});

it('names a mistake in a playbook by its place, and needs no server for it', async () => {
  const file = join(cwd, 'playbooks', 'supply-chain-tampered-artifact.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('model.rollback', 'model.rolback'));
  const ran = await run(['playbook', 'check', 'playbooks/supply-chain-tampered-artifact.yaml'], {
    env: { TOCSIN_DATA: '/nowhere' },
  });
  writeFileSync(file, good);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/supply-chain-tampered-artifact\.yaml:\d+:\d+ error: .*did you mean "model\.rollback"\?/);
});

it('checks the rules of notices too, each in its own file', async () => {
  const file = join(cwd, 'playbooks', 'rules', 'eu-gdpr-33.yaml');
  const good = readFileSync(file, 'utf8');
  const check = () => run(['playbook', 'check', 'playbooks/rules/eu-gdpr-33.yaml']);
  expect(await check()).toMatchObject({ code: 0, out: 'playbooks/rules/eu-gdpr-33.yaml holds.\n' });
  writeFileSync(file, good.replace('limit: 72h', 'limit: 3 days'));
  const broken = await check();
  writeFileSync(file, good);
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/^playbooks\/rules\/eu-gdpr-33\.yaml:\d+:8 error: write a duration/);
});

describe('exit codes', () => {
  it('2 for an unknown command, with a suggestion', async () => {
    const ran = await run(['incidnet', 'list']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('Did you mean incident?');
  });
  it('2 for a missing reason', async () => {
    expect(await run(['incident', 'pause', '1'])).toMatchObject({ code: 2 });
  });
  it('4 for an incident that is not there', async () => {
    expect(await run(['incident', 'show', 'INC-2020-0001'])).toMatchObject({ code: 4 });
  });
  it('5 when nothing runs here, or nothing answers', async () => {
    expect(await run(['incident', 'list'], { env: { TOCSIN_DATA: '/nowhere' } })).toMatchObject({ code: 5 });
    const away = { TOCSIN_URL: 'http://127.0.0.1:9', TOCSIN_TOKEN: 'x' };
    expect(await run(['incident', 'list'], { env: away })).toMatchObject({ code: 5 });
  });
  it('3 with the problem as JSON when refused', async () => {
    const ran = await run(['decide', incident, '1', 'approve', '--json']);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.err)).toMatchObject({ code: expect.any(String), status: expect.any(Number) });
  });
  it('0 for help, on every command, with an example', async () => {
    for (const args of [
      ['incident', 'open'],
      ['decide'],
      ['timeline', 'verify'],
      ['playbook', 'check'],
      ['token', 'create'],
    ]) {
      const ran = await run([...args, '--help']);
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.out).toContain('Examples:');
    }
  });
});

describe('the first sign-in of a production server, where nobody has a token yet', () => {
  const onServer = { env: { TOCSIN_DATA: '/nowhere', DATABASE_URL: 'file:/run/secrets/database-url' } };

  it('is by a link that is made in the database itself', async () => {
    const ran = await run(['sign-in', '--person', 'sofia-mendes', '--json'], onServer);
    expect(ran.code).toBe(0);
    const { url, person } = JSON.parse(ran.out) as { url: string; person: string };
    expect(person).toBe('sofia-mendes');
    expect(url.startsWith(`${served.url}/sign-in/`)).toBe(true);
    const signedIn = await fetch(url, { method: 'POST', redirect: 'manual', headers: { origin: served.url } });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get('set-cookie')).toContain('tocsin=');
    // Who made it is said where the command ran, never the link.
    expect(JSON.parse(noted.at(-1) ?? '')).toMatchObject({
      level: 40,
      for: 'sofia-mendes',
      by: expect.stringMatching(/^system user /),
      surface: 'database',
      msg: 'a sign-in link was made',
    });
    expect(noted.join('')).not.toContain(url.split('/').at(-1));
  });
  it('needs the name of somebody in the inventory', async () => {
    expect(await run(['sign-in'], onServer)).toMatchObject({ code: 2 });
    const typo = await run(['sign-in', '--person', 'sofia-mendez'], onServer);
    expect(typo.code).toBe(1);
    expect(typo.err).toContain('did you mean "sofia-mendes"?');
  });
  it('is not tried where no database is named', async () => {
    const ran = await run(['sign-in', '--person', 'sofia-mendes'], { env: { TOCSIN_DATA: '/nowhere' } });
    expect(ran.code).toBe(5);
  });
});

describe('a password', () => {
  const set = (more: Partial<Io>) => run(['password', '--person', 'mara-lindqvist'], more);
  const signIn = (password: string) =>
    fetch(`${served.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: served.url },
      body: new URLSearchParams({ login: 'mara-lindqvist', password }),
    });

  it('that is set here signs in by the form', async () => {
    expect(await set({ secret: async () => 'long enough, and new' })).toMatchObject({ code: 0 });
    const signedIn = await signIn('long enough, and new');
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get('set-cookie')).toContain('tocsin=');
    expect((await signIn(PASSWORD)).status).toBe(401);
  });
  it('is refused when it is short, mistyped, of nobody we know, or meant for another server', async () => {
    const asked: string[] = [];
    const typed = ['one that is long enough', 'another one, long enough'];
    const twice = await set({ interactive: true, secret: async (question) => typed[asked.push(question) - 1] ?? '' });
    expect(twice).toMatchObject({ code: 2 });
    expect(asked).toHaveLength(2);
    expect((await set({ secret: async () => 'elevenchars' })).err).toContain('12 characters');
    expect((await run(['password', '--person', 'mara-lindquist'])).err).toContain('did you mean "mara-lindqvist"?');
    expect(await set({ env: { TOCSIN_URL: served.url } })).toMatchObject({ code: 2 });
    expect((await signIn('long enough, and new')).status).toBe(303);
  });
});

it('an address or token that cannot be one is refused without being repeated', async () => {
  const nowhere = await run(['whoami'], { env: { TOCSIN_URL: 'tocsin.example', TOCSIN_TOKEN: 'x' } });
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.err).toContain('https://');
  for (const token of ['tocsin_token_se\ncret', 'tocsin_token_secrét', '“tocsin_token_secret”']) {
    const ran = await run(['whoami'], { env: { TOCSIN_URL: served.url, TOCSIN_TOKEN: token } });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).not.toContain('tocsin_token_se');
  }
});

it('the token that is made for this machine can be read by its user only', () => {
  expect(statSync(join(served.dataDir, 'cli-token')).mode & 0o777).toBe(0o600);
});

it('a token file that others can read is refused', async () => {
  const home = join(cwd, 'careless');
  const file = join(home, '.config', 'tocsin', 'token');
  mkdirSync(join(home, '.config', 'tocsin'), { recursive: true });
  writeFileSync(file, 'tocsin_token_seen');
  chmodSync(file, 0o644);
  const ran = await run(['whoami'], { home, env: { TOCSIN_URL: served.url } });
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('chmod 600');
});

it('text from outside cannot steer the terminal', async () => {
  await served.call('tomas-okafor', 'POST', '/api/incidents', { title: 'red \u001b[31malert\u202e' });
  const ran = await run(['incident', 'list']);
  expect(ran.out).not.toContain('\u001b');
  expect(ran.out).not.toContain('\u202e');
  // What a problem repeats neither.
  const refused = await run(['incident', 'role', '1', 'incident-commander', 'a\u001b[31m']);
  const unknown = await run(['playbook', 'show', 'a\u001b[31m\u202e']);
  for (const { code, err } of [refused, unknown]) {
    expect(code).toBeGreaterThan(2);
    expect(err).not.toContain('\u001b');
    expect(err).not.toContain('\u202e');
  }
});
