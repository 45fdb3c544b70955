import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);

/** Who may import whom (ARCHITECTURE.md holds the same table with the reasons). `types` may be imported as types only. */
const rooms: Record<string, { from: string[]; types?: string[] }> = {
  incident: { from: [] },
  capabilities: { from: ['incident'] },
  playbook: { from: ['incident', 'capabilities'] },
  engine: { from: ['playbook', 'incident', 'capabilities'] },
  'simulator/core': { from: ['engine', 'capabilities', 'incident', 'playbook'] },
  simulator: { from: ['simulator/core', 'engine', 'capabilities', 'incident', 'playbook'] },
  workflows: { from: ['engine', 'simulator/core', 'playbook', 'incident', 'capabilities'], types: ['activities'] },
  activities: { from: ['incident', 'capabilities', 'playbook'], types: ['engine'] },
  inventory: { from: ['capabilities', 'incident', 'playbook'] },
  connectors: { from: ['capabilities', 'incident'], types: ['engine', 'activities', 'inventory'] },
  store: { from: ['incident', 'playbook'], types: ['activities', 'surfaces', 'engine', 'simulator/core'] },
  surfaces: {
    from: ['incident', 'capabilities', 'playbook', 'inventory', 'store', 'workflows', 'simulator'],
    types: ['engine', 'activities', 'simulator/core'],
  },
  embedded: { from: [] },
  demo: { from: ['embedded', 'connectors', 'inventory', 'incident', 'capabilities', 'playbook'] },
};

const pure = ['incident', 'capabilities', 'playbook', 'engine', 'simulator/core', 'simulator'];

/** Files of pure rooms that read the disk or hash. Nothing that a workflow reaches may import them (tested below). */
const impure = [
  'src/playbook/hash.ts',
  'src/playbook/library.ts',
  'src/playbook/plan-size.ts',
  'src/simulator/script/library.ts',
  'src/simulator/script/seal.ts',
];

const FILE_LINES_MAX = 450;

type Import = { specifier: string; typeOnly: boolean };
type Source = { path: string; room: string; text: string; code: string; imports: Import[] };

const sources = ['src', 'workflows', 'bench', 'test', 'scripts', 'bin']
  .flatMap((folder) => walk(join(root, folder)))
  .map(read);
const product = sources.filter(({ path }) => path.startsWith('src/') || path.startsWith('workflows/'));
const byPath = new Map(sources.map((source) => [source.path, source]));

describe('the house is tidy', () => {
  test('every room imports only what it may', () => {
    const wrong = product.flatMap((source) => {
      const rule = rooms[source.room];
      if (source.room === 'main') return [];
      if (rule === undefined) return [`${source.path}: no rule for the room "${source.room}"`];
      return source.imports.flatMap(({ specifier, typeOnly }) => {
        const target = targetOf(source, specifier);
        if (target === null) return [];
        const room = roomOf(target);
        const allowed =
          room === source.room || rule.from.includes(room) || (typeOnly && rule.types?.includes(room) === true);
        return allowed ? [] : [`${source.path} imports ${target} (${source.room} → ${room})`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('only workflows/ imports @temporalio/workflow', () => {
    const wrong = sources.filter(
      ({ path, imports }) =>
        !/^(workflows|test|bench)\//.test(path) &&
        imports.some(({ specifier }) => specifier === '@temporalio/workflow'),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('workflows never reach a Node built-in', () => {
    const found: string[] = [];
    const seen = new Set<string>();
    const visit = (path: string, trail: string[]): void => {
      const source = byPath.get(path);
      if (source === undefined || seen.has(path)) return;
      seen.add(path);
      for (const { specifier, typeOnly } of source.imports) {
        if (typeOnly) continue;
        if (isBuiltin(specifier)) found.push(`${[...trail, path].join(' → ')} → ${specifier}`);
        const target = targetOf(source, specifier);
        if (target !== null) visit(target, [...trail, path]);
      }
    };
    for (const { path } of product) if (path.startsWith('workflows/')) visit(path, []);
    expect(seen.size).toBeGreaterThan(10);
    expect(found).toEqual([]);
  });

  test('pure rooms have no clock, no chance, no environment and no built-ins', () => {
    const forbidden =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bcrypto\.|\bsetTimeout\b|\bsetInterval\b/g;
    const wrong = product
      .filter(({ room, path }) => pure.includes(room) && !impure.includes(path))
      .flatMap(({ path, code, imports }) => [
        ...[...code.matchAll(forbidden)].map(([what]) => `${path}: ${what}`),
        ...imports
          .filter(({ specifier, typeOnly }) => !typeOnly && isBuiltin(specifier))
          .map(({ specifier }) => `${path}: ${specifier}`),
      ]);
    expect(wrong).toEqual([]);
  });

  test('exports have names, and files are imported directly', () => {
    // Vitest asks for these two by their default export.
    const asked = ['test/support/global-setup.ts'];
    const wrong = sources.filter(
      ({ path, code }) => !asked.includes(path) && /^export default\b|^export \* from/m.test(code),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('no test is skipped or singled out', () => {
    const wrong = sources.filter(
      ({ path, code }) =>
        path.startsWith('test/') && /\b(test|it|describe)\.(skip|only|todo|skipIf|runIf)\b/.test(code),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });

  test('the lock file holds every platform, or npm ci refuses it', () => {
    type Locked = { packages: Record<string, { optionalDependencies?: Record<string, string> }> };
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Locked;
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('the lock file names no registry', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
  });
});

function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return entry.name === 'assets' || entry.name === 'histories' ? [] : walk(join(folder, entry.name));
    return /\.(tsx?|mjs|cjs)$/.test(entry.name) ? [join(folder, entry.name)] : [];
  });
}

function read(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const path = relative(root, file);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const declared = [...code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[\w*$\s{},]+?\s+from\s+)?'([^']+)'/gm)].map(
    (match) => ({
      specifier: match[2] ?? '',
      typeOnly: match[1] !== undefined || onlyTypes(match[0]),
    }),
  );
  const dynamic = [...code.matchAll(/\bimport\(\s*'([^']+)'/g)].map((match) => ({
    specifier: match[1] ?? '',
    typeOnly: false,
  }));
  return { path, room: roomOf(path), text, code, imports: [...declared, ...dynamic] };
}

/** `import { type A, type B } from` is as good as `import type`. */
function onlyTypes(statement: string): boolean {
  const names = /^(?:import|export)\s+\{([^}]*)\}/.exec(statement)?.[1];
  return (
    names
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .every((name) => name.startsWith('type ')) === true
  );
}

function roomOf(path: string): string {
  const [top, room = '', next] = path.split('/');
  if (top !== 'src') return top ?? '';
  return room === 'simulator' && next === 'core' ? 'simulator/core' : room;
}

function targetOf(source: Source, specifier: string): string | null {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(source.path), specifier)) : null;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}
