import { expect, test } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import { emptyView, evolve } from '../../../src/incident/view.ts';
import { reportMarkdown } from '../../../src/surfaces/report/markdown.ts';
import { reportOf } from '../../../src/surfaces/report/report.ts';
import { planOf, say } from '../../support/plans.ts';
import { sampleEvents } from '../../support/sample-events.ts';

const people = new Map([['ben', 'B. Okoye']]);
const plan = planOf([{ ...say('contain'), title: 'Contain' }]);
const log = (events: NumberedEvent[]) => {
  const view = events.reduce(evolve, emptyView());
  const stored = events.map((event) => ({ ...event, hash: 'a'.repeat(64), recordedAt: '' }));
  const madeAt = (events.at(-1)?.at ?? 0) + 1_000;
  return reportMarkdown(reportOf({ view, plan, events: stored, people, timezone: 'Europe/Oslo', madeAt }));
};

test('reads as a log: what it is about, then every event with its number', () => {
  const events = sampleEvents();
  const text = log(events);
  expect(text).toMatch(/^# INC-2026-0001: Support assistant: signature is not valid\n/);
  expect(text).toContain('| Severity | SEV 1, at first SEV 2 (event 2) |');
  expect(text).toContain('\n### 2026-09-21\n');
  expect(text).toContain('- **14:13:26** B. Okoye closed the incident [7]');
  expect(text).toContain('B. Okoye approved: Cut traffic to Support assistant?');
  for (const { seq } of events) expect(text).toContain(`[${seq}]`);
});

test('text from outside cannot become markup', () => {
  const events = sampleEvents().slice(0, 2);
  const note = {
    ...events[1],
    type: 'note.added',
    data: { text: '# big\n- [bank](http://evil)\n1. <img src=x> `a` **b**' },
  };
  const text = log([events[0] as NumberedEvent, note as NumberedEvent]);
  const quoted = text.split('\n').filter((line) => line.startsWith('  > '));
  expect(quoted.slice(-3)).toEqual([
    '  > \\# big',
    '  > \\- \\[bank\\](http://evil)',
    '  > 1\\. &lt;img src=x&gt; \\`a\\` \\*\\*b\\*\\*',
  ]);
});
