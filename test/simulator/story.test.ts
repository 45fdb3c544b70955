import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/incident/events.ts';
import { mailTo, STORY_PATHS, storyRehearsal } from '../support/story.ts';

/** The story in memory and in virtual time: the plan that incidents run, with bots in place of people. */
describe('the leak of personal data, rehearsed', () => {
  it('is contained, rolled back, validated, restored, told to the authority and briefed', async () => {
    const { events, world } = await storyRehearsal();
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });
    expect(world.systems['support-assistant']).toMatchObject({ serving: '1', traffic: 'serving' });
    expect(typesAt(events, 'respond/recover/isolate')).toEqual([
      'undo.registered',
      'act.started',
      'act.done',
      'act.started',
      'act.done',
    ]);
    const [notice, ...more] = mailTo(world, 'supervisory-authority');
    expect(more).toEqual([]);
    expect(notice?.text).toContain('Article 33');
    expect(typesAt(events, 'respond/legal/due/then/gdpr')).toEqual(['obligation.opened', 'obligation.met']);
    expect(
      mailTo(world, 'stakeholders')
        .map(({ text }) => text)
        .join(),
    ).toContain('Serving again, proved by traffic: yes');
  });

  it('sends exactly the notice that counsel approved', async () => {
    const { events, world } = await storyRehearsal();
    const asked = events.find((event) => event.type === 'decision.asked' && event.path === STORY_PATHS.notice);
    const details = asked?.type === 'decision.asked' ? asked.data.details : undefined;
    expect(mailTo(world, 'supervisory-authority')[0]?.text).toBe(details);
  });

  it('keeps traffic cut when the version that was put back does not pass, and asks the incident commander', async () => {
    const { events, world } = await storyRehearsal({ lastKnownGoodPasses: false });
    expect(world.systems['support-assistant']?.traffic).toBe('cut');
    const asked = events.find((event) => event.type === 'decision.asked' && event.data.kind === 'failure');
    expect(asked).toMatchObject({ path: 'respond/recover/validate', data: { by: [{ role: 'incident-commander' }] } });
    expect(events.some(({ path }) => path === 'respond/recover/restore')).toBe(false);
    // Legal goes on all the same.
    expect(mailTo(world, 'supervisory-authority')).toHaveLength(1);
  });

  it('goes on serving, and says so, when nobody agrees to cut; the authority is told all the same', async () => {
    const { events, world } = await storyRehearsal({ approvals: 'ignore' });
    const contain = events.filter(({ path }) => path === STORY_PATHS.contain).map(({ type }) => type);
    expect(contain).toEqual(['decision.asked', 'decision.reminded', 'decision.escalated', 'decision.made']);
    expect(world.systems['support-assistant']?.traffic).toBe('serving');
    expect(mailTo(world, 'stakeholders').some(({ subject }) => subject.includes('keeps serving'))).toBe(true);
    const [notice, ...more] = mailTo(world, 'supervisory-authority');
    expect(more).toEqual([]);
    // Nothing is announced that will not come.
    expect(notice?.text).toContain('was considered and not approved; it was serving when this was written');
    expect(notice?.text).not.toMatch(/put back|validated|was cut/);
  });

  it('does not tell the authority what counsel judged for the record, and tells what was done', async () => {
    const { events, world } = await storyRehearsal();
    const [notice] = mailTo(world, 'supervisory-authority');
    const at = (id: string) => made?.type === 'decision.made' && made.data.answers?.[id];
    const made = events.find((event) => event.type === 'decision.made' && event.path === STORY_PATHS.counsel);
    expect(notice?.text).toContain(`3. Likely consequences\n${at('consequences')}\n`);
    expect(notice?.text).toContain('Traffic to the system was cut');
    const form = events.find((event) => event.type === 'decision.asked' && event.path === STORY_PATHS.counsel);
    const fields = form?.type === 'decision.asked' ? (form.data.form ?? []) : [];
    expect(fields.find(({ id }) => id === 'reason')?.hint).toContain('not into the notice');
  });

  it('catches a gateway that answers with success and goes on serving', async () => {
    const { events } = await storyRehearsal({ gatewayLies: true });
    const failed = events.find((event) => event.type === 'step.failed');
    expect(failed).toMatchObject({ path: 'respond/recover/isolate', data: { code: 'not-proved' } });
    expect(events.some(({ path }) => path === 'respond/recover/rollback')).toBe(false);
  });

  it('runs the real 72 hours: reminders to counsel, then overdue, until counsel says that it was given', async () => {
    const { events } = await storyRehearsal({ noticeDenied: true });
    const at = (type: IncidentEvent['type']) =>
      events.filter((event) => event.type === type && event.path.endsWith('/gdpr')).map((event) => event.at);
    const [opened = 0] = at('obligation.opened');
    const hours = (time: number) => Math.round((time - opened) / 3_600_000);
    expect(at('obligation.reminded').map(hours)).toEqual([24, 48, 66, 71]);
    expect(at('obligation.overdue').map(hours)).toEqual([72]);
  });
});

const typesAt = (events: readonly IncidentEvent[], path: string): string[] =>
  events.filter((event) => event.path === path).map(({ type }) => type);
