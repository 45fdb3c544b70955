import type { ModalView } from '@slack/types';
import { Severity, severityLabel } from '../../../incident/severity.ts';
import { type FieldErrors, type Modals, VIEWS, type ViewValues } from '../contract.ts';
import { context } from './blocks.ts';
import { lead } from './facts.ts';
import { input, select, textInput, typedIn } from './filled.ts';
import { modal } from './modal.ts';

/** What `/tocsin note` and `/tocsin open` ask when their words are not all on the line. */
const TEXT = 'text';
const TITLE = 'title';
const PLAYBOOK = 'playbook';
const SYSTEM = 'system';
const SEVERITY = 'severity';
const NOTE_LENGTH_MAX = 3_000;
const TITLE_LENGTH_MAX = 300;

export const noteModal = ({ context: from, story, text, error }: Parameters<Modals['note']>[0]): ModalView =>
  modal({
    callback: VIEWS.note,
    context: from,
    title: 'Write a note',
    submit: 'Add the note',
    error,
    blocks: [
      ...(story ? [lead(story.view), context(story.view.title)] : []),
      input(
        {
          block: TEXT,
          label: 'Note',
          required: true,
          hint: 'It goes on the timeline beside your name, and stays there.',
        },
        textInput(NOTE_LENGTH_MAX, { long: true, ...(text ? { start: text } : {}) }),
      ),
    ],
  });

export function readNote(values: ViewValues): { text: string } | FieldErrors {
  const text = typedIn(values, TEXT);
  if (text === '') return { errors: { [TEXT]: 'Write something; an empty note says nothing.' } };
  return text.length > NOTE_LENGTH_MAX ? { errors: { [TEXT]: 'This is longer than 3,000 characters.' } } : { text };
}

export function openIncidentModal(about: Parameters<Modals['openIncident']>[0]): ModalView {
  const playbooks = about.playbooks.map(({ id, title, drilled }) => ({ value: id, label: title, about: drilled }));
  const systems = about.systems.map(({ id, name }) => ({ value: id, label: name }));
  const severities = Severity.options.map((severity) => ({ value: severity, label: severityLabel(severity) }));
  return modal({
    callback: VIEWS.openIncident,
    context: about.context,
    title: 'Open an incident',
    submit: 'Open it',
    error: about.error,
    blocks: [
      input(
        { block: TITLE, label: 'What is wrong?', required: false, hint: 'Needed where no playbook is chosen.' },
        textInput(TITLE_LENGTH_MAX, about.title ? { start: about.title } : {}),
      ),
      ...(playbooks.length > 0
        ? [
            input(
              { block: PLAYBOOK, label: 'Playbook', required: false, hint: 'Without one, people decide what to do.' },
              select(playbooks, 'None'),
            ),
          ]
        : []),
      ...(systems.length > 0
        ? [input({ block: SYSTEM, label: 'AI system', required: false }, select(systems, 'None, or not known'))]
        : []),
      input(
        {
          block: SEVERITY,
          label: 'Severity',
          required: false,
          hint: 'SEV 1 is the worst. Left out, the playbook says.',
        },
        select(severities, 'As the playbook says'),
      ),
      context('Whoever opens an incident cannot decide in it, unless the playbook says so.'),
    ],
  });
}

type Opened = Exclude<ReturnType<Modals['readOpenIncident']>, FieldErrors>;

export function readOpenIncident(values: ViewValues): Opened | FieldErrors {
  const given = (block: string): string | null => typedIn(values, block) || null;
  const title = given(TITLE);
  const playbook = given(PLAYBOOK);
  if (title === null && playbook === null) return { errors: { [TITLE]: 'Say what is wrong, or choose a playbook.' } };
  if (title !== null && title.length > TITLE_LENGTH_MAX)
    return { errors: { [TITLE]: 'This is longer than 300 characters.' } };
  const severity = Severity.safeParse(given(SEVERITY));
  return { title, playbook, system: given(SYSTEM), severity: severity.success ? severity.data : null };
}
