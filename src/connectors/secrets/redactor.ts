import type { CapabilityProvider } from '../../activities/ports.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { ConnectorError, type Secrets } from '../contract.ts';

export type Redact = (text: string) => string;

const HIDDEN = '[secret]';

/** Hides secrets in a text: as they are, and as they travel (base64, in addresses, in JSON). */
export function redactor(...secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((cleaned, form) => cleaned.replaceAll(form, HIDDEN), text);
}

function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const coded = [
    bytes.toString('base64url'),
    encodeURIComponent(bytes.toString()),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [secret, ...coded, ...[0, 1, 2].flatMap((before) => insideBase64(bytes, before))];
}

const TELLING_CHARS_MIN = 8;

/** What a secret looks like in the base64 of something longer, such as `user:secret`, with so many bytes (modulo 3) before it. */
function insideBase64(bytes: Buffer, before: number): string[] {
  const coded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const whole = coded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  return [before === 0 ? coded : '', whole].filter((form) => form.length >= TELLING_CHARS_MIN || form === coded);
}

/**
 * Secrets that are known to the redactor from the moment they are resolved. A secret that was changed stays hidden too: what it was
 * may still be said by the system that knew it.
 */
export function rememberingSecrets(secrets: Secrets): { secrets: Secrets; redact: Redact } {
  const known = new Set<string>();
  let redact: Redact = (text) => text;
  return {
    secrets(reference) {
      const secret = secrets(reference);
      if (!known.has(secret)) {
        known.add(secret);
        redact = redactor(...known);
      }
      return secret;
    },
    redact: (text) => redact(text),
  };
}

/** The same provider, but nothing that it answers or throws holds a secret: what it says goes on the timeline. */
export function guardedProvider(provider: CapabilityProvider, redact: Redact): CapabilityProvider {
  return {
    act: (call, context) =>
      guarded(redact, async () => {
        const result = await provider.act(call, context);
        if (result.ok) return { ok: true, outputs: redactedIn(result.outputs, redact) };
        return { ok: false, fault: { ...result.fault, message: redact(result.fault.message) } };
      }),
    readBack: (call, context) =>
      guarded(redact, async () => {
        const found = await provider.readBack(call, context);
        switch (found.state) {
          case 'done':
            return { ...found, outputs: redactedIn(found.outputs, redact) };
          case 'unknown':
            return { ...found, why: redact(found.why) };
          case 'not-done':
            return found;
          default:
            return found satisfies never;
        }
      }),
  };
}

async function guarded<T>(redact: Redact, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw redactedError(error, redact);
  }
}

/** An error as it was, unless it holds a secret. Its cause is dropped: nobody can tell what else is in it. */
function redactedError(error: unknown, redact: Redact): unknown {
  if (error instanceof ConnectorError) {
    const { code, retryable, effect } = error;
    return new ConnectorError(code, redact(error.message), { retryable, effect });
  }
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const told = `${error.stack ?? ''} ${error.message} ${String(error.cause ?? '')}`;
  return redact(told) === told ? error : new Error(redact(error.message));
}

const redactedIn = (outputs: JsonObject, redact: Redact): JsonObject => redactedJson(outputs, redact) as JsonObject;

function redactedJson(value: Json, redact: Redact): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactedJson(item, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactedJson(item, redact)]));
}
