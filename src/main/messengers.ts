import type { CapabilityProvider } from '../activities/ports.ts';
import type { Mailer, Secrets, WebhookSender } from '../connectors/contract.ts';
import { createEgress } from '../connectors/egress/egress.ts';
import { guardedProvider, type Redact } from '../connectors/secrets/redactor.ts';
import { createMailer } from '../connectors/smtp/mailer.ts';
import { createMailProvider } from '../connectors/smtp/provider.ts';
import { createWebhookProvider } from '../connectors/webhook/provider.ts';
import { createWebhookSender } from '../connectors/webhook/sender.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { recipientsOf } from './recipients.ts';

export type Messenger = { provider: CapabilityProvider } & (
  | { kind: 'smtp'; mailer: Mailer; from: string }
  | { kind: 'webhook'; sender: WebhookSender }
);

export type Messengers = {
  /** What speaks through this connection of the inventory; null when it is of another kind, or is not there. */
  of(connection: string): Messenger | null;
  close(): Promise<void>;
};

export type MessengersDeps = { inventory: Inventory; secrets: Secrets; redact: Redact; now(): number };

/** The mail servers and webhooks of an inventory: for `notify.mail` and `notify.webhook`, and for pages. */
export function createMessengers({ inventory, secrets, redact, now }: MessengersDeps): Messengers {
  const made = new Map<string, Messenger>();
  const closing: (() => Promise<void>)[] = [];
  for (const [name, connection] of Object.entries(inventory.connections)) {
    if (connection.kind === 'smtp') {
      const { from } = connection;
      const mailer = createMailer(connection, secrets, { now });
      const recipients = (to: string) => recipientsOf(inventory, to);
      const provider = guardedProvider(createMailProvider({ mailer, recipients, from }), redact);
      made.set(name, { kind: 'smtp', mailer, from, provider });
    } else if (connection.kind === 'webhook') {
      const egress = createEgress({ origin: connection.url, private: connection.private });
      const sender = createWebhookSender(connection, egress, secrets, { now });
      const provider = guardedProvider(createWebhookProvider({ sender, now }), redact);
      made.set(name, { kind: 'webhook', sender, provider });
      closing.push(() => egress.close());
    }
  }
  return {
    of: (connection) => made.get(connection) ?? null,
    close: async () => {
      await Promise.all(closing.map((close) => close()));
    },
  };
}
