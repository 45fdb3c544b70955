import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDecisions } from '../../src/incident/view.ts';
import { ACTIONS, SHORTCUTS } from '../../src/surfaces/slack/contract.ts';
import { type Line, openSlackDesk, type SlackDesk } from '../support/slack-desk.ts';
import { PLAYBOOKS } from './sources.ts';
import { WITHIN_MS } from './wait.ts';

/** The same stories over both lines: what people do in Slack, on a whole Tocsin with real Temporal and PostgreSQL. */
describe.each<Line>(['socket', 'http'])('in Slack over %s', { timeout: 3 * WITHIN_MS }, (line) => {
  let desk: SlackDesk;
  beforeAll(async () => {
    desk = await openSlackDesk(line, { local: true });
    for (const [name, source] of Object.entries({ contain: PLAYBOOKS.contain, silence: PLAYBOOKS.silence })) {
      const body = { file: `${name}.yaml`, source };
      const published = await desk.served.call('sofia-mendes', 'POST', '/api/playbooks/publish', body);
      expect(published.status, published.text).toBe(200);
    }
  }, 120_000);
  afterAll(() => desk?.close(), 60_000);

  const MARA = 'mara-lindqvist';
  const TOMAS = 'tomas-okafor';
  const PRIYA = 'priya-raman';
  const INGRID = 'ingrid-solheim';
  const DANIEL = 'daniel-achterberg';

  /** An incident that asks two people of two roles whether traffic may be cut. */
  async function asked(system: string, playbook = 'contain', opener = DANIEL) {
    const opened = await desk.served.call(opener, 'POST', '/api/incidents', { playbook, system, severity: 'sev2' });
    expect(opened.status, opened.text).toBeLessThan(300);
    const incident = String(opened.body.incident);
    const { number } = await desk.served.house.question(incident, 'contain');
    return { incident, number, card: await desk.card(incident, number) };
  }
  const viewOf = async (incident: string) => (await desk.served.house.read(incident)).view;
  const decided = (incident: string) =>
    desk.served.house.until(incident, 'the decision', (view) => view.decisions[0]?.made);
  const deny = (person: string, incident: string, number: number, reason: string) =>
    desk.served.call(person, 'POST', `/api/incidents/${incident}/decisions/${number}`, { answer: 'deny', reason });

  it('two people of two roles approve; the message keeps who it was, and the act is done', async () => {
    const { incident, number, card } = await asked('payout-estimator');
    await desk.decide(MARA, card, 'approve');
    await desk.see('the first of two approvals', () => /Mara Lindqvist/.test(desk.textOf(card)));
    // The second answers in the direct message.
    await desk.decide(TOMAS, await desk.card(incident, number, TOMAS), 'approve', {
      reason: 'Two replicas are enough.',
    });
    await desk.see('the decision', () => !desk.textOf(card).includes(`"${incident}/${number}/`));
    expect(desk.textOf(card)).toMatch(/Approved/);
    expect(desk.textOf(card)).toMatch(/Tomas Okafor/);
    await desk.served.house.until(incident, 'the act', (seen) => seen.steps.isolate?.status === 'done');
    const { decisions } = await viewOf(incident);
    expect(decisions[0]?.votes.map(({ person, surface }) => [person, surface])).toEqual([
      [MARA, 'slack'],
      [TOMAS, 'slack'],
    ]);
    await desk.served.call(MARA, 'POST', `/api/incidents/${incident}/stand-down`, { reason: 'the story ends here' });
  });

  it('a deny says why, and every copy of the question closes', async () => {
    const { incident, number, card } = await asked('customer-assistant');
    const direct = await desk.card(incident, number, PRIYA);
    await desk.decide(PRIYA, direct, 'deny', { reason: 'The human queue is closed until six.' });
    await desk.see('the deny in the channel', () => /The human queue is closed/.test(desk.textOf(card)));
    await desk.see('the deny in the message to Priya', () => !desk.textOf(direct).includes(`"${incident}/${number}/`));
    expect((await viewOf(incident)).decisions[0]?.made).toMatchObject({ outcome: 'deny', people: [PRIYA] });
  });

  it('what is answered in the console closes in Slack', async () => {
    const { incident, number, card } = await asked('customer-assistant');
    expect((await deny(MARA, incident, number, 'Answered in the console.')).status).toBe(200);
    const answered = performance.now();
    await desk.see('the answer', () => /Answered in the console/.test(desk.textOf(card)));
    expect(performance.now() - answered).toBeLessThan(1_000);
    expect(desk.textOf(card)).not.toContain(`"${incident}/${number}/`);
    expect((await viewOf(incident)).decisions[0]?.votes).toHaveLength(1);
  });

  it('somebody without a seat is told why, and only they see it', async () => {
    const { incident, card } = await asked('payout-estimator');
    await desk.press(INGRID, card, ACTIONS.approve);
    const words = await desk.see('a word to Ingrid', () => desk.whispers(INGRID).at(-1));
    expect(words).toMatch(/incident commander/i);
    expect((await viewOf(incident)).decisions[0]?.votes).toHaveLength(0);
    await desk.decide(MARA, card, 'deny', { reason: 'the story ends here' });
  });

  it('whoever reported it does not decide on it', async () => {
    const { incident, card } = await asked('customer-assistant', 'contain', MARA);
    await desk.press(MARA, card, ACTIONS.approve);
    expect(await desk.see('a word to Mara', () => desk.whispers(MARA).at(-1))).toMatch(
      /opened the incident|another person/i,
    );
    expect(openDecisions(await viewOf(incident))).toHaveLength(1);
    await desk.decide(TOMAS, card, 'deny', { reason: 'the story ends here' });
  });

  it('Slack goes away in mid-decision: the console decides, and Slack catches up once', async () => {
    const { incident, number, card } = await asked('payout-estimator');
    desk.slack.troubles.impose({ kind: 'outage', mode: 'refuse' });
    const answered = await deny(TOMAS, incident, number, 'Slack was away.');
    expect(answered.status, answered.text).toBe(200);
    await decided(incident);
    expect(desk.textOf(card)).not.toMatch(/Slack was away/);
    desk.slack.troubles.clear();
    await desk.see('what happened meanwhile', () => /Slack was away/.test(desk.textOf(card)));
    const cards = desk
      .messages(card.channel)
      .filter((message) => JSON.stringify(message.blocks).includes('Slack was away'));
    expect(cards).toHaveLength(1);
    // The line is back: clicks are heard again.
    await desk.heard();
    const next = await asked('customer-assistant');
    await desk.decide(MARA, next.card, 'deny', { reason: 'the story ends here' });
    await decided(next.incident);
  });

  it('nobody answers: the question closes in Slack with what counts instead', async () => {
    const { incident, number, card } = await asked('payout-estimator', 'silence');
    await decided(incident);
    await desk.see('that nobody answered', () => /[Nn]obody answered/.test(desk.textOf(card)));
    expect(desk.textOf(card)).not.toContain(`"${incident}/${number}/`);
  });

  it('an employee reports something odd: an incident opens, and they hear what comes next', async () => {
    const { interactions, workspace } = desk.slack;
    const opened = await interactions.shortcut({ user: desk.user(DANIEL), callbackId: SHORTCUTS.report });
    expect(opened).toEqual({ ok: true });
    const modal = await desk.modal(DANIEL);
    const blanks = modal.blocks.filter((block) => block.type === 'input').map((block) => String(block.block_id));
    expect(blanks).toHaveLength(3);
    await desk.submit(DANIEL, {
      what: 'It told me another customer’s name.',
      system: 'customer-assistant',
      harm: 'now',
    });
    const incidents = async () =>
      (await desk.served.house.openIncidents()).find(
        (one) => one.requester === DANIEL && /another customer/.test(one.title),
      );
    const direct = workspace.im(desk.user(DANIEL)).id;
    const said = await desk.see('a message to Daniel', () =>
      desk.messages(direct).find((one) => /INC-\d{4}-\d{4}/.test(one.text)),
    );
    expect(said.text).toMatch(/INC-/);
    expect(await incidents()).toBeDefined();
  });
});
