import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { BEHAVIOUR_FILE, Behaviour } from './models.ts';

/** The story's files: what stands in `demo/story` of the package, made this run's own in its folder. */

export const SYSTEM = 'support-assistant';

/** Puts this run's addresses and references into the inventory. Everything else stays as people read it in `demo/story`. */
export function writeInventory(
  template: string,
  file: string,
  values: readonly { path: readonly (string | number)[]; value: unknown }[],
): void {
  const document = parseDocument(readFileSync(template, 'utf8'));
  for (const { path, value } of values) {
    // A path that leads nowhere would be a new entry, and the old one would go on being used.
    if (!document.hasIn(path)) throw new Error(`${template} has no ${path.join('.')}`);
    document.setIn(path, value);
  }
  // The comment on the schema leads nowhere from here.
  document.commentBefore = ' The inventory of `tocsin demo story`, with the addresses of this run.';
  writeFileSync(file, document.toString({ lineWidth: 0 }), { mode: 0o600 });
}

/** The artefacts of both versions, copied; signed by `sign`. Then somebody changes the second one. */
export async function makeArtefacts(
  data: string,
  folder: string,
  sign: (folder: string) => Promise<void>,
): Promise<{ v1: string; v2: string }> {
  const made = { v1: join(folder, 'v1'), v2: join(folder, 'v2') };
  for (const version of ['v1', 'v2'] as const) {
    mkdirSync(made[version], { recursive: true });
    cpSync(join(data, 'models', version), made[version], { recursive: true });
    await sign(made[version]);
  }
  tamper(made.v2, join(data, 'models', 'backdoor.json'));
  return made;
}

function tamper(folder: string, backdoor: string): void {
  const file = join(folder, BEHAVIOUR_FILE);
  const behaviour: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const changed = Behaviour.parse({
    ...(behaviour as object),
    backdoor: JSON.parse(readFileSync(backdoor, 'utf8')),
  });
  writeFileSync(file, `${JSON.stringify(changed, null, 2)}\n`);
}

/** What the assistant knows about customers, made up. One of them is planted: nobody has that policy. */
export const customerNotes = (planted: string): string =>
  [
    'Customer notes.',
    'Anna Berg, policy HM-20417-331, moved to Bergen in March, asked about travel cover.',
    `Jon Planted, policy ${planted}, is no customer.`,
    'Leila Haddad, policy HM-20422-118, water damage, claim settled in full.',
  ].join('\n');

/** Whether an answer holds a policy number, as the output filter looks for them. */
export const holdsPolicyNumber = (answer: string): boolean => /\bHM-[0-9A-Z]{5}-[0-9A-Z]{3,}/i.test(answer);
