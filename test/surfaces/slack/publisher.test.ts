import { describe, expect, test } from 'vitest';
import { ADA, BEN, buttonsOf, eventually, MIA, said, setting } from './publishing.ts';

const ID = 'INC-2026-0147';
const DECIDE = ['decide.deny', 'decide.approve'];

describe('a serious incident', () => {
  test('gets a channel with topic and pinned status, its people, and its question with buttons', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID, { title: 'Model artefact tampered with: Ärger in the registry' });
    await tale.open();
    await tale.ask();
    await eventually(() => {
      const own = at.own(ID);
      expect(own?.name).toBe('inc-2026-0147-model-artefact-tampered-with');
      expect(own?.topic).toBe('SEV 2 · open · Model artefact tampered with: Ärger in the registry');
      expect([...(own?.members ?? [])].sort()).toEqual([ADA, BEN, at.slack.workspace.app.botUser].sort());
      const messages = at.messages(own?.id ?? '');
      expect(messages.filter(({ pinned }) => pinned).map(said)).toEqual([
        expect.stringContaining('Nobody has taken command'),
      ]);
      expect(messages.filter((one) => buttonsOf(one).length > 0).map(buttonsOf)).toEqual([DECIDE]);
      // Who opened the incident cannot decide on it, and is not asked to.
      expect(at.dm(BEN).map(buttonsOf)).toEqual([DECIDE]);
      expect(at.dm(ADA)).toEqual([]);
      expect(at.messages(at.main).map(said)).toEqual([expect.stringContaining(`<#${own?.id}>`)]);
    });
  });

  test('keeps its channel from all but those it concerns, where the inventory says so', async () => {
    const at = await setting();
    at.server({ settings: () => ({ channel: 'incidents', ownChannelFor: ['sev2'], ownChannelsPrivate: true }) });
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() => {
      const own = at.slack.workspace.channels().find(({ name }) => name.startsWith('inc-2026-0147'));
      expect(own?.kind).toBe('private');
      expect([...(own?.members ?? [])].sort()).toEqual([ADA, BEN, at.slack.workspace.app.botUser].sort());
      expect(at.messages(own?.id ?? '').flatMap(buttonsOf)).toEqual(DECIDE);
    });
  });

  test('every copy of a question tells its end in less than a second, and who, and nobody can press any more', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await eventually(() =>
      expect(
        [at.messages(at.own(ID)?.id ?? ''), at.dm(BEN)].map((all) => all.filter((one) => buttonsOf(one).length).length),
      ).toEqual([1, 1]),
    );
    await tale.vote();
    const startedAt = performance.now();
    await tale.tell('decision.made', { number: 1, outcome: 'approve', by: 'votes', people: ['ben'], reason: null });
    await eventually(() => {
      const all = [...at.messages(at.own(ID)?.id ?? ''), ...at.dm(BEN)];
      expect(all.filter((one) => buttonsOf(one).length)).toEqual([]);
      expect(all.filter((one) => /approved/i.test(said(one)) && said(one).includes('Ben Okafor'))).toHaveLength(2);
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('a reminder and an escalation are told below the question; whoever it was escalated to is asked and invited', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID);
    await tale.open();
    await tale.ask();
    await tale.tell('decision.reminded');
    await tale.tell('decision.escalated', { number: 1, to: 'engineering-manager', page: true });
    await eventually(() => {
      const own = at.own(ID);
      const card = at.messages(own?.id ?? '').find((one) => buttonsOf(one).length > 0);
      const below = card ? at.thread(card).map(({ text }) => text) : [];
      expect(below.filter((text) => text.startsWith('Reminder')).length).toBe(1);
      expect(below.filter((text) => text.startsWith('Escalated')).length).toBe(1);
      expect(at.dm(MIA).map(buttonsOf)).toEqual([DECIDE]);
      expect(own?.members).toContain(MIA);
    });
  });

  test('the thread of the status tells what happened, once, and folds what came together', async () => {
    const at = await setting();
    const tale = at.tale(ID);
    await tale.open();
    for (let i = 0; i < 30; i += 1) await tale.tell('note.added', { text: `note number ${i}.` });
    at.server();
    const thread = () => {
      const status = at.messages(at.own(ID)?.id ?? '').find(({ pinned }) => pinned);
      return status ? at.thread(status).map(said) : [];
    };
    await eventually(() => expect(thread().join()).toContain('note number 29.'));
    expect(thread()).toHaveLength(1);
    expect(thread()[0]).toContain('22 earlier events');
    await tale.tell('note.added', { text: 'one more.' });
    await eventually(() => expect(thread().filter((one) => one.includes('one more.'))).toHaveLength(1));
    expect(thread().filter((one) => one.includes('note number 29.'))).toHaveLength(1);
  });

  test('is put away a while after it was closed, with a last word; and taken up again when it is reopened', async () => {
    const at = await setting();
    at.server({ archiveAfterMs: 600_000 });
    const tale = at.tale(ID);
    await tale.open();
    await eventually(() => expect(at.own(ID)).toBeDefined());
    await tale.tell('incident.resolved');
    await tale.tell('incident.closed');
    const closing = () => at.messages(at.own(ID)?.id ?? '').filter(({ text }) => text.includes('will be archived'));
    await eventually(() => expect(closing()).toHaveLength(1));
    expect(at.own(ID)?.is_archived).toBe(false);
    at.clock.advance(660_000);
    await eventually(() => expect(at.own(ID)?.is_archived).toBe(true));
    await tale.tell('incident.reopened');
    await tale.ask();
    await eventually(() => {
      const open = at.slack.workspace.channels().filter((one) => one.name.includes('2026-0147') && !one.is_archived);
      expect(open).toHaveLength(1);
      expect(at.messages(open[0]?.id ?? '').some((one) => buttonsOf(one).length > 0)).toBe(true);
    });
  });
});

describe('a smaller incident', () => {
  test('is told in the main channel: details in the thread, its question for all to see', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID, { severity: 'sev3' });
    await tale.open();
    await tale.tell('note.added', { text: 'It looks odd.' });
    await tale.ask();
    await eventually(() => {
      const [announcement, card] = [...at.messages(at.main)].sort((a, b) => buttonsOf(a).length - buttonsOf(b).length);
      expect(at.messages(at.main)).toHaveLength(2);
      expect(announcement && at.thread(announcement).map(said).join()).toContain('It looks odd.');
      expect(buttonsOf(card)).toEqual(DECIDE);
    });
    expect(at.own(ID)).toBeUndefined();
  });

  test('gets its channel when it turns out to be serious, and its question moves along', async () => {
    const at = await setting();
    at.server();
    const tale = at.tale(ID, { severity: 'sev3' });
    await tale.open();
    await tale.ask();
    await eventually(() => expect(at.messages(at.main).filter((one) => buttonsOf(one).length)).toHaveLength(1));
    await tale.tell('incident.severity-changed', { from: 'sev3', to: 'sev1', reason: 'It spreads.' });
    await eventually(() =>
      expect(at.messages(at.own(ID)?.id ?? '').filter((one) => buttonsOf(one).length)).toHaveLength(1),
    );
    await tale.tell('decision.made', { number: 1, outcome: 'deny', by: 'default', people: [], reason: null });
    // Where it stood before it is kept true as well.
    await eventually(() =>
      expect(
        [at.main, at.own(ID)?.id ?? ''].map((id) => at.messages(id).filter((one) => buttonsOf(one).length).length),
      ).toEqual([0, 0]),
    );
  });
});
