import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from '../../src/main/log.ts';

const written = (isTTY: boolean) => {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const log = createLog({ name: 'server', level: 'info', destination: stream });
  return { log, text: () => String(stream.read() ?? '') };
};

it('never writes a secret, wherever in an entry it stands', () => {
  const { log, text } = written(false);
  log.info({ token: 'S3CRET', request: { headers: { authorization: 'Bearer S3CRET', cookie: 'S3CRET' } } }, 'asked');
  log.info({ account: { password: 'S3CRET' }, incident: 'INC-2026-0001' }, 'signed in');
  const lines = text();
  expect(lines).not.toContain('S3CRET');
  expect(lines).toContain('"incident":"INC-2026-0001"');
});

it('writes JSON to files and short lines to a person at a terminal', () => {
  const machine = written(false);
  machine.log.warn({ incident: 'INC-2026-0001' }, 'late');
  expect(JSON.parse(machine.text())).toMatchObject({
    level: 40,
    name: 'server',
    msg: 'late',
    incident: 'INC-2026-0001',
  });
  const person = written(true);
  person.log.warn({ incident: 'INC-2026-0001' }, 'late');
  expect(person.text()).toMatch(/^\d\d:\d\d:\d\d server warning: late \(incident=INC-2026-0001\)\n$/);
});
