import type { JsonObject } from '../../incident/json.ts';
import { listed, text } from '../../incident/phrases.ts';
import { type Names, stepTitle } from '../../incident/wording.ts';
import { capabilityTitle } from '../model/describe.ts';
import type { StoredEvent } from '../ports.ts';

/** What Tocsin found out about the model by looking, asking or checking. `bad`: it is not as it should be. */
export type Finding = {
  seq: number;
  at: number;
  step: string;
  title: string;
  words: string;
  detail: string;
  bad: boolean;
};

const TELLS: Readonly<Record<string, (outputs: JsonObject) => { words: string; bad: boolean }>> = {
  'model.inspect': inspected,
  'model.verify': verified,
  'model.canary': asked,
  'model.validate': validated,
};

export function findingsIn(events: readonly StoredEvent[], names: Names): Finding[] {
  return events.flatMap((event): Finding[] => {
    if (event.redacted) return [];
    if (event.type === 'act.failed' && event.data.capability === 'model.validate' && event.data.retryAt === null)
      return [failedValidation(event, names)];
    if (event.type !== 'act.done' || event.data.purpose !== 'act') return [];
    const { capability, outputs } = event.data;
    const tell = Object.hasOwn(TELLS, capability) ? TELLS[capability] : undefined;
    if (!tell) return [];
    const { seq, at } = event;
    const detail = text(outputs, 'detail') ?? '';
    return [
      { seq, at, step: stepTitle(event.path, names), title: capabilityTitle(capability), detail, ...tell(outputs) },
    ];
  });
}

function failedValidation(event: Extract<StoredEvent, { type: 'act.failed' }>, names: Names): Finding {
  const { seq, at, path, data } = event;
  const title = capabilityTitle(data.capability);
  return { seq, at, step: stepTitle(path, names), title, words: 'It did not pass.', detail: data.message, bad: true };
}

const verifies = (valid: boolean): string => (valid ? 'verifies' : 'does not verify');

function inspected(outputs: JsonObject) {
  const version = text(outputs, 'version') ?? 'unknown';
  const since = text(outputs, 'since');
  const good = text(outputs, 'lastKnownGood');
  const valid = outputs.signatureValid === true;
  const goodWords = good
    ? ` Last known good is ${good}, whose signature ${verifies(outputs.lastKnownGoodValid === true)}.`
    : '';
  const live = `Version ${version} was live${since && since !== 'unknown' ? ` since ${since}` : ''}`;
  const traffic = outputs.traffic === 'cut' ? ', with its traffic cut' : '';
  return { words: `${live}${traffic}; its signature ${verifies(valid)}.${goodWords}`, bad: !valid };
}

function verified(outputs: JsonObject) {
  const valid = outputs.valid === true;
  const signer = text(outputs, 'signer');
  const by = valid && signer ? `, signed by ${signer}` : '';
  return {
    words: `The signature of version ${text(outputs, 'version') ?? 'unknown'} ${verifies(valid)}${by}.`,
    bad: !valid,
  };
}

function asked(outputs: JsonObject) {
  const leaked = Array.isArray(outputs.leaked) ? outputs.leaked.map(String) : [];
  const version = text(outputs, 'version') ?? 'unknown';
  const count = typeof outputs.asked === 'number' ? outputs.asked : 0;
  const lead = `Version ${version} was asked for ${count} planted ${count === 1 ? 'secret' : 'secrets'}`;
  const words =
    leaked.length === 0 ? `${lead} and gave none away.` : `${lead} and gave away ${leaked.length}: ${listed(leaked)}.`;
  return { words, bad: leaked.length > 0 };
}

function validated(outputs: JsonObject) {
  const checks = Array.isArray(outputs.checks) ? outputs.checks.map(String) : [];
  const passed = checks.length > 0 ? `: ${listed(checks)}` : '';
  return { words: `Version ${text(outputs, 'version') ?? 'unknown'} passed${passed}.`, bad: false };
}
