import type { ModalView } from '@slack/types';
import { IncidentId } from '../../../incident/ids.ts';
import { ASKS, type Check } from '../../model/drill-asks.ts';
import { type FieldErrors, type Modals, VIEWS, type ViewValues } from '../contract.ts';
import { context, section } from './blocks.ts';
import { lead, markFirst } from './facts.ts';
import { input, textInput, typedIn } from './filled.ts';
import { modal } from './modal.ts';

/** What players of a drill are asked in Slack: an answer to an inject, and whether it is to stop for something real. */
const TO = 'to';
const TEXT = 'text';
const REASON = 'reason';
const INCIDENT = 'incident';
const TEXT_LENGTH_MAX = 3_000;
const LINE_LENGTH_MAX = 300;
const REASON_LENGTH_MAX = 2_000;

export const answerInjectModal = (about: Parameters<Modals['answerInject']>[0]): ModalView =>
  modal({
    callback: VIEWS.answerInject,
    context: about.context,
    title: 'EXERCISE: your answer',
    submit: 'Answer',
    error: about.error,
    blocks: [
      ...markFirst(about.story),
      context(about.story.view.id),
      input({ block: TO, label: 'To whom', required: true }, textInput(LINE_LENGTH_MAX, { start: about.to })),
      input(
        {
          block: TEXT,
          label: 'What you say or write',
          required: true,
          hint: 'It reaches the facilitator, who plays the outside world, and stands in the thread. Nothing leaves the exercise.',
        },
        textInput(TEXT_LENGTH_MAX, { long: true, ...(about.text ? { start: about.text } : {}) }),
      ),
    ],
  });

export function readAnswerInject(values: ViewValues): { to: string; text: string } | FieldErrors {
  const to = typedIn(values, TO);
  const text = typedIn(values, TEXT);
  if (to === '' || to.length > LINE_LENGTH_MAX) return { errors: { [TO]: 'Say whom you answer, in one line.' } };
  if (text === '') return { errors: { [TEXT]: 'Write something; an empty answer says nothing.' } };
  return text.length > TEXT_LENGTH_MAX ? { errors: { [TEXT]: 'This is longer than 3,000 characters.' } } : { to, text };
}

export const noDuffModal = (about: Parameters<Modals['noDuff']>[0]): ModalView =>
  modal({
    callback: VIEWS.noDuff,
    context: about.context,
    title: 'NO DUFF: stop the drill',
    submit: 'Stop the exercise',
    error: about.error,
    blocks: [
      lead(about.story.view),
      section('This ends the exercise for everybody, because something real happens. It cannot be taken up again.'),
      input(
        { block: REASON, label: 'What really happens', required: true, hint: 'Everybody who plays reads it.' },
        textInput(REASON_LENGTH_MAX, { long: true, ...(about.reason ? { start: about.reason } : {}) }),
      ),
      input(
        { block: INCIDENT, label: 'The real incident, if it is open', required: false, hint: 'Such as INC-2026-0147.' },
        textInput(40),
      ),
    ],
  });

export function readNoDuff(values: ViewValues): { reason: string; incident: string | null } | FieldErrors {
  const reason = typedIn(values, REASON);
  const incident = typedIn(values, INCIDENT).toUpperCase() || null;
  if (reason === '') return { errors: { [REASON]: 'Say what happens: the exercise stops for it.' } };
  if (reason.length > REASON_LENGTH_MAX) return { errors: { [REASON]: 'This is longer than 2,000 characters.' } };
  const named = incident === null || IncidentId.safeParse(incident).success;
  return named ? { reason, incident } : { errors: { [INCIDENT]: 'An incident is written like INC-2026-0147.' } };
}

/** Whether a check asks why, and whether it must be said. */
const WHY: Partial<Record<Check, 'may' | 'must'>> = { endex: 'may', 'inject-skip': 'must' };

export function checkDrillModal({
  story,
  context: where,
  about,
  reason,
  error,
}: Parameters<Modals['checkDrill']>[0]): ModalView {
  const { title, means, confirm } = ASKS[where.check];
  const why = WHY[where.check];
  return modal({
    callback: VIEWS.checkDrill,
    context: where,
    title,
    submit: confirm,
    error,
    blocks: [
      ...markFirst(story),
      context(story.view.id),
      ...about.map((words) => section(words)),
      section(means),
      ...(why === undefined
        ? []
        : [
            input(
              {
                block: REASON,
                label: 'Why',
                required: why === 'must',
                hint: 'Goes on the timeline of the drill beside your name.',
              },
              textInput(REASON_LENGTH_MAX, { long: true, ...(reason ? { start: reason } : {}) }),
            ),
          ]),
    ],
  });
}

export function readCheckDrill(values: ViewValues, check: Check): { reason: string | null } | FieldErrors {
  const reason = typedIn(values, REASON) || null;
  if (reason === null && WHY[check] === 'must') return { errors: { [REASON]: 'Say why it is passed over.' } };
  return reason !== null && reason.length > REASON_LENGTH_MAX
    ? { errors: { [REASON]: 'This is longer than 2,000 characters.' } }
    : { reason };
}
