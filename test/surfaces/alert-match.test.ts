import { expect, it } from 'vitest';
import type { IncidentView } from '../../src/incident/view.ts';
import { emptyView } from '../../src/incident/view.ts';
import type { Outcome, Unsettled } from '../../src/surfaces/alert-inbox.ts';
import { createMatcher } from '../../src/surfaces/alert-match.ts';
import { planOf } from '../support/plans.ts';

const aboutAssistant = (more: Partial<IncidentView>): IncidentView => ({
  ...emptyView(),
  system: {
    id: 'assistant',
    name: 'Assistant',
    tier: 'high',
    owner: 'ben',
    jurisdictions: [],
    dataClasses: [],
    lastKnownGood: null,
  },
  ...more,
});

it('an incident that comes onto its timeline while alerts are compared is joined, and no second one is opened', async () => {
  const plan = { ...planOf([]), opensOn: 'alert.kind == "leak"' };
  const { hash, playbook: id, title } = plan;
  const view = aboutAssistant({ id: 'INC-2026-0001', playbook: { id, version: 1, title, hash } });
  // Whoever looks first looks before, whoever looks second looks after it has been written down.
  let written = false;
  const once = <T>(before: T, after: T): T => {
    const found = written ? after : before;
    written = true;
    return found;
  };
  const waiting: Unsettled[][] = [
    [{ id: '2', alert: { kind: 'leak', system: 'assistant' }, count: 1, requester: null }],
  ];
  const settled: Outcome[] = [];
  const published = { plan, publishedAt: 0, publishedBy: [] };
  const matcher = createMatcher({
    inbox: {
      inTurn: (_, work) => work(),
      unsettled: async () => waiting.shift() ?? [],
      settle: async (outcomes) => void settled.push(...outcomes),
      opening: async () => once([{ incident: view.id, plan: plan.hash }], []),
    },
    reader: {
      incidents: async () => once([], [view]),
      incident: async () => null,
      events: async () => [],
      subscribe: () => () => {},
    },
    playbooks: {
      list: async () => [published],
      latest: async () => published,
      published: async () => published,
    },
    responses: {
      open: async () => ({ incident: 'INC-2026-0002', created: true }),
      send: async () => ({ status: 'accepted' }),
    },
    now: () => 0,
    warn: () => {},
  });
  await matcher.match('assistant', []);
  expect(settled).toEqual([{ id: '2', status: 'joined', incident: 'INC-2026-0001' }]);
});

it('a real alert never joins a drill about the same AI system: it opens an incident', async () => {
  const plan = { ...planOf([]), opensOn: 'alert.kind == "leak"' };
  const { hash, playbook: id, title, version } = plan;
  const drill = aboutAssistant({ id: 'EX-2026-0001', mode: 'exercise', playbook: { id, version, title, hash } });
  const waiting: Unsettled[][] = [
    [{ id: '2', alert: { kind: 'leak', system: 'assistant' }, count: 1, requester: null }],
  ];
  const settled: Outcome[] = [];
  const published = { plan, publishedAt: 0, publishedBy: [] };
  const matcher = createMatcher({
    inbox: {
      inTurn: (_, work) => work(),
      unsettled: async () => waiting.shift() ?? [],
      settle: async (outcomes) => void settled.push(...outcomes),
      opening: async () => [],
    },
    reader: {
      incidents: async () => [drill],
      incident: async () => null,
      events: async () => [],
      subscribe: () => () => {},
    },
    playbooks: {
      list: async () => [published],
      latest: async () => published,
      published: async () => published,
    },
    responses: {
      open: async () => ({ incident: 'INC-2026-0002', created: true }),
      send: async () => ({ status: 'accepted' }),
    },
    now: () => 0,
    warn: () => {},
  });
  await matcher.match('assistant', []);
  expect(settled).toMatchObject([{ id: '2', status: 'opened', incident: 'INC-2026-0002' }]);
});
