import { describe, expect, test } from 'vitest';
import type { EventData, EventType, NumberedEvent } from '../../src/incident/events.ts';
import { person, TOCSIN } from '../../src/incident/events.ts';
import { plainText } from '../../src/incident/phrases.ts';
import { isRoutine, type Names, sentence, topicOf } from '../../src/incident/wording.ts';
import { sampleExercise } from '../support/sample-events.ts';

const at = Date.UTC(2026, 10, 19, 3, 12);
const names: Names = {
  people: new Map([
    ['imoreau', 'I. Moreau'],
    ['tlew', 'T. Lewandowski'],
  ]),
  steps: new Map([['isolate', 'Isolate the model']]),
  questions: new Map([[1, 'Cut traffic to support-assistant?']]),
};
const event = <T extends EventType>(type: T, data: EventData<T>, by?: string, path = 'isolate') =>
  ({ seq: 1, at, path, type, actor: by ? person(by) : TOCSIN, data }) as unknown as NumberedEvent;

describe('an event in words', () => {
  test('names people, not ids, and steps by their titles', () => {
    expect(sentence(event('incident.paused', { reason: 'wait for legal' }, 'imoreau'), names)).toEqual({
      text: 'I. Moreau paused new acts',
      note: '“wait for legal”',
    });
    expect(sentence(event('step.failed', { code: 'timeout', message: 'No answer in 60 s' }), names).text).toBe(
      'Failed: Isolate the model',
    );
  });

  test('a wait says until when at the latest, and what ends it before', () => {
    const until = at + 600_000;
    const started = (data: Pick<EventData<'wait.started'>, 'for' | 'awaits'>) =>
      sentence(event('wait.started', { until, ...data }), names);
    const cel = 'alert.kind == "model.healthy"';
    expect(started({ for: null })).toEqual({ text: 'Isolate the model: waiting until 03:22 UTC' });
    expect(started({ for: 'steps.x.ok' }).note).toBe('Ends early when steps.x.ok');
    expect(started({ for: cel, awaits: { resolved: false, known: {} } })).toEqual({
      text: 'Isolate the model: waiting at most until 03:22 UTC',
      note: `Ends early with an alert: ${cel}`,
    });
    expect(started({ for: cel, awaits: { resolved: true, known: {} } }).note).toBe(
      `Ends early when an alert is over: ${cel}`,
    );
    expect(sentence(event('wait.ended', { because: 'alert' }), names).text).toBe(
      'Isolate the model: the alert that was waited for came',
    );
  });

  test('what a person reported is said to come from them, what a monitor saw from the monitor', () => {
    const facts = { incident: 'INC-2026-0147', title: 'Odd', severity: 'sev2', system: null, mode: 'live' } as const;
    const opened = (alert: EventData<'incident.opened'>['alert']) =>
      sentence(event('incident.opened', { ...facts, playbook: null, requester: 'imoreau', alert }), names).text;
    expect(opened({ kind: 'report', source: 'slack' })).toBe('I. Moreau opened this incident');
    expect(opened({ kind: 'model.drift', source: 'watch' })).toBe('Alert model.drift from watch opened this incident');
  });

  test('somebody who takes a role is not said to be given it', () => {
    const role = { role: 'incident-commander', assignee: 'imoreau' };
    expect(sentence(event('role.assigned', role, 'imoreau'), names).text).toBe(
      'I. Moreau took the role of incident commander',
    );
    expect(sentence(event('role.assigned', role, 'tlew'), names).text).toBe(
      'T. Lewandowski gave I. Moreau the role of incident commander',
    );
    expect(sentence(event('role.assigned', role), names).text).toBe('I. Moreau is incident commander');
  });

  test('a vote says where it came from, and since when the groups behind it are known', () => {
    const vote = {
      incident: 'INC-2026-0147',
      question: 1,
      path: 'isolate',
      planHash: '',
      person: 'imoreau',
      roles: ['incident-commander'],
      answer: 'approve',
      at,
      expires: at,
      surface: 'slack' as const,
      key: 'k',
      signature: 's',
    };
    const voted = (more: object) => sentence(event('decision.voted', { number: 1, vote: { ...vote, ...more } }), names);
    expect(voted({})).toEqual({ text: 'I. Moreau approved: Cut traffic to support-assistant?', note: 'From Slack.' });
    expect(voted({ surface: 'cli' }).note).toBe('From the CLI.');
    expect(voted({ reason: 'seen it', rolesAsOf: at - 300_000 }).note).toBe(
      '“seen it” From Slack. Groups could not be asked; as they were at 03:07 UTC.',
    );
  });

  test('a question says who answers, by when, and what happens otherwise', () => {
    const asked = event('decision.asked', {
      number: 1,
      kind: 'approval',
      path: 'isolate',
      question: 'Cut traffic?',
      options: ['approve', 'deny'],
      by: [
        { role: 'incident-commander', count: 1 },
        { role: 'ml-on-call', count: 1 },
      ],
      excluded: [],
      askedAt: at,
      until: at + 600_000,
      remindAt: [],
      escalate: { at: at + 420_000, to: 'engineering-manager', page: true },
      otherwise: 'deny',
      acts: [],
    });
    expect(sentence(asked, names)).toEqual({
      text: 'Asked: Cut traffic?',
      note: 'Incident commander and ML on-call, by 03:22 UTC. If nobody answers, it counts as deny then, and engineering manager is paged at 03:19 UTC.',
    });
  });

  test('an act is "done" only when nothing remains to prove', () => {
    const done = (provedBy: string | null) =>
      event('act.done', { capability: 'model.isolate', outputs: {}, tookMs: 5, purpose: 'act', provedBy });
    expect(sentence(done('model.probe'), names).text).toBe('Isolate the model: carried out, not yet proved');
    expect(sentence(done(null), names).text).toBe('Isolate the model: done');
    expect(isRoutine(done('model.probe'))).toBe(true);
    expect(isRoutine(done(null))).toBe(false);
  });

  test('where nothing was done, nobody reads of "0 acts"', () => {
    const started = (count: number) => event('undo.started', { because: 'False alarm', count });
    const finished = (undone: number) => event('undo.finished', { undone, left: 0 });
    expect(sentence(started(0), names)).toEqual({ text: 'Nothing had to be undone', note: 'False alarm' });
    expect(sentence(finished(0), names).text).toBe('Nothing had to be undone');
    expect(isRoutine(finished(0))).toBe(true);
    expect(sentence(started(2), names).text).toBe('Undoing 2 acts, the latest first');
    expect(sentence(finished(2), names).text).toBe('Undone: 2 acts');
    expect(isRoutine(finished(2))).toBe(false);
  });

  test('text that could steer a terminal or turn a line round is made visible', () => {
    const hostile = event('note.added', { text: 'safe\u202egnp.exe\u001b[2J' }, 'tlew');
    expect(sentence(hostile, names).text).toBe('T. Lewandowski noted: safe\\u202egnp.exe\\u001b[2J');
    expect(plainText('família 👩‍🔬\n\tok')).toBe('família 👩‍🔬\n\tok');
  });

  test('every type of event has words and a topic', () => {
    for (const sample of sampleExercise()) {
      const { text } = sentence(sample, { people: new Map() });
      expect(text, sample.type).toMatch(/\S/);
      expect(text, sample.type).not.toMatch(/undefined|null|\[object|\n/);
      expect(topicOf(sample)).toMatch(/^(incident|decision|act|message|note)$/);
    }
  });
});
