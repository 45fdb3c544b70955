import type { ModalView } from '@slack/types';
import type { FieldErrors, Modals, Report, ViewValues } from '../contract.ts';
import { VIEWS } from '../contract.ts';
import { context } from './blocks.ts';
import { input, option, select, textInput, typedIn } from './filled.ts';
import { modal } from './modal.ts';

/** "Report an AI incident": three questions that anybody can answer, also at three in the morning. */
const WHAT = 'what';
const SYSTEM = 'system';
const HARM = 'harm';
/** No name of a system looks so: names have no capital letters. */
const UNKNOWN_SYSTEM = 'I-DO-NOT-KNOW';
const WHAT_LENGTH_MAX = 3_000;

/** What an answer about harm means. Where it means nothing, the playbook and the commander say how bad it is. */
const HARMS = {
  now: { label: 'Yes, people are being harmed now', severity: 'sev1' },
  soon: { label: 'Not yet, but it could be soon', severity: 'sev2' },
  no: { label: 'No', severity: null },
  unknown: { label: 'I do not know', severity: null },
} as const satisfies Record<Report['harm'], { label: string; severity: Report['severity'] }>;

const harms = Object.entries(HARMS).map(([value, { label }]) => ({ value, label }));
const isHarm = (word: string): word is Report['harm'] => Object.hasOwn(HARMS, word);

export function reportModal({ context: from, text, systems, error }: Parameters<Modals['report']>[0]): ModalView {
  const choices = systems.map(({ id, name }) => ({ value: id, label: name }));
  return modal({
    callback: VIEWS.report,
    context: from,
    title: 'Report an AI incident',
    submit: 'Report',
    error,
    blocks: [
      context(
        'Three questions. You need not be sure: those who answer will find out, and you will be told what happens next. Your words are shown to colleagues in Slack and in the console: leave out what they need not read.',
      ),
      input(
        {
          block: WHAT,
          label: 'What did you notice?',
          required: true,
          hint: 'What it did, when, and where you saw it.',
        },
        textInput(WHAT_LENGTH_MAX, { long: true, ...(text ? { start: spoken(text) } : {}) }),
      ),
      input(
        { block: SYSTEM, label: 'Which AI system?', required: true },
        select([{ value: UNKNOWN_SYSTEM, label: 'I do not know' }, ...choices], 'Choose a system'),
      ),
      input(
        { block: HARM, label: 'Is anybody being harmed right now?', required: true },
        { type: 'radio_buttons', options: harms.map(option) },
      ),
      ...(from.permalink ? [context('The message you chose is linked in the report.')] : []),
    ],
  });
}

/** The text of a message as it reads: Slack sends `&`, `<` and `>` as entities. */
const spoken = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

export function readReport(values: ViewValues): Report | FieldErrors {
  const what = typedIn(values, WHAT);
  const system = typedIn(values, SYSTEM);
  const harm = typedIn(values, HARM);
  const errors: Record<string, string> = {};
  if (what === '') errors[WHAT] = 'Say in a few words what you noticed.';
  if (what.length > WHAT_LENGTH_MAX) errors[WHAT] = 'This is longer than 3,000 characters.';
  if (system === '') errors[SYSTEM] = 'Choose a system, or “I do not know”.';
  if (!isHarm(harm)) return { errors: { ...errors, [HARM]: 'Choose one; “I do not know” is an answer too.' } };
  if (Object.keys(errors).length > 0) return { errors };
  const { label, severity } = HARMS[harm];
  return { what, system: system === UNKNOWN_SYSTEM ? null : system, harm, words: label, severity };
}
