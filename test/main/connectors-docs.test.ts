import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { testFolder } from '../support/folder.ts';

const page = readFileSync('docs/connectors.md', 'utf8');
const samples = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
/** What a sample says goes over what is there. */
const over = (there: Tree, sample: Tree): Tree => {
  const merged = Object.entries(sample).map(([key, value]) => {
    const before = there[key];
    return [key, isTree(before) && isTree(value) ? over(before, value) : value] as const;
  });
  return { ...there, ...Object.fromEntries(merged) };
};

describe('docs/connectors.md', () => {
  it('shows entries of tocsin.yaml that are taken', () => {
    const parts = samples('yaml').map((code) => parse(code) as Tree);
    expect(parts.length).toBeGreaterThan(4);
    let inventory = parse(readFileSync('tocsin.yaml', 'utf8')) as Tree;
    for (const part of parts) {
      // A connection is shown whole: of an earlier one by that name nothing is left.
      const { connections = {}, ...rest } = part as { connections?: Tree };
      const before = inventory.connections as Tree | undefined;
      inventory = { ...over(inventory, rest), connections: { ...before, ...connections } };
      const { diagnostics } = parseInventory(stringify(inventory), 'sample.yaml');
      expect(diagnostics.map(formatDiagnostic)).toEqual([]);
    }
  });

  it('shows commands that keep a secret for its owner alone', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'tocsin'));
    for (const [words, pasted] of [
      ['mail-password', 'hunter22'],
      ['hook-secret', ''],
    ] as const) {
      const code = samples('sh').find((one) => one.includes(words)) ?? '';
      const line = code.replaceAll('/etc/tocsin', join(folder, 'tocsin')).replace(/#.*/, '');
      execFileSync('sh', ['-c', `echo ${pasted} | { ${line.trim()}\n}`]);
      expect(statSync(join(folder, 'tocsin', words)).mode & 0o777).toBe(0o600);
    }
    const secrets = createSecrets({});
    expect(secrets(`file:${join(folder, 'tocsin/mail-password')}`)).toBe('hunter22');
    expect(secrets(`file:${join(folder, 'tocsin/hook-secret')}`)).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  });

  it('shows a receiver of webhooks that takes what is ours, and nothing else', () => {
    const [code = ''] = samples('js');
    const receive = new Function(
      'Webhook',
      'secret',
      'body',
      'headers',
      `${code.replace(/^import .*$/m, '')}; return { type, data };`,
    );
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = JSON.stringify({
      type: 'page',
      timestamp: new Date().toISOString(),
      data: { incident: 'INC-2026-0001' },
    });
    const signature = new Webhook(secret).sign('msg_1', new Date(), body);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': signature,
    };
    expect(receive(Webhook, secret, body, headers)).toEqual({ type: 'page', data: { incident: 'INC-2026-0001' } });
    expect(() => receive(Webhook, secret, body.replace('0001', '0002'), headers)).toThrow();
  });
});
