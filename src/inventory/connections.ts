import { z } from 'zod';

/** The `connections` of `tocsin.yaml`: real systems, and how to reach them. Secrets stand there by reference only. */

export const Reference = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
    'write a reference to the secret, env:NAME or file:/path, never the secret itself',
  )
  .describe('a secret by reference: env:NAME or file:/path');

export const Url = z
  .string()
  .max(2_000)
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'must be an http:// or https:// address',
  )
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    'must not hold a password; give it by reference',
  );

export const Private = z
  .boolean()
  .default(false)
  .describe('its address may be a private one (loopback, 10.x, 192.168.x); refused otherwise');

const Mlflow = z
  .strictObject({
    kind: z.literal('mlflow').describe('an MLflow server'),
    url: Url.describe('where MLflow answers, such as https://mlflow.example.org'),
    private: Private,
    token: Reference.optional().describe('bearer token'),
    username: z.string().min(1).max(200).optional().describe('for basic authentication, with `password`'),
    password: Reference.optional().describe('for basic authentication, with `username`'),
    'webhook-secret': Reference.optional().describe('signs what MLflow sends to /hooks/mlflow/<connection>'),
  })
  .describe('MLflow: registry, artefacts and AI gateway');

const OpenAi = z
  .strictObject({
    kind: z.literal('openai').describe('a chat model'),
    url: Url.describe('the base address, up to and without /chat/completions'),
    private: Private,
    token: Reference.optional().describe('bearer token'),
  })
  .describe('anything that speaks the chat completions API of OpenAI');

const ModelSigning = z
  .strictObject({
    kind: z.literal('model-signing').describe('a verifier of signatures of models'),
    keys: z
      .array(z.string().regex(/^file:.+/, 'write file:/path to a PEM file'))
      .default([])
      .describe('public keys (P-256, P-384, P-521)'),
    certificates: z
      .array(z.string().regex(/^file:.+/, 'write file:/path to a PEM file'))
      .default([])
      .describe('authorities whose certificates may sign'),
    signature: z
      .string()
      .min(1)
      .max(200)
      .default('model.sig')
      .describe('the file among the artefacts that holds the signature'),
    ignore: z
      .array(z.string().min(1).max(500))
      .max(50)
      .default([])
      .describe('files that need not be signed, by exact path'),
  })
  .describe('OpenSSF model signatures: whose keys are trusted');

const Smtp = z
  .strictObject({
    kind: z.literal('smtp').describe('a mail server'),
    host: z.string().min(1).max(255).describe('the name of the mail server'),
    port: z.number().int().min(1).max(65_535).default(587).describe('where it listens'),
    tls: z
      .enum(['required', 'starttls', 'none'])
      .default('starttls')
      .describe(
        '`starttls`: before anything is said; `required`: from the first byte; `none`: for private addresses only',
      ),
    private: Private,
    from: z.email().max(254).describe('the sender'),
    username: z.string().min(1).max(200).optional().describe('to sign in with, if it asks for that'),
    password: Reference.optional().describe('to sign in with'),
  })
  .describe('a mail server');

const Webhook = z
  .strictObject({
    kind: z.literal('webhook').describe('a receiver of webhooks'),
    url: Url.describe('where deliveries go'),
    private: Private,
    secret: Reference.describe('signs each delivery (Standard Webhooks, HMAC-SHA256)'),
  })
  .describe('an address that takes signed webhooks, such as a pager');

export const Connection = z.discriminatedUnion('kind', [Mlflow, OpenAi, ModelSigning, Smtp, Webhook]);
export type Connection = z.infer<typeof Connection>;
export type ConnectionKind = Connection['kind'];
export type ConnectionOf<K extends ConnectionKind> = Extract<Connection, { kind: K }>;

/** What each kind of connection can serve, as bindings name it. */
export const SERVES: Readonly<Record<ConnectionKind, readonly string[]>> = {
  mlflow: [
    'model.inspect',
    'model.isolate',
    'model.restore',
    'model.rollback',
    'model.validate',
    'model.verify',
    'model.canary',
    'model.probe',
  ],
  openai: ['model.probe', 'model.canary'],
  'model-signing': [],
  smtp: ['notify.mail'],
  webhook: ['notify.webhook'],
};
