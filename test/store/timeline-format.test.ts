import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type EventType, eventData } from '../../src/incident/events.ts';

const page = readFileSync(new URL('../../docs/formats/timeline.md', import.meta.url), 'utf8');

/** What the page's table must say of an event's data: its fields, optional ones with a question mark. */
function fieldsOf(type: EventType): string {
  const schema: z.ZodObject = eventData[type];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const names = Object.keys(properties).map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`);
  return names.join(', ') || 'none';
}

test('the page lists every type of event with its fields, in the order of the schemas', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \| (.+) \| (.+) \|$/gm)].map(([, type, , fields]) => [
    type,
    fields,
  ]);
  expect(rows).toEqual((Object.keys(eventData) as EventType[]).map((type) => [type, fieldsOf(type)]));
});
