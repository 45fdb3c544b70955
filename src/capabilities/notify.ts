import { z } from 'zod';
import type { CapabilityContract } from './contract.ts';

/** What leaves the organisation. */
export const notifyContracts = {
  'notify.mail': {
    name: 'notify.mail',
    title: 'Send a mail',
    risk: 'irreversible',
    irreversible: 'A mail that has left cannot be called back.',
    input: z.strictObject({
      to: z.string().describe('a role, "stakeholders", or a mail address'),
      subject: z.string(),
      text: z.string(),
    }),
    output: z.strictObject({ messageId: z.string(), recipients: z.number().int() }),
    outside: true,
    timeoutMs: 60_000,
  },
  'notify.webhook': {
    name: 'notify.webhook',
    title: 'Send a signed webhook',
    risk: 'irreversible',
    irreversible: 'What has been sent cannot be called back.',
    input: z.strictObject({
      event: z.string().describe('what happened, as the receiver knows it, such as "incident.contained"'),
      text: z.string(),
    }),
    output: z.strictObject({ deliveryId: z.string(), status: z.number().int() }),
    outside: true,
    timeoutMs: 60_000,
  },
} as const satisfies Record<string, CapabilityContract>;
