import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type IncidentView, openDecisions } from '../../src/incident/view.ts';
import { verifyExport } from '../../src/store/verify.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import { openServed, type Served } from '../support/served.ts';
import { faults, launch, picture } from '../surfaces/console/browser.ts';

/** A drill of fifteen minutes in the console: a facilitator, two players and bots; real server, workers, Temporal and browsers. */
let served: Served;
let browser: Browser;

beforeAll(async () => {
  [served, browser] = await Promise.all([openServed({ drillWorker: true }), launch()]);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await served.close();
});

async function signIn(person: string): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(`${served.url}/sign-in/${await served.accounts.createLink(person, Date.now() + 60_000)}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${served.url}/`);
  return { page, context };
}

/** Planned and begun by its facilitator; hands back its number. */
async function begin(page: Page): Promise<string> {
  await page.goto(`${served.url}/drills/new?simulation=prompt-injection-tool-abuse`);
  await page.getByLabel('Length').selectOption({ label: 'Warm-up, 15 min' });
  await page.getByLabel(/^Incident commander/).selectOption({ label: 'Mara Lindqvist' });
  await page.getByLabel(/^Legal counsel/).selectOption({ label: 'Ingrid Solheim' });
  await page.locator('#staff-facilitator summary').click();
  await page.getByRole('group', { name: 'Facilitator' }).getByLabel('Sofia Mendes').check();
  await page.locator('#staff-evaluator summary').click();
  await page.getByRole('group', { name: 'Evaluator' }).getByLabel('Jonas Weber').check();
  await page.getByRole('button', { name: 'Plan the drill' }).click();
  await page.getByRole('button', { name: 'Start the drill' }).click();
  await page.waitForURL('**/board');
  return /EX-\d{4}-\d{4}/.exec(page.url())?.[0] ?? '';
}

async function jump(page: Page, minute?: number): Promise<void> {
  await page.getByRole('link', { name: 'Jump ahead' }).click();
  if (minute !== undefined) await page.getByLabel(/^To which minute/).fill(String(minute));
  await page.getByRole('button', { name: 'Jump ahead' }).click();
  await page.waitForURL('**/board');
}

/** Rates the first objective as a whole. */
async function rate(page: Page, rating: string, text: string): Promise<void> {
  const form = page.locator('details[id^="write-o-"]').first();
  await form.getByText('Rate the objective', { exact: true }).click();
  await form.getByLabel(rating).check();
  await form.getByLabel('What you saw').fill(text);
  await form.getByRole('button', { name: 'Write it down' }).click();
  await page.locator('[id^="said-o-"]').getByText(text).waitFor();
}

async function addToHotWash(page: Page, text: string): Promise<void> {
  const question = page.locator('#question-0');
  await question.getByLabel('Your answer').fill(text);
  await question.getByRole('button', { name: 'Answer' }).click();
  await page.locator('#answers-0').getByText(text).waitFor();
}

it('a drill is planned, facilitated and played in the console, live, and read by everybody when it is over', async () => {
  const board = await signIn('sofia-mendes');
  const drill = await begin(board.page);

  const [commander, counsel] = [await signIn('mara-lindqvist'), await signIn('ingrid-solheim')];
  for (const { page } of [commander, counsel]) {
    await page.goto(`${served.url}/drills/${drill}`);
    await page.getByText('Live', { exact: true }).waitFor();
  }
  await jump(board.page);
  await commander.page.getByRole('button', { name: 'Open: A member asks where her money is' }).click();
  await commander.page.getByText('I have a Mrs Haugen on the line.').waitFor();
  await board.page.getByText('seen by Mara Lindqvist').waitFor();

  // The alert opens the incident; from then on the commander is asked, and the scenario runs with the wall.
  await jump(board.page);
  await commander.page.getByRole('link', { name: /^Approve/ }).waitFor();
  await board.page.getByText('Somebody is asked: it runs with the wall.').waitFor();
  expect(await faults(board.page)).toEqual([]);
  expect(await faults(commander.page)).toEqual([]);
  await picture(board.page, 'real-board');
  await picture(commander.page, 'real-play');
  await commander.page.getByRole('link', { name: /^Approve/ }).click();
  await commander.page.getByRole('button', { name: /^Confirm/ }).click();
  await commander.page.getByRole('heading', { name: /Your answer is recorded/ }).waitFor();
  await commander.page.goto(`${served.url}/incidents/${drill}`);
  const timeline = commander.page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText(/Mara Lindqvist approved/).waitFor();
  await picture(commander.page, 'real-incident');

  await board.page.locator('#voice-as').fill('T. Vogel, journalist');
  await board.page.locator('#voice-text').fill('Does your assistant move money?');
  await board.page.getByRole('button', { name: 'Send it' }).click();
  await counsel.page.locator('#talks').getByText('Does your assistant move money?').waitFor();
  await counsel.page.locator('#say-to').fill('T. Vogel, journalist');
  await counsel.page.locator('#say-text').fill('We will call you at noon.');
  await counsel.page.getByRole('button', { name: 'Say it' }).click();
  await board.page.locator('#talks').getByText('We will call you at noon.').waitFor();

  const evaluator = await signIn('jonas-weber');
  await evaluator.page.goto(`${served.url}/drills/${drill}/board`);
  await evaluator.page.getByRole('link', { name: 'Evaluation guide' }).click();
  await rate(evaluator.page, 'S Performed with some challenges', 'Counsel waited for an hour.');
  await board.page.goto(`${served.url}/drills/${drill}/evaluate`);
  await rate(board.page, 'P Performed without challenges', 'A cool head.');
  expect(await evaluator.page.locator('main').textContent()).not.toContain('A cool head.');
  await board.page.getByRole('link', { name: 'The board' }).click();

  await board.page.getByRole('link', { name: 'End the drill' }).click();
  await board.page.getByRole('button', { name: 'End the drill' }).click();
  await evaluator.page.getByText('A cool head.').waitFor();
  await evaluator.page.getByText('Judged differently').first().waitFor();
  await picture(evaluator.page, 'real-evaluate');
  await counsel.page.getByText('ENDEX: the drill is over').waitFor();
  await counsel.page.getByRole('link', { name: /^See what there was/ }).click();
  await addToHotWash(counsel.page, 'Counsel was asked late.');
  await commander.page.goto(`${served.url}/drills/${drill}`);
  const first = commander.page.locator('#question-1');
  await first.getByLabel('Your answer').fill('I did not dare to ask.');
  await first.getByLabel('Without my name').check();
  await first.getByRole('button', { name: 'Answer' }).click();
  await first.locator('.talk').getByText('I did not dare to ask.').waitFor();
  await counsel.page
    .locator('#question-1')
    .getByRole('link', { name: /^Pass it over/ })
    .click();
  const unnamed = counsel.page.locator('#answers-1 .talk li', { hasText: 'I did not dare to ask.' });
  expect(await unnamed.textContent()).toMatch(/^without a name/);
  await picture(counsel.page, 'real-over');

  const other = await signIn('tomas-okafor');
  await other.page.goto(`${served.url}/drills/${drill}/board`);
  expect(await other.page.locator('.msel').textContent()).toContain('It does it again');
  for (const { context } of [board, commander, counsel, evaluator, other]) await context.close();
}, 240_000);

type Until = (view: IncidentView, events: StoredEvent[]) => unknown;

/** Jumps, and waits for what it jumped to, or for the question that stopped it on the way. */
async function leap(page: Page, drill: string, minute?: number): Promise<void> {
  const before = (await served.house.until(drill, 'its timeline', ({ seq }) => seq)) as number;
  await jump(page, minute);
  await served.house.until(drill, 'what it jumped to', (_, events) => {
    const jumped = events.find(
      (one) => one.seq > before && one.type === 'exercise.clock' && one.data.because === 'jumped',
    );
    const since = jumped ? events.filter(({ seq }) => seq > jumped.seq) : [];
    const isStop = (one: StoredEvent) => one.type === 'exercise.clock' && one.data.because === 'people';
    return jumped && since.some((one) => one.at >= jumped.at || isStop(one));
  });
}

/** As a facilitator does who has a quarter of an hour: to what is next, and again. */
async function leapUntil(page: Page, drill: string, until: Until, minute?: number): Promise<void> {
  for (;;) {
    const { is } = await served.house.until(drill, 'its timeline', (view, events) => ({ is: until(view, events) }));
    if (is) return;
    await leap(page, drill, minute);
  }
}

const asks =
  (path: string): Until =>
  (view) =>
    view.decisions.some(({ question, made }) => question.path === path && !made);
const came =
  (inject: string): Until =>
  (view) =>
    view.exercise?.injects.some(({ id }) => id === inject);

/** A player who answers what waits on their page of the drill, by the words of the button. */
async function answers(page: Page, drill: string, words: RegExp, form: Record<string, string> = {}): Promise<void> {
  await page.goto(`${served.url}/drills/${drill}`);
  const question = page.locator('#question');
  await question
    .getByRole('link', { name: words })
    .or(question.getByRole('button', { name: words }))
    .first()
    .click();
  const confirm = page.getByRole('button', { name: /^Confirm/ });
  const recorded = page.getByRole('heading', { name: /Your answer is recorded/ });
  await confirm.or(recorded).waitFor();
  for (const [label, value] of Object.entries(form)) await page.getByLabel(label).fill(value);
  if (await confirm.isVisible()) await confirm.click();
  await recorded.waitFor();
  await page.goto(`${served.url}/drills/${drill}`);
}

it('a warm-up is played to its end as the playbook means it: contained, proved, ended by its time, and on record', async () => {
  const [board, commander, counsel] = [
    await signIn('sofia-mendes'),
    await signIn('mara-lindqvist'),
    await signIn('ingrid-solheim'),
  ];
  const drill = await begin(board.page);
  const row = (title: string) => board.page.locator('.msel').getByRole('row').filter({ hasText: title });
  const on = (until: Until, minute?: number) => leapUntil(board.page, drill, until, minute);
  for (const { page } of [commander, counsel]) await page.goto(`${served.url}/drills/${drill}`);

  // Before anything comes: one inject is changed, another is passed over.
  await board.page.getByRole('link', { name: 'The service desk counts what comes back to it', exact: true }).click();
  await board.page.getByLabel('Text').fill('Nine of us are here. Which members wait?');
  await board.page.getByRole('button', { name: 'Change it' }).click();
  await board.page.waitForURL('**/board');
  await row('The board sits at noon').getByRole('link', { name: /^Skip/ }).click();
  await board.page.getByLabel('Why').fill('They know Petter.');
  await board.page.getByRole('button', { name: 'Pass it over' }).click();
  await row('The board sits at noon').getByText('by the facilitator').waitFor();

  await on(came('member'));
  await commander.page.getByRole('button', { name: 'Open: A member asks where her money is' }).click();
  await commander.page.getByRole('link', { name: /^Answer Oda/ }).click();
  await commander.page.locator('#say-text').fill('Give her to me.');
  await commander.page.getByRole('button', { name: 'Say it' }).click();
  await row('A member asks where her money is').getByText('by Mara Lindqvist').waitFor();

  await on(came('alarm'));
  await row('Tool calls without').getByRole('link', { name: /^Hint/ }).click();
  await board.page.getByRole('button', { name: 'Give the hint' }).click();
  await commander.page.locator('#hints').getByText('The log names a file.').waitFor();
  await board.page.locator('#voice-as').fill('T. Vogel, journalist');
  await board.page.locator('#voice-text').fill('Does your assistant move money?');
  await board.page.getByRole('button', { name: 'Send it' }).click();
  await counsel.page.locator('#talks').getByText('Does your assistant move money?').waitFor();

  await on(asks('respond/recover/contain'));
  await answers(commander.page, drill, /^Approve/);
  await on(asks('respond/legal/review/personal-data/then/counsel'));
  await answers(counsel.page, drill, /^Yes: the clock runs/, {
    'When did the organisation become aware?': '2026-11-24T08:12',
    'Why?': 'Policies went to a stranger.',
  });
  // The notice that she is asked about next, she leaves open.
  await counsel.page.getByText('Send this notice to the supervisory authority?').first().waitFor();

  await on(came('queue'));
  await commander.page.getByRole('button', { name: 'Open: The service desk counts what comes back to it' }).click();
  await commander.page.getByText('Nine of us are here. Which members wait?').first().waitFor();
  await row('Somebody opens the file')
    .getByRole('button', { name: /^Fire now/ })
    .click();
  await counsel.page.getByText('Somebody opens the file').first().waitFor();

  // Sunday's snapshot holds the carrier, too: who waits for the reason, and tries again then, gets it clean.
  await on(came('sunday'));
  await commander.page.getByText('Mikkel Strand').first().waitFor();
  await answers(commander.page, drill, /^Try again/);
  await on((view) => view.steps['respond/recover/purge']?.status === 'done');
  await on((view) => view.exercise?.endedAt, 15);

  await commander.page.getByRole('link', { name: /^See what there was/ }).click();
  await commander.page.getByText('Its time was up').waitFor();
  await addToHotWash(commander.page, 'We waited for the reason.');
  await counsel.page.getByRole('link', { name: /^See what there was/ }).click();
  await addToHotWash(counsel.page, 'The notice was never sent.');
  await commander.page.locator('#answers-0').getByText('The notice was never sent.').waitFor();
  await expectPlayed(drill);
  await expectRecorded(counsel.page, drill);
  await board.page.goto(`${served.url}/drills/${drill}/board`);
  expect(await faults(board.page)).toEqual([]);
  expect(await faults(commander.page)).toEqual([]);
  await picture(board.page, 'real-end');
  await picture(commander.page, 'real-wash');
  // What an evaluator judges is left to them.
  expect(await board.page.locator('#expectations header').textContent()).toContain('9 of 9 met');
  expect(await statesOnBoard(board.page)).toEqual({
    'A member asks where her money is': 'Answered',
    "Tool calls without a member's turn": 'Met',
    'The service desk counts what comes back to it': 'Seen',
    'Somebody opens the file': 'Delivered',
    'The owner of the index knows why it fails': 'Delivered',
    'It is still at it': 'Passed over',
    'A screenshot travels': 'Met',
    'The board sits at noon': 'Passed over',
    'It does it again': 'Did not come',
  });
  for (const { context } of [board, commander, counsel]) await context.close();
}, 240_000);

async function statesOnBoard(page: Page): Promise<Record<string, string>> {
  const rows = await page.locator('.msel tr:has(.syn)').all();
  const read = rows.map(async (row) => [
    await row.locator('.syn').textContent(),
    await row.locator('.state').textContent(),
  ]);
  return Object.fromEntries(await Promise.all(read));
}

/** What the timeline says of a drill that went as the playbook means it. */
async function expectPlayed(drill: string) {
  const { view, events } = await served.house.until(drill, 'its end', (view, events) => ({ view, events }));
  const { exercise } = view;
  expect(exercise).toMatchObject({
    ...{ because: 'time', endedAt: exercise?.endsAt },
    skipped: { board: 'facilitator', 'nobody-stops-it': 'met' },
    hints: [{ about: 'alarm', actor: { id: 'sofia-mendes' } }],
  });
  expect(exercise?.seats.filter(({ persona }) => persona === null)).toHaveLength(2);
  expect(exercise?.injects.map(({ id }) => id)).toEqual(['member', 'alarm', 'queue', 'white-text', 'sunday', 'post']);
  expect(exercise?.injects.find(({ id }) => id === 'queue')?.text).toBe('Nine of us are here. Which members wait?');

  // Contained in the simulated world, and proved there; the index at the second attempt alone.
  const proofs = events.flatMap((one) =>
    one.type === 'act.done' && one.data.purpose === 'prove' ? [`${one.path} ${one.data.outputs.proved}`] : [],
  );
  expect(proofs.toSorted()).toEqual([
    'respond/evidence/keep/preserve true',
    'respond/recover/disable true',
    'respond/recover/purge false',
    'respond/recover/purge true',
    'respond/recover/revoke true',
    'respond/recover/rollback true',
  ]);
  const made = Object.fromEntries(view.decisions.map(({ question, made }) => [question.path, made]));
  expect(made).toMatchObject({
    'respond/recover/contain': { outcome: 'approve', people: ['mara-lindqvist'] },
    'respond/recover/purge': { outcome: 'retry', people: ['mara-lindqvist'] },
    'respond/legal/review/personal-data/then/counsel': { outcome: 'notify', people: ['ingrid-solheim'] },
  });
  expect(events.filter((one) => one.type === 'decision.voted' && one.data.vote.person.startsWith('bot-'))).not.toEqual(
    [],
  );

  // Whoever was still asked is asked no more.
  expect(openDecisions(view)).toEqual([]);
  const withdrawn = events.flatMap((one) => (one.type === 'decision.withdrawn' ? [one] : []));
  expect(withdrawn.map(({ path }) => path)).toContain('respond/legal/review/personal-data/then/due/then/notice');
  expect(new Set(withdrawn.map(({ at }) => at))).toEqual(new Set([exercise?.endsAt]));
  expect((await served.house.openIncidents()).filter(({ mode }) => mode === 'exercise')).toEqual([]);
}

/** As a player downloads it. */
async function expectRecorded(page: Page, drill: string) {
  const exported = async (format: string) =>
    (await page.request.get(`${served.url}/api/incidents/${drill}/timeline?format=${format}`)).text();
  const lines = (await exported('jsonl')).trimEnd().split('\n');
  expect(await verifyExport(lines, { allHeads: true })).toMatchObject({ ok: true, incident: drill, problems: [] });
  const changed = lines.map((line) => line.replace('They know Petter.', 'We forgot Petter.'));
  expect((await verifyExport(changed)).ok).toBe(false);
  const link = page.getByRole('link', { name: 'After-action report' });
  const report = await (
    await page.request.get(new URL((await link.getAttribute('href')) ?? '', served.url).href)
  ).text();
  for (const words of [
    '<title>EXERCISE – ',
    'White on white',
    'We waited for the reason.',
    'The notice was never sent.',
  ])
    expect(report).toContain(words);
  expect(await exported('md')).toContain('EXERCISE');
}
