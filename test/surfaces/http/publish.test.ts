// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { afterEach, beforeEach, expect, it } from 'vitest';
import { surroundingsOf } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { readLibrary } from '../../../src/playbook/library.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createPlanAgreements } from '../../../src/store/plan-agreements.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createDirectory } from '../../../src/surfaces/directory.ts';
import { checkSources } from '../../../src/surfaces/playbook-check.ts';
import { createPlaybookDesk, type PlaybookDesk } from '../../../src/surfaces/playbook-desk.ts';
import type { Person, PlaybookArchive } from '../../../src/surfaces/ports.ts';
import { testDatabase } from '../../support/postgres.ts';
import { sample } from '../../support/served.ts';

const inventory = loadInventory(sample('tocsin.yaml'));
const directory = createDirectory(() => inventory);
const mara = directory.person('mara-lindqvist') as Person;
const sofia = directory.person('sofia-mendes') as Person;

let desk: (simulated: boolean) => PlaybookDesk;
let playbooks: PlaybookArchive;
let close: () => Promise<void>;
beforeEach(async () => {
  const database = await testDatabase();
  const pool = openPool(database.url, { name: 'test', onProblem: () => undefined });
  await migrate(pool);
  const plans = createPlanLibrary(pool);
  playbooks = plans;
  desk = (simulated) =>
    createPlaybookDesk({
      playbooks: plans,
      directory: { ...directory, simulated: () => simulated },
      check: (sources) => checkSources(sources, surroundingsOf(inventory), readLibrary(sample('playbooks'))),
      agree: createPlanAgreements(pool).agree,
      publish: plans.publish,
      now: Date.now,
    });
  close = async () => {
    await pool.end();
    await database.drop();
  };
});
afterEach(() => close());

const sources = (title: string, version = 1) => ({
  file: 'quick-look.yaml',
  source: `playbook: quick-look\ntitle: ${title}\nversion: ${version}\nsteps:\n  - { id: rest, wait: 10m }\n`,
  library: [],
});

it('with simulated bindings one authorised person is enough', async () => {
  expect(await desk(true).publish(sources('Look'), mara)).toMatchObject({ status: 'published', needed: 1 });
});

it('with real bindings a plan counts when a second person has published the very same one', async () => {
  const real = desk(false);
  expect(await real.publish(sources('Look'), mara)).toMatchObject({ status: 'waiting', agreed: [mara.id], needed: 2 });
  expect(await real.publish(sources('Look'), mara)).toMatchObject({ status: 'waiting', agreed: [mara.id] });
  expect(await playbooks.latest('quick-look')).toBeNull();
  // Another text is another plan: agreement does not carry over.
  expect(await real.publish(sources('Look twice'), sofia)).toMatchObject({ status: 'waiting', agreed: [sofia.id] });
  expect(await real.publish(sources('Look'), sofia)).toMatchObject({
    status: 'published',
    agreed: [mara.id, sofia.id],
  });
  expect(await playbooks.latest('quick-look')).toMatchObject({ publishedBy: [mara.id, sofia.id] });
});

it('a published version never changes', async () => {
  await desk(true).publish(sources('Look'), mara);
  await expect(desk(true).publish(sources('Look twice'), mara)).rejects.toMatchObject({ code: 'version' });
  expect(await desk(true).publish(sources('Look twice', 2), mara)).toMatchObject({ status: 'published', version: 2 });
});

it('whoever agrees is told what changes for a responder since the version before', async () => {
  const first = await desk(false).publish(sources('Look'), mara);
  expect(first).toMatchObject({ against: null, changes: [] });
  await desk(false).publish(sources('Look'), sofia);
  const next = { ...sources('Look', 2), source: sources('Look', 2).source.replace('10m', '20m') };
  const against = { version: 1, hash: first.hash };
  const changes = [expect.objectContaining({ path: 'rest', text: 'it waits 20 min; it was 10 min' })];
  expect(await desk(false).publish(next, mara)).toMatchObject({ status: 'waiting', against, changes });
  expect(await desk(false).publish(next, sofia)).toMatchObject({ status: 'published', against, changes });
  expect((await playbooks.versions('quick-look')).map(({ plan, publishedBy }) => [plan.version, publishedBy])).toEqual([
    [2, [mara.id, sofia.id]],
    [1, [mara.id, sofia.id]],
  ]);
});

it('a playbook with errors is refused with their places', async () => {
  const broken = {
    ...sources('Look'),
    source: 'playbook: quick-look\ntitle: Look\nversion: 1\nsteps:\n  - { id: x, do: model.rolback }\n',
  };
  await expect(desk(true).publish(broken, mara)).rejects.toMatchObject({
    code: 'playbook-refused',
    extra: { diagnostics: [expect.objectContaining({ line: 5, suggestion: 'model.rollback' })] },
  });
});

it('a rule and a template that are sent along count as those of the server do, and a broken rule is refused in its own file', async () => {
  const rule = readLibrary(sample('playbooks')).rules['eu-gdpr-33']?.text ?? '';
  const duty = (text: string) => ({
    file: 'playbooks/duty.yaml',
    source: [
      'playbook: duty',
      'title: A duty',
      'version: 1',
      'steps:',
      '  - { id: own, oblige: house-rule, by: incident-commander }',
      '  - id: gdpr',
      '    oblige: eu-gdpr-33',
      '    by: incident-commander',
      '  - { id: told, say: templates/own.md, to: stakeholders }',
      '',
    ].join('\n'),
    library: [
      { file: 'rules/house-rule.yaml', source: text },
      { file: 'templates/own.md', source: 'Due by ${steps.gdpr.due}.' },
    ],
  });
  const house = rule.replace('rule: eu-gdpr-33', 'rule: house-rule').replace('limit: 72h', 'limit: 24h');
  expect(await desk(true).publish(duty(house), mara)).toMatchObject({ status: 'published' });
  const steps = (await playbooks.latest('duty'))?.plan.steps;
  expect(steps).toMatchObject([{ rule: { limitMs: 86_400_000 } }, { rule: { limitMs: 3 * 86_400_000 } }, {}]);
  const broken = desk(true).publish({ ...duty(house.replace('24h', 'soon')), file: 'duty.yaml' }, mara);
  await expect(broken).rejects.toMatchObject({
    extra: { diagnostics: expect.arrayContaining([expect.objectContaining({ file: 'rules/house-rule.yaml' })]) },
  });
});
