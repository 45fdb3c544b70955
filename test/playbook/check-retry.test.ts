import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PASSING_FAULTS } from '../../src/capabilities/fault-codes.ts';
import type { Retry } from '../../src/playbook/plan.ts';
import { act, commander, world } from '../support/plans.ts';
import { play } from '../support/play.ts';
import { compile, HEAD, problems } from './world.ts';

const look = (on: string) => `${HEAD}  - { do: model.inspect, retry: { attempts: 3, on: [${on}] } }\n`;

describe('the faults after which an act is tried again', () => {
  it('are part of the plan, in one order whatever the order of the text', () => {
    const [step] = compile(look('timeout, busy, busy')).steps;
    expect(step).toMatchObject({ retry: { attempts: 3, on: ['busy', 'timeout'] } });
    expect(compile(look('busy, timeout'))).toEqual(compile(look('timeout, busy')));
  });

  it('have names that the checker knows', () => {
    expect(problems(look('timout')).join()).toMatch(
      /p\.yaml:6:53 error: "timout" is not one of .*did you mean "timeout"\?/,
    );
    expect(problems(look('validation-failed')).join()).toMatch(/"validation-failed" is not one of busy, /);
  });

  it('are all faults that a connector says may pass', () => {
    const files = readdirSync('src/connectors', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const said = files.flatMap((name) => {
      const text = readFileSync(join('src/connectors', name), 'utf8');
      return [
        ...text.matchAll(/new ConnectorError\(\s*'([a-z-]+)',(?:(?!new ConnectorError)[\s\S]){0,400}?retryable: true/g),
      ].map(([, code]) => code as string);
    });
    expect(new Set(said).size).toBeGreaterThan(4);
    for (const code of said) expect(Object.keys(PASSING_FAULTS)).toContain(code);
  });

  const tries = async (on: string[] | undefined) => {
    const retry: Retry = { attempts: 3, delayMs: 1_000, factor: 1, ...(on && { on }) };
    const passing = { capability: 'model.inspect', system: null, times: 2, kind: 'error', retryable: true } as const;
    const { lines } = await play({
      steps: [act('look', 'model.inspect', { retry })],
      world: { ...world(), faults: [{ ...passing, message: 'away' }] },
      bots: [{ ...commander, failures: 'skip' }],
    });
    return lines.filter((line) => line.includes('act.started')).length;
  };

  it('are tried again, and no others are', async () => {
    expect(await tries(undefined)).toBe(3);
    expect(await tries(['simulated-fault', 'busy'])).toBe(3);
    expect(await tries(['busy'])).toBe(1);
  });
});
