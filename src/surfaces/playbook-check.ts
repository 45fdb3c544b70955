import { basename, dirname } from 'node:path';
import { checkPlaybook } from '../playbook/library.ts';
import type { Surroundings } from '../playbook/surroundings.ts';
import type { Library } from '../playbook/unit.ts';
import type { Checked, Sources } from './playbook-desk.ts';

/** Checks a playbook that was sent as text. What came with it counts more than what the server has. */
export function checkSources({ file, source, library }: Sources, surroundings: Surroundings, base: Library): Checked {
  const playbooks = { ...base.playbooks };
  const templates = { ...base.templates };
  const rules = { ...base.rules };
  for (const { file: other, source: text } of library)
    if (other.endsWith('.md')) templates[`templates/${basename(other)}`] = { text, file: other };
    else if (basename(dirname(other)) === 'rules') rules[nameOf(other)] = { text, file: other };
    else playbooks[nameOf(other)] = { text, file: other };
  const name = nameOf(file);
  playbooks[name] = { text: source, file };
  const { diagnostics, plan } = checkPlaybook(name, { playbooks, templates, rules }, surroundings);
  return { diagnostics, plan };
}

const nameOf = (file: string): string => basename(file).replace(/\.ya?ml$/, '');
