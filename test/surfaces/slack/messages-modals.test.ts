import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Question, refuseVote, type Vote } from '../../../src/incident/decision.ts';
import type { FormField } from '../../../src/incident/form.ts';
import { modals } from '../../../src/surfaces/slack/messages/modals.ts';
import { ask, MINUTE, planOf } from '../../support/plans.ts';
import { tamperedModel } from '../console/plan.ts';
import { question } from './hostile.ts';
import { read, Told } from './told.ts';

const mara = { id: 'mara', roles: ['incident-commander'] };
const typed = (value: string) => ({ value: { type: 'plain_text_input', value } });
const chosen = (value: string) => ({ value: { type: 'static_select', selected_option: { value } } });

async function asked() {
  const told = await Told.open(tamperedModel());
  return { told, story: told.story, decision: told.decision(1), context: { incident: 'INC-2026-0147', number: 1 } };
}

describe('an answer that is not one tap', () => {
  test('approving a risky act shows what it does before it can be confirmed', async () => {
    const { story, decision, context } = await asked();
    const view = modals.answer({ story, decision, answer: 'approve', context, me: mara });
    expect([view.title.text, view.submit?.text, view.close?.text]).toEqual(['Approve?', 'Confirm: approve', 'Go back']);
    expect(JSON.parse(view.private_metadata ?? '')).toEqual(context);
    expect(read(view as Parameters<typeof read>[0])).toMatchInlineSnapshot(`
      "(SEV 2 · INC-2026-0147 · Support assistant, tier critical · decision 1)
      # Cut traffic to Support assistant?
      Yours is one voice. It starts when the ML on-call approves too.
      *What will happen* Cut traffic to the model (model.isolate)
      *To what* Support assistant
      *Why* Its artefact is not the one that was signed.
      *Risk* ▲ Disruptive, can be undone
      *Undo* Put traffic back (model.restore)
      *Done means* Probe the model by traffic (model.probe)
      *You say* Approve, as incident commander
      *Answer by* 03:08:02 UTC, Thu 19 Nov 2026 (for you: <!date^1795057682^{date_short_pretty} at {time_secs}|03:08:02 UTC, Thu 19 Nov 2026>)
      ? Reason <plain_text_input> optional
      (Your answer goes on the timeline beside your name. <https://tocsin.example/incidents/INC-2026-0147/decisions/1|Open in the console>)"
    `);
  });

  test('says whether it starts at once: when theirs is the last voice', async () => {
    const { told, context } = await asked();
    await told.answer(1, 'tomas', 'approve');
    const view = modals.answer({ story: told.story, decision: told.decision(1), answer: 'approve', context, me: mara });
    expect(read(view as Parameters<typeof read>[0])).toContain('It starts as soon as you confirm.');
  });

  test('a deny needs a reason, and says what happens instead', async () => {
    const { story, decision, context } = await asked();
    const view = modals.answer({ story, decision, answer: 'deny', context, error: 'Slack did not say who you are.' });
    const words = read(view as Parameters<typeof read>[0]);
    expect(words).toContain('■ Not done. Slack did not say who you are.');
    expect(words).toContain('Instead: tell the service desk to answer by hand.');
    const about = { question: decision.question, answer: 'deny', plan: story.plan };
    expect(modals.readAnswer({ ...about, values: { reason: typed('  ') } })).toEqual({
      errors: { reason: 'Say why in one line; it goes on the timeline.' },
    });
    expect(modals.readAnswer({ ...about, values: { reason: typed(' Closed until 06:00. ') } })).toEqual({
      reason: 'Closed until 06:00.',
      outputs: undefined,
    });
  });

  test('taking a step over asks for what it would have found, all or none', async () => {
    const told = await Told.open(tamperedModel());
    told.acted.breakNext('model.rollback', 'The registry answered 503.', 9);
    await told.answer(1, 'mara', 'approve');
    await told.answer(1, 'tomas', 'approve');
    await told.move(MINUTE);
    const decision = told.decision(2);
    const view = modals.answer({ story: told.story, decision, answer: 'take-over', context: {} });
    expect(read(view as Parameters<typeof read>[0])).toContain('? from <plain_text_input> optional\n? to <');
    const about = { question: decision.question, answer: 'take-over', plan: told.plan };
    const reason = typed('Done on the console of the registry.');
    expect(modals.readAnswer({ ...about, values: { reason, 'output.from': typed('v41') } })).toEqual({
      errors: { 'output.to': 'Give all outputs or none.', 'output.detail': 'Give all outputs or none.' },
    });
    const all = { 'output.from': typed('v41'), 'output.to': typed('v40'), 'output.detail': typed('By hand') };
    expect(modals.readAnswer({ ...about, values: { reason, ...all } })).toMatchObject({
      outputs: { from: 'v41', to: 'v40', detail: 'By hand' },
    });
    expect(modals.readAnswer({ ...about, values: { reason } })).toMatchObject({ outputs: undefined });
  });

  test('a form is asked with the field each kind has, and read in its type', async () => {
    const told = await Told.open(
      planOf([ask('facts', { options: OPTIONS, otherwise: 'later', onDeny: null, form: FORM })]),
    );
    const decision = told.decision(1);
    const view = modals.answer({ story: told.story, decision, answer: 'now', context: {} });
    expect(read(view as Parameters<typeof read>[0])).toMatchInlineSnapshot(`
      "(SEV 2 · INC-2026-0147 · Support assistant, tier critical · decision 1)
      # facts?
      The plan goes on with this answer.
      *What will happen* The plan goes on. Nothing is done to a system by this answer itself.
      *Answer by* 03:08:00 UTC, Thu 19 Nov 2026 (for you: <!date^1795057680^{date_short_pretty} at {time_secs}|03:08:00 UTC, Thu 19 Nov 2026>)
      ? What happened? <plain_text_input>
      ? How many people? <number_input>
      ? Are there minors among them? <radio_buttons>
      ? Where? <static_select>
      ? Since when? <datetimepicker> optional
      ? Reason <plain_text_input> optional
      (Your answer goes on the timeline beside your name. <https://tocsin.example/incidents/INC-2026-0147/decisions/1|Open in the console>)"
    `);
    const about = { question: decision.question, answer: 'now', plan: told.plan };
    const values = {
      'form.summary': typed('Wrong prices'),
      'form.people': typed('1200'),
      'form.minors': chosen('yes'),
      'form.country': chosen('de'),
      'form.since': { value: { type: 'datetimepicker', selected_date_time: 1_795_057_080 } },
    };
    expect(modals.readAnswer({ ...about, values })).toEqual({
      reason: undefined,
      outputs: {
        summary: 'Wrong prices',
        people: 1200,
        minors: true,
        country: 'de',
        since: '2026-11-19T02:58:00.000Z',
      },
    });
    expect(
      modals.readAnswer({ ...about, values: { ...values, 'form.people': typed('many'), 'form.country': {} } }),
    ).toEqual({
      errors: { 'form.people': 'This must be a number.', 'form.country': 'This is needed.' },
    });
  });

  test('what can be read from a modal is what the incident takes', () => {
    fc.assert(
      fc.property(question, fc.string({ maxLength: 60 }), (asked, reason) => {
        for (const answer of asked.options) {
          const values = { reason: typed(reason), ...filledIn(asked) };
          const got = modals.readAnswer({ values, question: asked, answer, plan: null });
          const given = 'errors' in got ? {} : got;
          const refusal = refuseVote(open(asked), voteOf(asked, answer, given), 0, false);
          // What cannot be read is what would be refused.
          expect([answer, refusal?.code]).toEqual([answer, 'errors' in got ? expect.any(String) : undefined]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('reporting an AI incident', () => {
  const systems = [{ id: 'support-assistant', name: 'Support assistant' }];

  test('asks three plain questions, with the words of the message it is about', () => {
    const view = modals.report({
      context: { permalink: 'https://slack.example/p1' },
      text: 'It quotes &lt;wrong&gt; prices',
      systems,
    });
    expect(read(view as Parameters<typeof read>[0])).toMatchInlineSnapshot(`
      "(Three questions. You need not be sure: those who answer will find out, and you will be told what happens next. Your words are shown to colleagues in Slack and in the console: leave out what they need not read.)
      ? What did you notice? <plain_text_input>
      ? Which AI system? <static_select>
      ? Is anybody being harmed right now? <radio_buttons>
      (The message you chose is linked in the report.)"
    `);
    expect(JSON.stringify(view.blocks)).toContain('"initial_value":"It quotes <wrong> prices"');
    expect(JSON.parse(view.private_metadata ?? '')).toEqual({ permalink: 'https://slack.example/p1' });
  });

  test('“I do not know” is an answer', () => {
    const values = { what: typed('Wrong prices'), system: chosen('I-DO-NOT-KNOW'), harm: chosen('unknown') };
    expect(modals.readReport(values)).toEqual({
      what: 'Wrong prices',
      system: null,
      harm: 'unknown',
      words: 'I do not know',
      severity: null,
    });
  });

  test('people being harmed now is SEV 1', () => {
    const values = { what: typed('It insults people'), system: chosen('support-assistant'), harm: chosen('now') };
    expect(modals.readReport(values)).toMatchObject({ system: 'support-assistant', severity: 'sev1' });
  });

  test('what is missing is said at its field', () => {
    expect(Object.keys((modals.readReport({}) as { errors: object }).errors)).toEqual(['what', 'system', 'harm']);
  });
});

describe('notes and opening', () => {
  test('an empty note is refused at its field', () => {
    expect(modals.readNote({ text: typed(' ') })).toHaveProperty('errors.text');
    expect(modals.readNote({ text: typed('Seen twice') })).toEqual({ text: 'Seen twice' });
  });

  test('an incident needs a title or a playbook', () => {
    expect(modals.readOpenIncident({})).toHaveProperty('errors.title');
    expect(
      modals.readOpenIncident({ playbook: chosen('supply-chain-tampered-artifact'), severity: chosen('sev2') }),
    ).toEqual({
      title: null,
      playbook: 'supply-chain-tampered-artifact',
      system: null,
      severity: 'sev2',
    });
  });

  test('a playbook says how far it was drilled, below its name', () => {
    const playbooks = [{ id: 'a-leak', title: 'A leak', drilled: 'last drilled 12 Mar 2026 (EX-2026-0003)' }];
    const view = modals.openIncident({ context: {}, playbooks, systems: [] });
    expect(JSON.stringify(view)).toContain('"text":"last drilled 12 Mar 2026 (EX-2026-0003)"');
  });

  test('more systems than a select holds are grouped', () => {
    const systems = Array.from({ length: 230 }, (_, i) => ({ id: `s${i}`, name: `System ${i}` }));
    const view = modals.openIncident({ context: {}, playbooks: [], systems });
    expect(JSON.stringify(view).match(/"value":"s\d+"/g)).toHaveLength(230);
  });
});

const OPTIONS = [
  { id: 'now', title: 'Tell them now' },
  { id: 'later', title: 'Tell them later' },
];
const FORM: FormField[] = [
  { id: 'summary', label: 'What happened?', type: 'long-text', required: true },
  { id: 'people', label: 'How many people?', type: 'number', required: true, hint: 'A guess is enough.' },
  { id: 'minors', label: 'Are there minors among them?', type: 'yes-no', required: true },
  { id: 'country', label: 'Where?', type: 'choice', required: true, choices: [{ value: 'de', label: 'Germany' }] },
  { id: 'since', label: 'Since when?', type: 'date-time', required: false },
];

/** Every field filled in as its kind is. */
const filledIn = ({ form = [], failure }: Question) => ({
  ...Object.fromEntries(form.map((field) => [`form.${field.id}`, fill(field)])),
  ...Object.fromEntries((failure?.outputs ?? []).map((name) => [`output.${name}`, typed('"x"')])),
});

function fill({ type, choices = [] }: FormField) {
  if (type === 'choice') return chosen(choices[0]?.value ?? '');
  if (type === 'yes-no') return chosen('no');
  if (type === 'date-time') return { value: { selected_date_time: 1_795_057_080 } };
  return typed(type === 'number' ? '4.5' : 'words');
}

const open = (asked: Question): Question => ({ ...asked, excluded: [], until: 1 });

const voteOf = (asked: Question, answer: string, given: Partial<Pick<Vote, 'reason' | 'outputs'>>): Vote => ({
  incident: 'INC-2026-0147',
  question: asked.number,
  path: asked.path,
  planHash: '',
  person: 'mara',
  roles: asked.by.map((seat) => seat.role),
  answer,
  ...given,
  at: 0,
  expires: 1,
  surface: 'slack',
  key: '',
  signature: '',
});
