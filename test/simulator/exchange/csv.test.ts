import { expect, it } from 'vitest';
import { csvText, readCsv } from '../../../src/simulator/exchange/csv.ts';

const cells = (text: string) => readCsv(text).map((row) => row.cells);

it('reads back what it wrote: quotes, commas, breaks of lines, and what a spreadsheet would take for a formula', () => {
  const rows = [
    ['a', 'b,c', 'say "no"'],
    ['two\nlines', '=HYPERLINK("x")', '-1'],
    ['+46 8', '@you', '\tindented'],
  ];
  expect(cells(csvText(rows))).toEqual(rows);
});

it('lets no cell begin a formula', () => {
  const begins = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'];
  for (const cell of begins) expect(csvText([[cell]])).toMatch(/^"?'/);
});

it('reads semicolons and tabs, empty cells at the end, and says on which line a row begins', () => {
  expect(cells('a;b;c\r\n1;"x;y";\r\n')).toEqual([
    ['a', 'b', 'c'],
    ['1', 'x;y', ''],
  ]);
  expect(cells('\ufeffa\tb\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
  expect(readCsv('a,b\n"one\ntwo",2\n\nlast,1\n').map((row) => row.at)).toEqual([1, 2, 5]);
});

it.each([
  ['a quote that nothing closes', 'a,b\n1,"open\nnever', 2],
  ['text after a closing quote', 'a,b\n1,2\n"x"y,2', 3],
])('refuses %s, with its line', (_what, text, at) => {
  expect(() => readCsv(text)).toThrow(expect.objectContaining({ name: 'BadImport', at }));
});
