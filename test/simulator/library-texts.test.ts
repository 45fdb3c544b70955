import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulationFiles } from '../../src/simulator/script/library.ts';
import { shippedScripts } from '../support/scripts.ts';
import { type Library, libraryOf, type Shared, sharedBetween } from '../support/shared-texts.ts';
import { SHIPPED } from '../support/shipped.ts';

const LENGTHS = ['15m', '60m', '2h'];
const ATLAS = ['AML.CS0028', 'AML.CS0030', 'AML.CS0035', 'AML.CS0047', 'AML.CS0053', 'AML.CS0056'];

/** Who speaks from outside in each, by the inject; in the drills of an hour and of two, all of them. */
const VOICES: Readonly<Record<string, Record<'media' | 'regulator' | 'vendor' | 'customer', string>>> = {
  'agent-runaway': { media: 'reporter', regulator: 'inspectorate', vendor: 'no-one-else', customer: 'vaccines' },
  'bias-discrimination': { media: 'radio', regulator: 'ombud', vendor: 'adressa', customer: 'hearing-aid' },
  'credential-leak-llmjacking': {
    media: 'newsroom',
    regulator: 'authority',
    vendor: 'done-done',
    customer: 'certificate',
  },
  'jailbreak-harmful-output': { media: 'streamer', regulator: 'inspectors', vendor: 'plug-in', customer: 'smoke' },
  'model-theft': { media: 'reporter', regulator: 'centre', vendor: 'faber', customer: 'ward' },
  'performance-collapse': { media: 'local-wave', regulator: 'agency', vendor: 'orvex', customer: 'daughter' },
  'pii-leak-output': { media: 'radio', regulator: 'complaints', vendor: 'cause', customer: 'knee' },
  'prompt-injection-tool-abuse': { media: 'post', regulator: 'authority', vendor: 'parser', customer: 'member' },
  'rag-memory-poisoning': {
    media: 'press-call',
    regulator: 'regulator',
    vendor: 'archive-is-searchable',
    customer: 'householder',
  },
  'supply-chain-tampered-artifact': {
    media: 'reporter',
    regulator: 'supervisor',
    vendor: 'registry-says',
    customer: 'boat',
  },
  'third-party-vendor-breach': { media: 'magazine', regulator: 'commission', vendor: 'not-ours', customer: 'tenant' },
  'training-data-poisoning': {
    media: 'bridge-paper',
    regulator: 'supervisor',
    vendor: 'agreement',
    customer: 'bicycle',
  },
};

const libraries = simulationFiles(join(import.meta.dirname, '../../simulations')).map(libraryOf);
const scripts = shippedScripts();
const named = libraries.map(({ name }) => [name, scripts.filter(({ script }) => script.simulation === name)] as const);

const pairs = libraries.flatMap((a, i) => libraries.slice(i + 1).map((b) => [a, b] as const));
const told = ({ between: [a, b], where: [here, there], words }: Shared): string =>
  `${a} (${here}) and ${b} (${there}) both say: ${words}`;

describe('texts of the library', () => {
  it('no two simulations share a sentence, or seven words in a row, with names and numbers left out', () => {
    expect(pairs.flatMap(([a, b]) => sharedBetween(a, b).map(told))).toEqual([]);
  });

  it('a text that differs in names and numbers only is found, and where', () => {
    const library = (name: string, ...words: string[]): Library => ({
      name,
      passages: words.map((text, i) => ({ where: `inject ${i}`, words: text.split(' ') })),
    });
    const one = library('one', 'we are sorry', '@ has called # times and nobody picked up . bye');
    const other = library('other', '@ has called # times and nobody picked up . so long');
    expect(sharedBetween(one, other).map(told)).toEqual([
      'one (inject 1) and other (inject 0) both say: @ has called # times and nobody picked up',
    ]);
    expect(sharedBetween(one, library('third', 'nobody has called so far . bye'))).toEqual([]);
  });

  it('a copy of a shipped simulation under other names is found many times over', () => {
    const [first] = libraries as [Library];
    expect(sharedBetween(first, { ...first, name: 'copy' }).length).toBeGreaterThan(100);
  });
});

describe.each(named)('%s', (name, played) => {
  const everywhere = (check: (one: (typeof played)[number]) => void) => {
    expect(played.map(({ script }) => script.length.name)).toEqual(LENGTHS);
    for (const one of played) check(one);
  };

  it('can be played in a quarter of an hour, in one and in two, each with more to it than the one before', () => {
    const counts = LENGTHS.map(
      (length) => played.find(({ script }) => script.length.name === length)?.script.injects.length ?? 0,
    );
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
    everywhere(() => undefined);
  });

  it('sets a trap, wants a person at the alarm and leaves something to evaluators, at every length', () => {
    everywhere(({ script: { expectations } }) => {
      expect(expectations.some(({ trap }) => trap !== undefined)).toBe(true);
      expect(expectations.some(({ sought }) => sought.what === 'acknowledged')).toBe(true);
      expect(expectations.some(({ sought }) => sought.what === 'judged')).toBe(true);
    });
  });

  it('lets press, authority, vendor and customer speak within an hour, and within two', () => {
    const voices = VOICES[name];
    expect(voices, `say in this test who speaks from outside in ${name}`).toBeDefined();
    for (const length of ['60m', '2h']) {
      const injects = played.find(({ script }) => script.length.name === length)?.script.injects.map(({ id }) => id);
      expect(injects).toEqual(expect.arrayContaining(Object.values(voices ?? {})));
    }
  });

  it('leaves the warm-up neither without press nor without authority', () => {
    const { media, regulator } = VOICES[name] ?? {};
    const injects = played.find(({ script }) => script.length.name === '15m')?.script.injects ?? [];
    expect(injects.some(({ id }) => id === media || id === regulator)).toBe(true);
  });

  it('tells facilitators what to watch for, and asks six questions at least in the hot wash', () => {
    everywhere(({ script }) => {
      expect(script.guide?.length ?? 0).toBeGreaterThan(300);
      expect(script.debrief.length).toBeGreaterThanOrEqual(6);
    });
  });
});

it('each playbook that an alert opens has one simulation', () => {
  const types = SHIPPED.filter(({ opensOn }) => opensOn !== null).map(({ playbook }) => playbook);
  expect(types).toHaveLength(12);
  expect(named.map(([, played]) => played[0]?.plan.playbook).sort()).toEqual([...types].sort());
});

it('six simulations are built on incidents of MITRE ATLAS', () => {
  const cited = scripts.flatMap(({ script }) => script.references).join('\n');
  expect(ATLAS.filter((id) => !cited.includes(id))).toEqual([]);
});
