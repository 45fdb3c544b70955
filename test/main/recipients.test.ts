import { describe, expect, it } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import { recipientsOf } from '../../src/main/recipients.ts';

const sample = loadInventory('tocsin.yaml');
const inventory = {
  ...sample,
  people: [...sample.people, { id: 'no-mail', name: 'No Mail', email: null, roles: ['no-mail-role'] }],
  roles: [
    ...sample.roles,
    { id: 'no-mail-role', title: 'x', description: null },
    { id: 'empty', title: 'x', description: null },
  ],
};
const to = (name: string) => recipientsOf(inventory, name);

describe('a mail', () => {
  it('to a role, a person or stakeholders goes to their addresses', () => {
    expect(to('ml-on-call')).toEqual(['tomas.okafor@halden.example', 'priya.raman@halden.example']);
    expect(to('ingrid-solheim')).toEqual(['ingrid.solheim@halden.example']);
    expect(to('stakeholders')).toContain('daniel.achterberg@halden.example');
  });

  it('to several goes to each address once', () => {
    expect(to('ml-on-call, security-on-call,Priya.Raman@halden.example, dpa@authority.example')).toEqual([
      'tomas.okafor@halden.example',
      'Priya.Raman@halden.example',
      'jonas.weber@halden.example',
      'dpa@authority.example',
    ]);
  });

  it.each([
    ['', 'The mail is for nobody: "to" is empty.'],
    [' , ', 'The mail is for nobody: "to" is empty.'],
    ['nobody-known', 'Nobody is meant by "nobody-known"; see tocsin.yaml.'],
    ['empty', 'Nobody who is meant by "empty" has a mail address; see tocsin.yaml.'],
    ['no-mail', 'Nobody who is meant by "no-mail" has a mail address; see tocsin.yaml.'],
    ['ml-on-call, nobody-known', 'Nobody is meant by "nobody-known"; see tocsin.yaml.'],
    ['not an@address', '"not an@address" is no mail address.'],
    ['a@b.example\r\nRCPT TO:<c@d.example>', '"a@b.example RCPT TO:<c@d.example>" is no mail address.'],
  ])('to %j goes to nobody at all', (name, message) => {
    expect(() => to(name)).toThrow(expect.objectContaining({ code: 'no-recipient', effect: 'none', message }));
  });
});
