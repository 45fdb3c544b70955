import { createHash } from 'node:crypto';
import type { Messages, SlackPost, Story } from '../contract.ts';
import { markWord } from '../messages/facts.ts';
import type { Saying } from './wanted.ts';

/** What a message says now; null when there is nothing to say (any more). `channel`: the incident's own, if it has one. */
export function render(messages: Messages, story: Story, saying: Saying, channel: string | null): SlackPost | null {
  switch (saying.kind) {
    case 'announcement':
      return messages.announcement(story, channel);
    case 'status':
      return messages.status(story);
    case 'closing':
      return messages.closing(story);
    case 'decision':
    case 'reminder':
    case 'escalation': {
      const decision = story.view.decisions.find(({ question }) => question.number === saying.number);
      if (!decision) return null;
      if (saying.kind === 'decision') return messages.decision(story, decision, saying.place);
      if (decision.made || decision.withdrawn) return null;
      return saying.kind === 'reminder' ? messages.reminder(story, decision) : messages.escalation(story, decision);
    }
    case 'duty': {
      const obligation = story.view.obligations.find(({ number }) => number === saying.number);
      return obligation ? messages.duty(story, obligation, saying.news) : null;
    }
    case 'startex':
    case 'inject':
    case 'voice':
    case 'hint':
    case 'turn':
    case 'hot-wash':
      return messages.drill(story, saying);
    default:
      return saying satisfies never;
  }
}

/**
 * What is sent first. An answer of Slack can be lost on the way: then the message stands, nobody knows where, and it is sent once more.
 * So what is sent first must be harmless when it stays as it is for ever: a decision comes without buttons and the status without
 * facts. Both are put in by an update, which can be repeated.
 */
export function first(saying: Saying, story: Story, post: SlackPost): SlackPost {
  switch (saying.kind) {
    case 'decision': {
      const blocks = post.blocks.filter((block) => !takesAnswers(block)).slice(0, 49);
      return blocks.length === post.blocks.length
        ? post
        : {
            text: post.text,
            blocks: [...blocks, note('Buttons follow. If none appear here, they are in the next message.')],
          };
    }
    case 'status': {
      const text = `${markWord(story.view.mode).markup}The status of ${story.view.id} is kept here.`;
      return { text, blocks: [note(`${text} If it stays empty, see the next message.`)] };
    }
    case 'announcement':
    case 'closing':
    case 'reminder':
    case 'escalation':
    case 'duty':
    case 'startex':
    case 'inject':
    case 'voice':
    case 'hint':
    case 'turn':
    case 'hot-wash':
      return post;
    default:
      return saying satisfies never;
  }
}

const takesAnswers = (block: SlackPost['blocks'][number]): boolean =>
  'elements' in block &&
  Array.isArray(block.elements) &&
  block.elements.some((element) => 'action_id' in element && String(element.action_id).startsWith('decide.'));

const note = (text: string) => ({ type: 'context', elements: [{ type: 'plain_text', text }] });

export const hashOf = ({ text, blocks }: SlackPost): string =>
  createHash('sha256')
    .update(JSON.stringify([text, blocks]))
    .digest('hex')
    .slice(0, 32);
