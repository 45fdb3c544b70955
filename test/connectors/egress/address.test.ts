import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, reachOf } from '../../../src/connectors/egress/address.ts';

const byte = fc.integer({ min: 0, max: 255 });
const ipv4In = (...first: fc.Arbitrary<number>[]) =>
  fc.tuple(...first, ...Array.from({ length: 4 - first.length }, () => byte)).map((parts) => parts.join('.'));
const is = fc.constant<number>;
const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
const ipv6In = (first: number, bits: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** (16 - bits) - 1 }), fc.array(group, { minLength: 7, maxLength: 7 }))
    .map(([rest, groups]) => [(first | rest).toString(16), ...groups].join(':'));

/** Every way in which an IPv4 address stands in an IPv6 one that a network may lead on to it. */
const inside = (ipv4: string): string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  const tail = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return [`::ffff:${ipv4}`, `::ffff:${tail}`, `0:0:0:0:0:FFFF:${tail}`, `64:ff9b::${tail}`];
};

const privateV4 = fc.oneof(
  ipv4In(is(127)),
  ipv4In(is(10)),
  ipv4In(is(172), fc.integer({ min: 16, max: 31 })),
  ipv4In(is(192), is(168)),
  ipv4In(is(100), fc.integer({ min: 64, max: 127 })).filter((address) => address !== '100.100.100.200'),
);
const neverV4 = fc.oneof(
  ipv4In(is(0)),
  ipv4In(is(169), is(254)),
  ipv4In(fc.integer({ min: 224, max: 255 })),
  ipv4In(is(192), is(0), is(2)),
  ipv4In(is(198), fc.constantFrom(18, 19)),
);
const neverV6 = fc.oneof(
  ipv6In(0xfe80, 10),
  ipv6In(0xfec0, 10),
  ipv6In(0xff00, 8),
  ipv6In(0x2002, 16),
  ipv6In(0x4000, 3),
  // The old way to write an IPv4 address into an IPv6 one.
  fc.tuple(group, group).map(([high, low]) => `::${high}:${low}`),
);

describe('an address', () => {
  it('that is loopback, private or shared is private, also inside IPv6', () => {
    fc.assert(
      fc.property(privateV4, (address) => {
        for (const one of [address, ...inside(address)]) expect([one, reachOf(one)]).toEqual([one, 'private']);
      }),
    );
    fc.assert(
      fc.property(ipv6In(0xfc00, 7), (address) => {
        expect([address, reachOf(address)]).toEqual([address, 'private']);
      }),
    );
    expect(reachOf('::1')).toBe('private');
  });

  it('that is link-local, multicast, broadcast, unspecified, reserved or a tunnel is never reached', () => {
    fc.assert(
      fc.property(neverV4, (address) => {
        for (const one of [address, ...inside(address)]) expect([one, reachOf(one)]).toEqual([one, 'never']);
      }),
    );
    fc.assert(
      fc.property(neverV6, (address) => {
        expect([address, reachOf(address)]).toEqual([address, 'never']);
      }),
    );
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fd00:0ec2:0:0::0254',
    '168.63.129.16',
    '100.100.100.200',
    '::ffff:100.100.100.200',
    '0.0.0.0',
    '::',
    '255.255.255.255',
    'fe80::1%lo',
    '64:ff9b:1::7f00:1',
    '2001:0:7f00:1::',
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '127.0.0.1 ',
  ])('%s is never reached', (address) => {
    expect(reachOf(address)).toBe('never');
  });

  it.each(['1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(reachOf(address)).toBe('public');
      for (const one of address.includes(':') ? [] : inside(address)) expect(reachOf(one)).toBe('public');
    },
  );
});

describe('the addresses behind a name', () => {
  const leadsTo =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: 4 }));

  it('are refused when one of them is, whatever the others are', async () => {
    const asked = addressesOf('mixed.example', { private: false, lookup: leadsTo('93.184.216.34', '10.0.0.5') });
    await expect(asked).rejects.toMatchObject({
      code: 'refused',
      retryable: false,
      effect: 'none',
      message:
        'mixed.example leads to 10.0.0.5, which is a private address; if that system is your own, say "private: true" of its connection.',
    });
  });

  it('may be private where the connection says so, but not a metadata service', async () => {
    const rules = { private: true, lookup: leadsTo('10.0.0.5', '::1') };
    expect(await addressesOf('own.example', rules)).toEqual([
      { address: '10.0.0.5', family: 4 },
      { address: '::1', family: 6 },
    ]);
    const metadata = addressesOf('own.example', { private: true, lookup: leadsTo('10.0.0.5', '169.254.169.254') });
    await expect(metadata).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/nothing may reach/),
    });
  });

  it('are not repeated when the name server answers with a text of its own', async () => {
    const asked = addressesOf('odd.example', { private: true, lookup: leadsTo('<script>alert(1)</script>') });
    await expect(asked).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^odd\.example leads to something that is no address/),
    });
  });

  it('that cannot be looked up may be found a little later', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
    await expect(addressesOf('gone.example', { private: true, lookup })).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
      effect: 'none',
      message: 'The name gone.example could not be looked up (ENOTFOUND).',
    });
    await expect(addressesOf('none.example', { private: true, lookup: leadsTo() })).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('given as such are checked as well, and nothing is looked up', async () => {
    const lookup = () => Promise.reject(new Error('looked up'));
    expect(await addressesOf('[2606:4700::1111]', { private: false, lookup })).toEqual([
      { address: '2606:4700::1111', family: 6 },
    ]);
    await expect(addressesOf('[::1]', { private: false, lookup })).rejects.toMatchObject({ code: 'refused' });
    await expect(addressesOf('169.254.169.254', { private: true, lookup })).rejects.toMatchObject({ code: 'refused' });
  });
});
