// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify, visit } from 'yaml';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { formatPlaybook } from '../../src/playbook/format.ts';
import { hashPlan } from '../../src/playbook/hash.ts';
import { checkPlaybook, readLibrary } from '../../src/playbook/library.ts';
import { reordered, validPlaybook } from './generated.ts';
import { compile } from './world.ts';

const formatted = (text: string): string => {
  const { text: result, diagnostics } = formatPlaybook(text, 'p.yaml');
  if (result === null) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return result;
};
/** Everything in block style, and the keys of steps and of the playbook in the opposite order. */
function turnedAbout(text: string): string {
  const document = parseDocument(text);
  visit(document, {
    Map(_, map) {
      map.flow = false;
      if (map.has('id') || map.has('playbook')) map.items.reverse();
    },
  });
  return document.toString({ lineWidth: 60 });
}
const comments = (text: string) => (text.match(/#c\d+/g) ?? []).sort();

describe('formatting a playbook', () => {
  it('orders keys as the schema does, writes short things in one line, and keeps comments, texts and blank lines', () => {
    expect(
      formatted(`# yaml-language-server: $schema=../schemas/playbook.schema.json
title: 'Odd answers'
playbook: odd-answers # as the file
version:   1
inputs:
    system:
        type: ai-system
        from: alert.system
steps:

    - by:
        - role: incident-commander
      # Nobody is on call at night.
      within: 10m
      on-deny: []
      remind: [ 5m ]
      ask: 'Cut "it"?'
      id: cut


    - {do: model.isolate, id: isolate}   # at once
    - to: stakeholders
      say: >-
        Traffic to it is
        cut.
    - { id: long, say: "A message that is longer than one line has to be, so that it is folded where the lines of this house come to their end", to: stakeholders }
`),
    ).toBe(`# yaml-language-server: $schema=../schemas/playbook.schema.json
playbook: odd-answers # as the file
title: "Odd answers"
version: 1
inputs:
  system: { type: ai-system, from: alert.system }
steps:
  - id: cut
    ask: 'Cut "it"?'
    by: [{ role: incident-commander }]
    # Nobody is on call at night.
    within: 10m
    remind: [5m]
    on-deny: []

  - { id: isolate, do: model.isolate } # at once
  - say: >-
      Traffic to it is
      cut.
    to: stakeholders
  - id: long
    say: >-
      A message that is longer than one line has to be, so that it is folded where the lines of this house come to their
      end
    to: stakeholders
`);
  });

  it('keeps a remark beside the sign of a folded text, also where it was folded just now', () => {
    const say = (text: string) => `playbook: p\ntitle: P\nversion: 1\nsteps:\n  - say: ${text}\n    to: stakeholders\n`;
    const folded = formatted(say('>- # for the night\n      It is cut.\n      Wait.'));
    expect(folded).toContain('say: >- # for the night\n      It is cut. Wait.\n');
    const long = formatted(say(`"${'It is cut. '.repeat(15)}Wait." # for the night`));
    expect(long).toContain('say: >- # for the night\n');
    for (const text of [folded, long]) expect(formatted(text)).toBe(text);
  });

  it('finds the shipped playbooks in the canonical form: tocsin playbook fmt playbooks/*.yaml', () => {
    for (const { text, file } of Object.values(readLibrary('playbooks').playbooks))
      expect(formatted(text), file).toBe(text);
  });

  it('brings a shipped playbook whose keys were turned about back to the same plan, with every comment', () => {
    const around = surroundingsOf(loadInventory('tocsin.yaml'));
    const library = readLibrary('playbooks');
    const words = (of: string) => (of.match(/(?<=^|\s)#(?!\{).*$/gm) ?? []).map((line) => line.trim()).sort();
    for (const [name, { text, file }] of Object.entries(library.playbooks)) {
      const turned = turnedAbout(text);
      expect(turned).not.toBe(text);
      const after = formatted(turned);
      expect(formatted(after)).toBe(after);
      expect(words(after)).toEqual(words(text));
      const changed = { ...library, playbooks: { ...library.playbooks, [name]: { text: after, file } } };
      const hash = checkPlaybook(name, library, around).plan?.hash;
      expect(hash).toBeDefined();
      expect(checkPlaybook(name, changed, around).plan?.hash).toBe(hash);
    }
  }, 60_000);

  it('changes the plan of no playbook, loses no comment, and changes nothing the second time', () => {
    fc.assert(
      fc.property(
        validPlaybook,
        fc.infiniteStream(fc.nat(20)),
        fc.constantFrom(20, 80, 0),
        fc.integer({ min: 2, max: 4 }),
        (source, chance, lineWidth, indent) => {
          const shuffled = reordered(source, (keys) =>
            keys
              .map((key) => [chance.next().value as number, key] as const)
              .sort(([a], [b]) => a - b)
              .map(([, key]) => key),
          );
          let number = 0;
          const text = stringify(shuffled, { lineWidth, indent, aliasDuplicateObjects: false })
            .split('\n')
            .flatMap((line) => {
              const what = chance.next().value as number;
              if (!/^\s*(- )?[a-z-]+:/.test(line)) return [line];
              if (what === 0) return [`${line.match(/^\s*/)?.[0]}#c${number++}`, line];
              if (what === 1) return ['', line];
              return what === 2 && /[a-z0-9]$/.test(line) ? [`${line} #c${number++}`] : [line];
            })
            .join('\n');
          const after = formatted(text);
          expect(hashPlan(compile(after))).toBe(hashPlan(compile(text)));
          expect(comments(after)).toEqual(comments(text));
          expect(formatted(after)).toBe(after);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('says where a text cannot be read, and leaves it alone', () => {
    const { text, diagnostics } = formatPlaybook('playbook: p\ntitle: [a\nversion: 1\n', 'p.yaml');
    expect(text).toBeNull();
    expect(diagnostics.map(formatDiagnostic)[0]).toMatch(/^p\.yaml:\d+:\d+ error: /);
    expect(formatPlaybook('steps: &x []\n', 'p.yaml').diagnostics.map(formatDiagnostic)).toEqual([
      expect.stringMatching(/^p\.yaml:1:\d+ error: anchors are not allowed/),
    ]);
  });
});
