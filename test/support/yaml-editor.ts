import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node.js';
import { packageRoot } from '../../src/main/package-root.ts';

/** An editor's end of a real yaml-language-server, over stdio, with schemas for files by their names. */
export type YamlEditor = {
  /** What the server finds wrong in a text, as `line:column message`. */
  problems(file: string, text: string): Promise<string[]>;
  /** Labels that it offers where `|` stands in the text. */
  completions(file: string, text: string): Promise<string[]>;
  /** What it shows over the word that `|` stands in. */
  hover(file: string, text: string): Promise<string>;
  close(): Promise<void>;
};

type Position = { line: number; character: number };
type Published = { uri: string; version?: number; diagnostics: { range: { start: Position }; message: string }[] };

export async function openYamlEditor(schemas: Record<string, string[]>): Promise<YamlEditor> {
  const server = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const waiting = new Map<string, (found: Published['diagnostics']) => void>();
  const settings = {
    yaml: {
      validate: true,
      completion: true,
      hover: true,
      schemaStore: { enable: false },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([path, files]) => [pathToFileURL(join(packageRoot, path)).href, files]),
      ),
    },
  };
  line.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
    items.map(({ section }) => (section === 'yaml' ? settings.yaml : {})),
  );
  line.onRequest('client/registerCapability', () => null);
  line.onRequest('vscode/content', (uri: string) => readFileSync(new URL(uri), 'utf8'));
  line.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: Published) => {
    waiting.get(uri)?.(diagnostics);
    waiting.delete(uri);
  });
  line.listen();
  await line.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: {
        completion: { completionItem: { snippetSupport: true } },
        hover: { contentFormat: ['markdown'] },
        publishDiagnostics: {},
      },
    },
  });
  await line.sendNotification('initialized', {});
  await line.sendNotification('workspace/didChangeConfiguration', { settings });

  let opened = 0;
  /** Every text is a document of its own, in a folder of its own unless it says where. Resolves when the server has looked at it. */
  async function open(file: string, text: string): Promise<{ uri: string; found: Published['diagnostics'] }> {
    const uri = pathToFileURL(isAbsolute(file) ? file : join('/', `text-${++opened}`, file)).href;
    const found = new Promise<Published['diagnostics']>((resolve) => waiting.set(uri, resolve));
    await line.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return { uri, found: await found };
  }

  /** Opens the text without its mark, and says where the mark stood. */
  async function openAt(file: string, marked: string) {
    const at = marked.indexOf('|');
    const before = marked.slice(0, at).split('\n');
    const { uri } = await open(file, marked.slice(0, at) + marked.slice(at + 1));
    return { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } };
  }

  return {
    async problems(file, text) {
      const { found } = await open(file, text);
      return found.map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`);
    },
    async completions(file, text) {
      const answer = await line.sendRequest<{ items: { label: string }[] }>(
        'textDocument/completion',
        await openAt(file, text),
      );
      return answer.items.map(({ label }) => label);
    },
    async hover(file, text) {
      const answer = await line.sendRequest<{ contents: { value: string } } | null>(
        'textDocument/hover',
        await openAt(file, text),
      );
      return answer?.contents.value ?? '';
    },
    async close() {
      await line.sendRequest('shutdown');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await line.sendNotification('exit');
      await gone;
      line.dispose();
    },
  };
}
