import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import { emptyView, evolve, type IncidentView } from '../../../src/incident/view.ts';
import type { StoredEvent } from '../../../src/surfaces/ports.ts';
import type { Story } from '../../../src/surfaces/slack/contract.ts';
import { foldDetails } from '../../../src/surfaces/slack/publisher/details.ts';
import { channelName } from '../../../src/surfaces/slack/publisher/names.ts';
import {
  type Audience,
  sayingOf,
  wantedMembers,
  wantedPosts,
  wantsOwnChannel,
} from '../../../src/surfaces/slack/publisher/wanted.ts';
import { ask, opening } from '../../support/plans.ts';
import { play } from '../../support/play.ts';
import { question, sampleEvents } from '../../support/sample-events.ts';

const audience: Audience = {
  holders: (role) => ({ 'incident-commander': ['UADA', 'UBEN'], 'engineering-manager': ['UMIA'] })[role] ?? [],
  user: (person) => ({ ada: 'UADA', ben: 'UBEN', mia: 'UMIA', cy: 'UCY' })[person] ?? null,
};
const fold = (events: readonly NumberedEvent[]) => events.reduce(evolve, emptyView());
/** The view after these kinds of events, in this order. */
const viewAfter = (...types: NumberedEvent['type'][]): IncidentView => {
  const samples = sampleEvents();
  return fold(
    types.flatMap((type) => samples.filter((one) => one.type === type)).map((one, i) => ({ ...one, seq: i + 1 })),
  );
};
const keys = (view: IncidentView, own = true) => wantedPosts({ view, own, audience }).map(({ key }) => key);

describe('what should stand in Slack', () => {
  test('an open question: in the channel, and with everybody who may answer but the excluded', () => {
    expect(keys(viewAfter('incident.opened', 'decision.asked'))).toEqual([
      'decision/1/own',
      'decision/1/dm/UBEN',
      'announcement',
      'status',
    ]);
    expect(keys(viewAfter('incident.opened', 'decision.asked'), false)).toEqual([
      'decision/1/main',
      'decision/1/dm/UBEN',
      'announcement',
    ]);
  });

  test('whoever was given the role in this incident is asked as well', () => {
    const view = viewAfter('incident.opened', 'decision.asked');
    view.roles = { 'incident-commander': 'cy' };
    expect(keys(view)).toContain('decision/1/dm/UCY');
  });

  test('after an escalation: whoever it went to, and a call below the question', () => {
    const view = viewAfter('incident.opened', 'decision.asked', 'decision.reminded', 'decision.escalated');
    expect(keys(view)).toEqual(
      expect.arrayContaining(['decision/1/dm/UMIA', 'decision/1/escalation', 'decision/1/reminder/1']),
    );
    expect(wantedMembers(view, audience)).toContain('UMIA');
  });

  test('what came of a question stays in the channel; nobody is written to, reminded or called any more', () => {
    for (const end of ['decision.made', 'decision.withdrawn'] as const)
      expect(
        keys(viewAfter('incident.opened', 'decision.asked', 'decision.reminded', 'decision.escalated', end)),
      ).toEqual(['decision/1/own', 'announcement', 'status']);
  });

  test('a serious incident gets a channel unless it is closed already; what has one keeps it', () => {
    const view = viewAfter('incident.opened');
    const closed = viewAfter('incident.opened', 'incident.resolved', 'incident.closed');
    expect(wantsOwnChannel(view, ['sev2'], false)).toBe(true);
    expect(wantsOwnChannel(view, ['sev1'], false)).toBe(false);
    expect(wantsOwnChannel(view, [], true)).toBe(true);
    expect(wantsOwnChannel(closed, ['sev2'], false)).toBe(false);
    expect(keys(closed)).toContain('closing');
  });

  test('at every moment of a played incident the same view asks for the same posts, each once', async () => {
    const { events } = await play({ steps: [ask('contain'), ask('release')] });
    const view = emptyView();
    const numbered = events.map((event, i) => ({ ...event, seq: i + 1 }));
    for (const event of numbered) {
      evolve(view, event);
      const now = keys(view);
      expect(new Set(now).size).toBe(now.length);
      expect(keys(structuredClone(view))).toEqual(now);
      for (const { key, saying } of wantedPosts({ view, own: true, audience }))
        if (saying.kind === 'decision') expect(sayingOf(key)).toEqual(saying);
    }
    expect(view.decisions).toHaveLength(2);
  });

  test('many questions are all asked', () => {
    const view = viewAfter('incident.opened');
    view.decisions = Array.from({ length: 40 }, (_, i) => ({
      question: { ...question, number: i + 1 },
      votes: [],
      reminders: [],
    }));
    expect(keys(view).filter((key) => /^decision\/\d+\/own$/.test(key))).toHaveLength(40);
  });
});

describe('the name of a channel', () => {
  const called = (title: string) => ({ id: 'p', version: 1, title, hash: '' });

  test('is one that Slack takes, whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 9 }), (title, turn) => {
        const name = channelName(
          { id: 'INC-2026-0147', mode: 'exercise', system: null, playbook: called(title) },
          turn,
        );
        expect(name).toMatch(/^exercise-inc-2026-0147[a-z0-9-]*$/);
        expect(name.length).toBeLessThanOrEqual(80);
        expect(name).not.toMatch(/--|-$/);
      }),
    );
  });

  test('reads well, and says when it is not for real', () => {
    const view = {
      id: 'INC-2026-0147',
      mode: 'simulated-inventory',
      system: null,
      playbook: called('Modèle altéré: support-assistant answers in tongues'),
    } as const;
    expect(channelName(view)).toBe('sim-inc-2026-0147-modele-altere-support-assistant-answers');
    // What a person reported may name people: it is no name of a channel.
    const reported = { ...view, title: 'It told me that Jane Doe is ill', playbook: null };
    expect(channelName(reported)).toBe('sim-inc-2026-0147');
    expect(channelName({ ...view, playbook: called('模型'), mode: 'live' }, 2)).toBe('inc-2026-0147-2');
  });
});

describe('details', () => {
  const story = (view: IncidentView): Story => ({
    view,
    plan: null,
    people: new Map(),
    now: 0,
    url: 'https://tocsin.example.com/incidents/INC-2026-0147',
    mentions: { person: () => null, role: () => null },
  });
  const events = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ seq: i + 1, type: 'note.added' }) as unknown as StoredEvent);
  const messages = {
    detail: (_: Story, { seq }: StoredEvent) =>
      seq % 2 ? { text: `event ${seq}`, blocks: Array.from({ length: 20 }, () => ({ type: 'divider' })) } : null,
  };
  const view = fold(sampleEvents(opening.incident).slice(0, 1));

  test('one is told as it is, several as one message within the limits, the oldest folded first', () => {
    expect(foldDetails(messages, story(view), events(1), 0)).toEqual({
      post: messages.detail(story(view), events(1)[0] as StoredEvent),
      upTo: 1,
    });
    const many = foldDetails(messages, story(view), events(99), 10);
    expect(many?.upTo).toBe(99);
    expect(many?.post.text).toContain('event 99');
    expect(many?.post.text).toContain('43 earlier events');
    expect(many?.post.blocks.length).toBeLessThanOrEqual(50);
  });

  test('a long text is cut between characters, never within one or within an entity', () => {
    const long = (text: string) => ({ detail: () => ({ text, blocks: [] }) });
    for (const text of [`x${'&amp;'.repeat(400)}`, `x${'😀'.repeat(800)}`])
      for (const shift of ['', 'y', 'yy', 'yyy']) {
        const said = foldDetails(long(shift + text), story(view), events(9), 0)?.post.text ?? '';
        expect(said.length).toBeLessThanOrEqual(3_000);
        expect(said).not.toMatch(/\p{Cs}/u);
        expect(said).not.toMatch(/&(?!amp;)/);
      }
  });

  test('what needs no telling is not told', () => {
    expect(foldDetails(messages, story(view), events(2), 1)).toBeNull();
    expect(foldDetails(messages, story(view), events(2), 2)).toBeNull();
  });
});
