import { describe, expect, test } from 'vitest';
import { readContent } from '../../../src/embedded/slack/blocks/read.ts';
import type { Block } from '../../../src/embedded/slack/contract.ts';
import { mentionsOf } from '../../../src/embedded/slack/state/mentions.ts';
import { ACTIONS, readInjectRef } from '../../../src/surfaces/slack/contract.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { modals } from '../../../src/surfaces/slack/messages/modals.ts';
import { replies } from '../../../src/surfaces/slack/messages/replies.ts';
import { foldDetails } from '../../../src/surfaces/slack/publisher/details.ts';
import { render } from '../../../src/surfaces/slack/publisher/render.ts';
import type { Audience } from '../../../src/surfaces/slack/publisher/wanted.ts';
import { threadedVoices, wantedDrillPosts } from '../../../src/surfaces/slack/publisher/wanted-drill.ts';
import { andThen, DRILL, played, rehearsedDrill, stored, storyOf, userOf } from './drill-tale.ts';
import { read } from './told.ts';

const whole = await rehearsedDrill();
const running = played(whole);
const audience: Audience = { holders: () => [], user: userOf };
const wanted = (events = running, own = false) =>
  wantedDrillPosts({ view: storyOf(events).view, events, own, audience });
const drill = (events: typeof running, saying: Parameters<typeof messages.drill>[1]) => {
  const said = messages.drill(storyOf(events), saying);
  if (!said) throw new Error(`nothing is said of ${saying.kind}`);
  return said;
};
type Pressable = { type: string; elements?: { action_id: string; value: string }[] };
const buttons = (said: { blocks: unknown[] }) =>
  (said.blocks as Pressable[]).flatMap((block) => (block.type === 'actions' ? (block.elements ?? []) : []));

const markupIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { type?: string; text?: unknown };
  return [...(type === 'mrkdwn' ? [String(text)] : []), ...Object.values(value).flatMap(markupIn)];
};

const HOSTILE = '<!channel> <@U0KIM> *bold* <https://evil.example|the console> @here :tada: `x`';

describe('a drill in Slack', () => {
  test('says EXERCISE before anything else, in every message, its fallback text, and every answer to one person', () => {
    const events = andThen(whole, 'note.added', { text: 'That went well.' });
    const story = storyOf(events);
    const all = wanted(whole).flatMap(({ saying }) => render(messages, story, saying, null) ?? []);
    const told = foldDetails(messages, story, running, 0)?.post;
    const note = messages.detail(story, events.at(-1) as (typeof events)[number]);
    expect(all.length).toBeGreaterThan(10);
    for (const said of [...all, told, note, replies.plain('Noted.', story)]) {
      expect(said?.text).toMatch(/^EXERCISE · /);
      expect(JSON.stringify(said?.blocks[0])).toContain('EXERCISE. This is a drill');
    }
    expect(messages.topic(story.view)).toMatch(/^EXERCISE · /);
  });

  test('STARTEX says what is played, by whom and by which bots, until when for the reader, and calls the players alone', () => {
    const said = drill(running, { kind: 'startex' });
    const lines = read(said);
    expect(lines).toContain('Incident commander: Mara Lindqvist');
    expect(lines).toMatch(/: a bot \(\w+\)/);
    expect(lines).toContain('Facilitator: Sofia Mendes');
    expect(lines).toContain('Playing: <@U0MARA> <@U0TOMAS>');
    expect(lines).toContain(`(for you: <!date^${Date.parse('2026-11-20T09:15:00Z') / 1000}^`);
    // What is drilled would tell what happens.
    expect(JSON.stringify(said)).not.toContain(storyOf(running).view.playbook?.title);
  });

  test('ENDEX leads to the draft of the after-action report at once', () => {
    const ended = whole.find(({ type }) => type === 'exercise.ended');
    if (ended?.type !== 'exercise.ended') throw new Error('it did not end');
    const lines = read(drill(whole, { kind: 'turn', event: ended }));
    expect(lines).toMatch(new RegExp(`<https?://[^|>]+/drills/${DRILL}/report\\|After-action report>, a draft`));
  });

  test('the incident of a drill is commanded by whoever sits in that seat', () => {
    const events = running.filter(({ type }) => type !== 'role.assigned');
    expect(read(messages.status(storyOf(events)))).toMatch(/Incident commander\W+Mara Lindqvist/);
  });

  test('the card of an alert says what the monitor says', () => {
    const { injects } = storyOf(running).view.exercise ?? { injects: [] };
    const alert = injects.find(({ by }) => by === 'alert');
    const title = alert?.alert?.title;
    if (!alert || typeof title !== 'string') throw new Error('this simulation raises no alert');
    expect(read(drill(running, { kind: 'inject', id: alert.id }))).toContain(title);
  });

  test('an inject is a card of its own kind, numbered as it came, with who sent it, to whom, its text, and two buttons', () => {
    const events = running.map((event) =>
      event.type === 'inject.delivered' ? { ...event, data: { ...event.data, title: 'Their trap' } } : event,
    );
    const { injects } = storyOf(events).view.exercise ?? { injects: [] };
    const at = injects.findIndex(({ by }) => by === 'mail' || by === 'phone');
    const inject = injects[at];
    if (!inject) throw new Error('this simulation has neither mail nor phone');
    const said = drill(events, { kind: 'inject', id: inject.id });
    const lines = read(said);
    expect(lines).toContain(`# ${inject.by === 'mail' ? 'MAIL' : 'PHONE CALL'}: ${inject.subject}`);
    expect(lines).toContain(inject.from);
    expect(lines).toContain(inject.text.trim().slice(0, 60));
    expect(buttons(said).map(({ action_id, value }) => [action_id, readInjectRef(value)])).toEqual([
      [ACTIONS.seen, { drill: DRILL, inject: inject.id }],
      [ACTIONS.answerInject, { drill: DRILL, inject: inject.id }],
    ]);
    // The name and the kind that it has in the script are for those who run it.
    expect(read(said)).not.toContain('Their trap');
    expect(read(said)).not.toContain(inject.kind);
    expect(buttons(drill(whole, { kind: 'inject', id: inject.id }))).toEqual([]);
    const seen = andThen(running, 'inject.seen', { id: inject.id }, 'tomas');
    expect(read(drill(seen, { kind: 'inject', id: inject.id }))).toContain('✓ Seen by Tomas Okafor');
  });

  test('what a script, a facilitator or a player writes stays text: it calls nobody and links nowhere', () => {
    const [first] = running.filter(({ type }) => type === 'inject.delivered');
    if (first?.type !== 'inject.delivered') throw new Error('nothing was delivered');
    const { data } = first;
    const evil = {
      ...data,
      from: HOSTILE,
      subject: HOSTILE,
      text: HOSTILE.repeat(120),
      to: ['legal-counsel'],
      attachments: [HOSTILE],
    };
    let events = stored(running.map((event) => (event === first ? { ...first, data: evil } : event)));
    events = andThen(events, 'voice.said', { as: HOSTILE, by: 'phone', to: ['legal-counsel'], text: HOSTILE });
    const voice = events.length;
    events = andThen(events, 'voice.answered', { to: HOSTILE, text: HOSTILE, about: data.id }, 'mara');
    events = andThen(events, 'hint.given', { to: ['everybody'], text: HOSTILE, about: data.id });
    const clock = { wall: 1, rate: 0, from: 1, because: 'paused' as const, reason: HOSTILE };
    events = andThen(events, 'exercise.clock', clock);
    const last = events.at(-1);
    if (last?.type !== 'exercise.clock') throw new Error('the clock was not set');
    for (const said of [
      drill(events, { kind: 'inject', id: data.id }),
      drill(events, { kind: 'voice', seq: voice }),
      drill(events, { kind: 'voice', seq: voice + 1 }),
      drill(events, { kind: 'hint', seq: voice + 2 }),
      drill(events, { kind: 'turn', event: last }),
    ]) {
      readContent(said);
      const everybody = ['everybody'];
      const called = mentionsOf(said.text, said.blocks as unknown as Block[], {
        isUser: () => true,
        usersOf: () => [],
        everybody: () => everybody,
      });
      expect(called).toEqual([]);
      expect(markupIn(said.blocks).join()).not.toMatch(/<https:..evil|<!|<@U0KIM/);
      expect(said.text).not.toMatch(/<!|<@|[*`]/);
    }
  });

  test('nobody but the roster is called: a role is whoever plays it, and not who holds it elsewhere', () => {
    const { mentions } = storyOf(andThen(running, 'role.assigned', { role: 'legal-counsel', assignee: 'kim' }));
    expect(mentions.role('incident-commander')).toBe('<@U0MARA>');
    expect(mentions.role('legal-counsel')).toBeNull();
    expect(mentions.person('kim')).toBeNull();
    expect(mentions.person('sofia')).toBe('<@U0SOFIA>');
  });

  test('a question says when its time is over on both clocks; while the clock stands still it says that', () => {
    const asked = running.findIndex(({ type }) => type === 'decision.asked') + 1;
    const events = stored(running.slice(0, asked));
    const [question] = storyOf(events).view.decisions;
    if (!question) throw new Error('nothing was asked');
    const startedAt = events[0]?.at ?? 0;
    const wall = Math.floor((Date.parse('2026-11-20T09:00:00Z') + question.question.until - startedAt) / 1000);
    expect(read(messages.decision(storyOf(events), question, 'dm'))).toContain(`(for you: <!date^${wall}^`);
    const still = andThen(events, 'exercise.clock', { wall: 1, rate: 0, from: 1, because: 'paused', reason: null });
    expect(read(messages.decision(storyOf(still), question, 'dm'))).toContain(
      'in the exercise, whose clock stands still',
    );
  });

  test('what would give away what is to come is not told, in the thread neither', () => {
    let events = andThen(running, 'inject.skipped', { id: 'a-trap', because: 'facilitator', reason: 'They saw it' });
    events = andThen(events, 'inject.edited', { id: 'a-trap', fields: ['text'] });
    events = andThen(events, 'inject.added', { id: 'a-trap' });
    const told = foldDetails(messages, storyOf(events), events, 0)?.post;
    expect(JSON.stringify(told)).not.toContain('a-trap');
    expect(wanted(events).map(({ key }) => key)).toEqual(wanted(running).map(({ key }) => key));
  });
});

describe('what should stand in Slack for a drill', () => {
  test('its questions and status as in an incident, its injects, and ENDEX, all in one place', () => {
    const keys = wanted(whole).map(({ key }) => key);
    expect(keys).toContain('startex');
    expect(keys).toContain('status');
    expect(keys.filter((key) => key.startsWith('inject/'))).toHaveLength(
      storyOf(whole).view.exercise?.injects.length ?? 0,
    );
    expect(keys.at(-1)).toMatch(/^turn\//);
    const places = (own: boolean) =>
      wanted(whole, own)
        .filter(({ key }) => !key.startsWith('hot-wash/'))
        .map(({ place }) => place.in);
    expect(new Set(places(false))).toEqual(new Set(['drills']));
    expect(new Set(places(true))).toEqual(new Set(['own']));
    const asked = wanted(whole).flatMap(({ key, place }) =>
      key.startsWith('hot-wash/') && place.in === 'dm' ? [place.user] : [],
    );
    expect(asked).toEqual(['U0MARA', 'U0TOMAS', 'U0SOFIA']);
  });

  test('nothing of a drill that bots play alone, and no status before the incident is opened', () => {
    const alone = stored(whole.filter(({ type }) => type !== 'exercise.clock'));
    expect(wanted(alone)).toEqual([]);
    expect(wanted(stored(running.slice(0, 2))).map(({ key }) => key)).toEqual(['startex']);
  });

  test('a hint goes to those for whom it is, and to nobody once the drill is over', () => {
    const events = andThen(running, 'hint.given', {
      to: ['ml-on-call', 'legal-counsel'],
      text: 'Ask counsel',
      about: null,
    });
    const hints = (list: typeof running) => wanted(list).filter(({ key }) => key.startsWith('hint/'));
    expect(hints(events).map(({ place }) => place)).toEqual([{ in: 'dm', user: 'U0TOMAS' }]);
    expect(hints(andThen(events, 'exercise.ended', { because: 'time' }))).toEqual([]);
  });

  test('of the clock only what people did last; what follows from questions is not told', () => {
    const set = (because: 'paused' | 'resumed' | 'people' | 'quiet', events = running) =>
      andThen(events, 'exercise.clock', { wall: 1, rate: 1, from: 1, because, reason: null });
    const turns = (events: typeof running) => wanted(events).filter(({ key }) => key.startsWith('turn/'));
    expect(turns(set('quiet', set('people')))).toEqual([]);
    const both = set('quiet', set('resumed', set('paused')));
    expect(turns(both).map(({ saying }) => saying)).toEqual([
      { kind: 'turn', event: expect.objectContaining({ data: expect.objectContaining({ because: 'resumed' }) }) },
    ]);
  });

  test('what is said with the outside world stands below the inject that it is about, or below what was first said', () => {
    const inject = { seq: 3, id: 'reporter', from: 'Kari Nygaard' };
    const said = (seq: number, as: string) => ({ said: true, seq, as }) as const;
    const answered = (seq: number, to: string, about: string | null) => ({ said: false, seq, to, about }) as const;
    const voices = [
      said(2, 'Kari Nygaard'),
      answered(4, 'Anybody', 'reporter'),
      said(5, 'Kari Nygaard'),
      said(6, 'The vendor'),
      answered(7, 'The vendor', null),
    ];
    expect(threadedVoices({ injects: [inject], voices })).toEqual([
      { seq: 2, thread: null },
      { seq: 4, thread: 'inject/reporter' },
      { seq: 5, thread: 'inject/reporter' },
      { seq: 6, thread: null },
      { seq: 7, thread: 'voice/6' },
    ]);
  });
});

describe('Home and forms of a drill', () => {
  test('Home keeps drills apart, below what is real, with the questions in them that wait for the reader', () => {
    const asked = running.findIndex(({ type }) => type === 'decision.asked') + 1;
    const story = storyOf(stored(running.slice(0, asked)));
    const { question } = story.view.decisions[0] ?? {};
    const by = question?.by[0]?.role === 'ml-on-call' ? 'tomas' : 'mara';
    const home = (id: string) =>
      read(messages.home({ id, name: id, email: null, roles: ['ml-on-call'] }, [], [], 0, [story]));
    const mine = home(by);
    expect(mine.indexOf('# All quiet')).toBeGreaterThanOrEqual(0);
    expect(mine.indexOf('# EXERCISE: 1 drill running')).toBeGreaterThan(mine.indexOf('Report an AI incident'));
    expect(mine).toContain(`# ${question?.question}`);
    expect(home('kim')).toContain('you are no part of it');
    expect(home('kim')).not.toContain(question?.question);
  });

  test('the forms say that it is an exercise; what is left out or no incident is said beside its field', () => {
    const story = storyOf(running);
    const answer = modals.answerInject({ story, context: { incident: DRILL, inject: 'reporter' }, to: 'Kari Nygaard' });
    const noDuff = modals.noDuff({ story, context: { incident: DRILL }, reason: 'The real gateway is down' });
    for (const view of [answer, noDuff]) expect(read(view)).toContain('EXERCISE. This is a drill');
    const values = (blocks: Record<string, string>) =>
      Object.fromEntries(Object.entries(blocks).map(([block, value]) => [block, { value: { value } }]));
    expect(modals.readAnswerInject(values({ to: 'Kari', text: '' }))).toHaveProperty('errors.text');
    expect(modals.readAnswerInject(values({ to: 'Kari', text: 'At four.' }))).toEqual({ to: 'Kari', text: 'At four.' });
    expect(modals.readNoDuff(values({ reason: 'Fire', incident: 'EX-2026-0001' }))).toHaveProperty('errors.incident');
    expect(modals.readNoDuff(values({ reason: 'Fire', incident: 'inc-2026-0147' }))).toEqual({
      reason: 'Fire',
      incident: 'INC-2026-0147',
    });
  });
});
