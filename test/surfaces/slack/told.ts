import { randomUUID } from 'node:crypto';
import type { Opening } from '../../../src/engine/perform.ts';
import type { Vote } from '../../../src/incident/decision.ts';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Message } from '../../../src/incident/messages.ts';
import { emptyView, evolve, type IncidentView } from '../../../src/incident/view.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import type { Mentions, SlackPost, Story } from '../../../src/surfaces/slack/contract.ts';
import { opening, START, world } from '../../support/plans.ts';
import { ActedIncident } from '../console/acted-incidents.ts';

/** Incidents of the real engine, told in memory, and what Slack is given as somebody would read it. */
export const names = new Map([
  ['mara', 'Mara Lindqvist'],
  ['tomas', 'Tomas Okafor'],
  ['sofia', 'Sofia Mendes'],
]);
export const roles: Record<string, string[]> = {
  mara: ['incident-commander'],
  tomas: ['ml-on-call'],
  sofia: ['engineering-manager'],
};
export const mentions: Mentions = {
  person: (id) => (id === 'mara' ? '<@U0MARA>' : null),
  role: (id) => (id === 'ml-on-call' ? '<!subteam^S0ML>' : null),
};
export const url = 'https://tocsin.example/incidents/INC-2026-0147';

type Said = Message extends infer M ? (M extends Message ? Omit<M, 'id' | 'person' | 'at'> : never) : never;

export class Told {
  readonly events: NumberedEvent[] = [];
  readonly acted: ActedIncident;
  readonly plan: Plan | null;
  #now = START;

  private constructor(plan: Plan | null, more: Partial<Opening>) {
    this.plan = plan;
    const facts = { ...opening, mode: 'live' as const, ...more };
    this.acted = new ActedIncident(plan, facts, world(), START, async (_, events) => void this.events.push(...events));
  }

  static async open(plan: Plan | null, more: Partial<Opening> = {}): Promise<Told> {
    const told = new Told(plan, more);
    await told.move(10_000);
    return told;
  }

  async move(ms: number): Promise<void> {
    this.#now += ms;
    await this.acted.moveTo(this.#now);
  }

  async say(person: string, said: Said): Promise<void> {
    const result = await this.acted.tell({ ...said, id: randomUUID(), person, at: this.#now } as Message);
    if (result.status !== 'accepted') throw new Error(`${said.type} was refused: ${result.message}`);
  }

  async answer(number: number, person: string, answer: string, more: Partial<Vote> = {}): Promise<void> {
    const { question } = this.decision(number);
    const vote: Vote = {
      incident: 'INC-2026-0147',
      question: number,
      path: question.path,
      planHash: this.story.view.playbook?.hash ?? '',
      person,
      roles: roles[person] ?? [],
      answer,
      at: this.#now,
      expires: this.#now + 3_600_000,
      surface: 'slack',
      key: 'test',
      signature: 'not checked by the engine',
      ...more,
    };
    await this.say(person, { type: 'decide', vote });
  }

  get story(): Story {
    const view = this.events.reduce<IncidentView>((folded, event) => evolve(folded, event), emptyView());
    return { view, plan: this.plan, people: names, now: this.#now, url, mentions };
  }

  decision(number: number) {
    const found = this.story.view.decisions.find((one) => one.question.number === number);
    if (!found) throw new Error(`question ${number} was not asked`);
    return found;
  }

  /** As a reader gets it. */
  stored(type: NumberedEvent['type']) {
    const event = this.events.findLast((one) => one.type === type);
    if (!event) throw new Error(`no ${type} on the timeline`);
    return { ...event, hash: '', recordedAt: '' };
  }
}

type Words = { text: string };
type Shown = {
  type: string;
  text?: Words;
  fields?: Words[];
  elements?: (Words | { text: Words })[];
  label?: Words;
  optional?: boolean;
  element?: { type: string };
};

/** The blocks as lines: fields in pairs, buttons in brackets, inputs with their kind. */
export function read(said: Pick<SlackPost, 'blocks'>): string {
  return (said.blocks as unknown as Shown[]).map(lineOf).join('\n');
}

function lineOf(block: Shown): string {
  switch (block.type) {
    case 'header':
      return `# ${block.text?.text}`;
    case 'section':
      return block.fields ? pairs(block.fields.map((field) => field.text)) : (block.text?.text ?? '');
    case 'context':
      return `(${(block.elements as Words[]).map((element) => element.text).join(' | ')})`;
    case 'actions':
      return (block.elements as { text: Words }[]).map(({ text }) => `[${text.text}]`).join(' ');
    case 'input':
      return `? ${block.label?.text} <${block.element?.type}>${block.optional ? ' optional' : ''}`;
    case 'divider':
      return '---';
    default:
      throw new Error(`not a block of ours: ${block.type}`);
  }
}

const pairs = (fields: string[]): string =>
  fields.flatMap((label, i) => (i % 2 === 0 ? [`${label} ${fields[i + 1]}`] : [])).join('\n');
