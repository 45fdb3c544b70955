import type { KnownBlock } from '@slack/types';
import type { Modals } from '../contract.ts';
import { answerModal, readAnswer } from './answer-modal.ts';
import { section } from './blocks.ts';
import { noteModal, openIncidentModal, readNote, readOpenIncident } from './command-modals.ts';
import {
  answerInjectModal,
  checkDrillModal,
  noDuffModal,
  readAnswerInject,
  readCheckDrill,
  readNoDuff,
} from './drill-modals.ts';
import { hotWashModal, readHotWash } from './hot-wash-modal.ts';
import { modal } from './modal.ts';
import { readReport, reportModal } from './report-modal.ts';

export const modals: Modals = {
  answer: answerModal,
  readAnswer,
  report: reportModal,
  readReport,
  note: noteModal,
  readNote,
  openIncident: openIncidentModal,
  readOpenIncident,
  answerInject: answerInjectModal,
  readAnswerInject,
  hotWash: hotWashModal,
  readHotWash,
  noDuff: noDuffModal,
  readNoDuff,
  checkDrill: checkDrillModal,
  readCheckDrill,
  working: (title) =>
    modal({ callback: 'working', context: {}, title, blocks: [section('One moment. This fills in by itself.')] }),
  // Only blocks of ours get here.
  result: (title, said) =>
    modal({ callback: 'result', context: {}, title, blocks: said.blocks as readonly KnownBlock[] }),
};
