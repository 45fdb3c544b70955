import { createHash } from 'node:crypto';
import type { CapabilityProvider } from '../../activities/ports.ts';
import type { WebhookSender } from '../contract.ts';
import { asResult } from '../faults.ts';

/** Serves `notify.webhook`. */
export function createWebhookProvider({ sender, now }: { sender: WebhookSender; now(): number }): CapabilityProvider {
  return {
    act: (call, { incident, signal }) =>
      asResult(signal, async () => {
        const { event, text } = call.with;
        const id = deliveryId(call.key);
        const { status } = await sender.send(
          { id, event: String(event), data: { incident, text: String(text) }, at: now() },
          signal,
        );
        return { deliveryId: id, status };
      }),
    // Whether it arrived need not be known: the receiver knows a repeat by its id.
    readBack: async () => ({ state: 'not-done' }),
  };
}

/** The same for every repeat of one act; another one when a person has it sent again. */
export const deliveryId = (key: string): string => `msg_${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
