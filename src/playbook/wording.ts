import { compileText, inYaml, type Typed, type Where } from './expressions.ts';
import type { Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import { reporter, type Unit } from './unit.ts';
import type { Key } from './yaml.ts';

export const namesTemplate = (text: string): boolean => /^templates\/\S+$/.test(text);

/** A text that people read: as it stands, or that of the template it names. */
export function wordingOf(unit: Unit, text: string, path: readonly Key[], flow: Flow): Typed {
  const template = namesTemplate(text) ? templateNamed(unit, text, path) : null;
  return template
    ? compileText(unit, template.text, template.where, flow)
    : compileText(unit, text, inYaml(unit, path), flow);
}

/** Problems in a template are reported in the template's file. */
function templateNamed(unit: Unit, written: string, path: readonly Key[]): { text: string; where: Where } | null {
  const { templates } = unit.making.library;
  const name = written.endsWith('.md') ? written : `${written}.md`;
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!template) {
    const suggestion = didYouMean(name, Object.keys(templates));
    reporter(unit.diagnostics)(unit.source.place(path), 'unknown-template', `there is no template "${name}"`, {
      suggestion,
    });
    return null;
  }
  const { text, file } = template;
  const where: Where = (offset) => {
    const before = text.slice(0, offset).split('\n');
    return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  return { text, where };
}
