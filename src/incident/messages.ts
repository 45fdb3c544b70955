import { z } from 'zod';
import { Vote } from './decision.ts';
import { Name } from './ids.ts';
import { JsonObject } from './json.ts';
import { Severity } from './severity.ts';

/**
 * What people (and the inbox) tell a running incident. `id` is chosen by the sender and makes a repeat harmless: the
 * same id is answered with the first result, also after continue-as-new.
 */
export const sender = { id: z.string().min(1).max(128), person: z.string(), at: z.number() };
const Reason = z.string().min(1).max(2000);

export const Message = z.discriminatedUnion('type', [
  z.strictObject({ ...sender, type: z.literal('decide'), vote: Vote }),
  z.strictObject({ ...sender, type: z.literal('note'), text: z.string().min(1).max(10_000) }),
  z.strictObject({ ...sender, type: z.literal('role'), role: Name, assignee: Name }),
  z.strictObject({ ...sender, type: z.literal('severity'), severity: Severity, reason: Reason }),
  z.strictObject({ ...sender, type: z.literal('pause'), reason: Reason }),
  z.strictObject({ ...sender, type: z.literal('resume') }),
  z.strictObject({ ...sender, type: z.literal('stand-down'), reason: Reason }),
  z.strictObject({ ...sender, type: z.literal('resolve'), summary: z.string().min(1).max(10_000) }),
  z.strictObject({ ...sender, type: z.literal('close') }),
  z.strictObject({ ...sender, type: z.literal('reopen'), reason: Reason }),
  z.strictObject({ ...sender, type: z.literal('alert'), alert: JsonObject, count: z.number().int().min(1) }),
  z.strictObject({
    ...sender,
    type: z.literal('alert-resolved'),
    alert: JsonObject,
    count: z.number().int().min(1).optional(),
  }),
  /**
   * Settles a duty to notify: it was met outside Tocsin, or nothing need be sent. `text` says how, or why. `givenAt`: when the notice was
   * given, epoch ms; without it, it counts as given when it is said.
   */
  z.strictObject({
    ...sender,
    type: z.literal('obligation'),
    number: z.number().int().positive(),
    outcome: z.enum(['met', 'waived']),
    text: Reason,
    givenAt: z.number().optional(),
  }),
  /** A published plan to run beside those that the incident has. */
  z.strictObject({ ...sender, type: z.literal('add-playbook'), plan: JsonObject, inputs: JsonObject, reason: Reason }),
]);
export type Message = z.infer<typeof Message>;
export type MessageType = Message['type'];

export type MessageResult =
  | { status: 'accepted'; outcome?: string }
  | { status: 'refused'; code: string; message: string };
