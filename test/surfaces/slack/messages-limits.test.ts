import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readContent, readView } from '../../../src/embedded/slack/blocks/read.ts';
import type { Block } from '../../../src/embedded/slack/contract.ts';
import { mentionsOf } from '../../../src/embedded/slack/state/mentions.ts';
import type { Drill, Offer } from '../../../src/surfaces/drills/contract.ts';
import type { BoardRow } from '../../../src/surfaces/model/msel.ts';
import { Problem } from '../../../src/surfaces/problem.ts';
import type { SlackPost } from '../../../src/surfaces/slack/contract.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { modals } from '../../../src/surfaces/slack/messages/modals.ts';
import { replies } from '../../../src/surfaces/slack/messages/replies.ts';
import { sampleExercise } from '../../support/sample-events.ts';
import { shippedScript } from '../../support/scripts.ts';
import { decision, obligation, story, words } from './hostile.ts';

const RUNS = { numRuns: 60 };
const me = { id: 'person-1', roles: ['incident-commander'] };
const person = { id: 'person-1', name: 'One', email: null, roles: [] };

type Node = {
  type?: string;
  text?: unknown;
  style?: unknown;
  emoji?: unknown;
  verbatim?: unknown;
  accessibility_label?: unknown;
};

function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesIn)];
}

/** What is markup in it must be ours: dates, links to the console, groups and channels; everything else stands as it is. */
const OURS =
  /<!date\^\d+\^\{date_short_pretty\} at \{time_secs\}\|[^<>|]*>|<https:\/\/tocsin\.example\/[^<>|]*\|[^<>|]*>|<!subteam\^S0\w+>|<#C012>/g;
const HIDDEN = /(?![\n])\p{Cc}|\p{Bidi_Control}|\p{Cs}|[\u200b\u2028\u2029\ufeff]/u;

/** What is wrong with a piece of markup. */
function faultsOf(markup: string): string[] {
  const foreign = markup.replace(OURS, '');
  return [
    /[<>]/.test(foreign) ? `an angle bracket that is not ours: ${foreign}` : '',
    foreign.replace(/&(amp|lt|gt);/g, '').includes('&') ? `a broken entity: ${foreign}` : '',
    /[`~@]/.test(foreign) ? `something Slack formats or mentions: ${foreign}` : '',
    HIDDEN.test(markup) ? `a character that hides or reorders: ${markup}` : '',
  ].filter((fault) => fault !== '');
}

function faultsIn(node: Node): string[] {
  const text = String(node.text);
  const faults: string[] = [];
  if (node.style !== undefined) faults.push('a styled button');
  if (node.type === 'mrkdwn') faults.push(...faultsOf(text), ...(node.verbatim === true ? [] : ['links of its own']));
  if (node.type === 'plain_text' && (node.emoji !== false || HIDDEN.test(text))) faults.push(`not plain: ${text}`);
  if (node.type === 'button' && String((node.text as Node).text).length > 30)
    faults.push('a button too long for a phone');
  if (String(node.accessibility_label ?? '').length > 75) faults.push('a label that is too long');
  return faults;
}

function assertSafe(blocks: unknown, text: string | null): void {
  const everybody = ['everybody'];
  const told = mentionsOf(text ?? '', blocks as Block[], {
    isUser: () => true,
    usersOf: () => [],
    everybody: () => everybody,
  });
  expect([...nodesIn(blocks).flatMap(faultsIn), ...(text === null ? [] : faultsOf(text)), ...told]).toEqual([]);
}

/** Slack refuses what is beyond its limits; so does the local one, which is asked here. */
function assertPost({ text, blocks }: SlackPost): void {
  expect(text.trim()).not.toBe('');
  expect(text.length).toBeLessThanOrEqual(1_500);
  readContent({ text, blocks });
  expect(JSON.stringify(blocks).length).toBeLessThan(40_000);
  assertSafe(blocks, text);
}

function assertView(view: ReturnType<typeof modals.answer> | ReturnType<typeof messages.home>): void {
  readView(view);
  assertSafe(
    // What somebody begins with in a field stands as they wrote it.
    JSON.parse(JSON.stringify(view.blocks, (key, value) => (key === 'initial_value' ? undefined : value))),
    null,
  );
}

describe('whatever an incident holds, Slack takes it and nothing in it is markup', () => {
  test('a decision, in its channel and in a DM', () => {
    fc.assert(
      fc.property(story, decision, (told, asked) => {
        assertPost(messages.decision(told, asked, 'channel'));
        assertPost(messages.decision(told, asked, 'dm'));
        assertPost(messages.reminder(told, asked));
        assertPost(messages.escalation(told, asked));
      }),
      RUNS,
    );
  });

  test('a duty to notify, as a reminder and overdue', () => {
    fc.assert(
      fc.property(story, obligation, (told, due) => {
        assertPost(messages.duty(told, due, 'reminder'));
        assertPost(messages.duty(told, due, 'overdue'));
      }),
      RUNS,
    );
  });

  test('status, announcement and topic', () => {
    fc.assert(
      fc.property(story, (told) => {
        assertPost(messages.status(told));
        assertPost(messages.announcement(told, 'C012'));
        assertPost(messages.announcement(told, null));
        assertPost(messages.closing(told));
        const topic = messages.topic(told.view);
        expect(faultsOf(topic)).toEqual([]);
        expect(topic.length).toBeLessThanOrEqual(250);
      }),
      RUNS,
    );
  });

  test('every kind of event in a thread', () => {
    fc.assert(
      fc.property(story, words, (told, text) => {
        for (const event of sampleExercise()) {
          // Every text of the event is replaced by a hostile one; only what code branches on stays.
          const keep = new Set([
            'purpose',
            'by',
            'outcome',
            'because',
            'from',
            'to',
            'severity',
            'mode',
            'number',
            'vote',
          ]);
          const data = Object.fromEntries(
            Object.entries(event.data).map(([key, value]) => [
              key,
              typeof value === 'string' && !keep.has(key) ? text : value,
            ]),
          );
          const said = messages.detail(told, { ...event, data, hash: '', recordedAt: '' } as Parameters<
            typeof messages.detail
          >[1]);
          if (said) assertPost(said);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('Home, with any number of questions and incidents', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(story, decision), { maxLength: 12 }),
        fc.array(story, { maxLength: 8 }),
        (waits, some) => {
          const waiting = waits.map(([told, asked], i) => ({
            story: told,
            decision: { ...asked, question: { ...asked.question, number: i + 1 } },
          }));
          const open = [...some, ...some, ...some, ...some];
          assertView(messages.home(person, waiting, open, Date.UTC(2026, 10, 19)));
          assertPost(replies.overview(waiting, open, Date.UTC(2026, 10, 19)));
          assertPost(replies.questions(waiting, Date.UTC(2026, 10, 19)));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('the modal of every answer', () => {
    fc.assert(
      fc.property(story, decision, words, (told, asked, error) => {
        // A longer one has no button: it is given in the console.
        for (const answer of asked.question.options.filter((one) => one.length < 240).slice(0, 6)) {
          const context = { incident: 'INC-2026-0147', number: 1, answer };
          assertView(modals.answer({ story: told, decision: asked, answer, context, me, error }));
          assertView(modals.answer({ story: told, decision: asked, answer, context }));
        }
      }),
      RUNS,
    );
  });

  test('the other modals', () => {
    const system = fc.record({ id: fc.stringMatching(/^[a-z]{1,60}$/), name: words });
    fc.assert(
      fc.property(story, words, fc.array(system, { maxLength: 260, size: 'max' }), (told, text, systems) => {
        const context = { permalink: `https://slack.example/${text}` };
        assertView(modals.report({ context, text, systems, error: text }));
        assertView(modals.note({ context: {}, story: told, text }));
        const questions = Array.from({ length: 40 }, () => text);
        assertView(modals.hotWash({ context: {}, story: told, questions, error: text }));
        const playbooks = systems.map(({ id, name }) => ({ id, title: name, drilled: text }));
        assertView(modals.openIncident({ context: {}, title: text, playbooks, systems }));
        assertView(modals.working(text));
        assertView(modals.result(text, replies.plain(text, told)));
      }),
      { numRuns: 30 },
    );
  });

  test('what is said to those who arrange and run drills', () => {
    const { script, plan } = shippedScript('pii-leak-output', '15m');
    fc.assert(
      fc.property(story, words, fc.integer({ min: 1, max: 60 }), (told, text, count) => {
        const many = Array.from({ length: count }, (_, i) => i);
        const seats = many.map((i) => ({ role: `role-${i}`, person: `person-${i}` }));
        const drill: Drill = {
          ...{ id: 'EX-2026-0003', status: 'planned', at: told.now, seed: 1, rate: 1, note: text, revision: 1 },
          script: { ...script, title: text },
          playbook: { id: plan.playbook, version: plan.version, title: text, hash: plan.hash },
          ...{ players: seats, staff: [], plannedBy: 'person-1', plannedAt: 0, startedAt: null, startedBy: null },
          ...{ cancelledAt: null, cancelledBecause: null },
        };
        const offer: Offer = {
          ...{ simulation: 'pii-leak-output', title: text, version: 1, about: text, playbook: plan.playbook },
          ...{ lengths: [], seats: seats.map(({ role }) => ({ role, needed: true })), references: [], problems: [] },
        };
        const [inject] = script.injects;
        if (!inject) throw new Error('the script has no inject');
        const rows = many.map(
          (number): BoardRow => ({
            ...{
              number,
              inject: { ...inject, title: text, from: text },
              atMs: null,
              time: text,
              expected: [],
              due: null,
            },
            state: { kind: 'armed' },
          }),
        );
        const people = new Map([['person-0', text]]);
        const lists = { offers: many.map(() => offer), drills: many.map(() => drill), people, now: told.now };
        assertPost(replies.drillHelp());
        assertPost(replies.drillList(lists));
        assertPost(replies.drillPlanned({ drill, people, url: told.url }));
        assertPost(replies.drillPlanned({ drill: { ...drill, status: 'running' }, people, url: told.url }));
        assertPost(replies.drillBoard(told, rows, told.now));
        for (const check of ['drill-jump', 'endex', 'inject-now', 'inject-skip'] as const)
          assertView(modals.checkDrill({ story: told, context: { check }, about: [text], reason: text, error: text }));
      }),
      { numRuns: 30 },
    );
  });

  test('what one person is told', () => {
    const code = fc.constantFrom('late', 'requester', 'not-entitled', 'outputs', 'reason', 'confirm', 'unknown-role');
    const status = fc.constantFrom(403 as const, 409 as const, 503 as const);
    fc.assert(
      fc.property(story, decision, words, code, status, (told, asked, text, is, number) => {
        const problem = new Problem({ status: number, code: is, message: text, notDone: text, next: text });
        assertPost(replies.refusal(problem, { story: told, decision: asked, me }));
        assertPost(replies.refusal(problem, { story: told }));
        assertPost(replies.refusal(problem));
        assertPost(replies.notConfirmed({ story: told, decision: asked }));
        assertPost(replies.taken({ story: told, decision: asked, answer: asked.question.options[0] ?? '', me }));
        assertPost(replies.reported({ story: told, created: true }));
        assertPost(replies.plain(text, told));
        assertPost(replies.help());
      }),
      RUNS,
    );
  });
});
