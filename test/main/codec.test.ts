import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createCodec } from '../../src/main/codec.ts';

const payload = () => defaultPayloadConverter.toPayload({ text: 'the weights were swapped' })!;
const key = (id: string) => ({ id, key: randomBytes(32) });

describe('the payload codec', () => {
  it('shows nothing but the id of the key, and gives back what went in', async () => {
    const codec = createCodec([key('a')]);
    const [sealed] = await codec.encode([payload()]);
    expect(Buffer.from(sealed!.data!).includes('weights')).toBe(false);
    expect(Buffer.from(sealed!.metadata!['key-id']!).toString()).toBe('a');
    const [open] = await codec.decode([sealed!]);
    expect(defaultPayloadConverter.fromPayload(open!)).toEqual({ text: 'the weights were swapped' });
  });

  it('encrypts the same thing differently each time', async () => {
    const codec = createCodec([key('a')]);
    const [one, two] = await codec.encode([payload(), payload()]);
    expect(Buffer.from(one!.data!).equals(Buffer.from(two!.data!))).toBe(false);
  });

  it('reads with old keys after a new one was added', async () => {
    const old = key('old');
    const [sealed] = await createCodec([old]).encode([payload()]);
    const rotated = createCodec([key('new'), old]);
    await expect(rotated.decode([sealed!])).resolves.toHaveLength(1);
    const [fresh] = await rotated.encode([payload()]);
    expect(Buffer.from(fresh!.metadata!['key-id']!).toString()).toBe('new');
  });

  it('refuses what was changed, what another key made, and what is not encrypted', async () => {
    const known = key('a');
    const codec = createCodec([known]);
    const [sealed] = await codec.encode([payload()]);
    for (const at of [0, 13, sealed!.data!.length - 1]) {
      const changed = Buffer.from(sealed!.data!);
      changed[at]! ^= 1;
      await expect(codec.decode([{ ...sealed, data: changed }])).rejects.toMatchObject({ code: 'damaged' });
    }
    await expect(createCodec([key('b')]).decode([sealed!])).rejects.toMatchObject({ code: 'key-unknown' });
    await expect(createCodec([{ ...key('a') }]).decode([sealed!])).rejects.toMatchObject({ code: 'damaged' });
    await expect(codec.decode([payload()])).rejects.toMatchObject({ code: 'not-encrypted' });
  });

  it('refuses what was taken from another incident: whoever reaches Temporal could send it again there', async () => {
    const codec = createCodec([key('a')]);
    const of = (workflowId: string) => ({ type: 'workflow', namespace: 'default', workflowId }) as const;
    const [sealed] = await codec.encode([payload()], of('INC-2026-0001'));
    await expect(codec.decode([sealed!], of('INC-2026-0001'))).resolves.toHaveLength(1);
    await expect(codec.decode([sealed!], of('INC-2026-0002'))).rejects.toMatchObject({ code: 'misplaced' });
    const { workflow: _, ...metadata } = sealed!.metadata!;
    await expect(codec.decode([{ ...sealed, metadata }], of('INC-2026-0002'))).rejects.toMatchObject({
      code: 'damaged',
    });
    const renamed = { ...sealed!.metadata, workflow: Buffer.from('INC-2026-0002') };
    await expect(codec.decode([{ ...sealed, metadata: renamed }], of('INC-2026-0002'))).rejects.toMatchObject({
      code: 'damaged',
    });
  });

  it('packs what is large before it encrypts it, and gives back what went in', async () => {
    const codec = createCodec([key('a')]);
    const text = 'the weights were swapped '.repeat(200_000);
    const long = defaultPayloadConverter.toPayload({ text });
    const [sealed] = await codec.encode([long]);
    expect(long.data?.length).toBeGreaterThan(4_000_000);
    expect(sealed?.data?.length).toBeLessThan(40_000);
    const [open] = await codec.decode([sealed as Payload]);
    expect(defaultPayloadConverter.fromPayload(open as Payload)).toEqual({ text });
  });

  it('refuses what Temporal would end the incident over, and says how much it is', async () => {
    const noise = defaultPayloadConverter.toPayload(randomBytes(1_500_000).toString('base64'));
    await expect(createCodec([key('a')]).encode([noise, payload()])).resolves.toHaveLength(2);
    const more = defaultPayloadConverter.toPayload(randomBytes(2_000_000).toString('base64'));
    await expect(createCodec([key('a')]).encode([payload(), more])).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/ takes 2\d{6} bytes packed; 1900000 are the most/),
    });
  });
});
