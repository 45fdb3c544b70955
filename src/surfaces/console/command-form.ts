import { z } from 'zod';
import { Name } from '../../incident/ids.ts';
import { Severity } from '../../incident/severity.ts';
import { Problem } from '../problem.ts';

const reason = z.string().trim().min(1, 'Say why.').max(2_000, 'The reason is longer than 2,000 characters.');

/** The forms of the section "Command", as messages without their sender. */
const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pause'), reason }),
  z.object({ type: z.literal('resume') }),
  z.object({ type: z.literal('severity'), severity: Severity, reason }),
  z.object({ type: z.literal('role'), role: Name, assignee: Name }),
  z.object({ type: z.literal('stand-down'), reason }),
  z.object({
    type: z.literal('resolve'),
    summary: z
      .string()
      .trim()
      .min(1, 'Say what happened.')
      .max(10_000, 'The summary is longer than 10,000 characters.'),
  }),
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('reopen'), reason }),
]);
export type Command = z.infer<typeof Command>;

export function commandMessage(form: ReadonlyMap<string, string>): Command {
  const parsed = Command.safeParse({ ...Object.fromEntries(form), type: form.get('command') });
  if (parsed.success) return parsed.data;
  throw new Problem({
    status: 422,
    code: 'invalid',
    message: parsed.error.issues.map((issue) => issue.message).join(' '),
    notDone: 'Nothing was changed.',
    next: 'Go back and fill in what is missing.',
  });
}
