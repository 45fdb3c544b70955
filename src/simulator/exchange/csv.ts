import { BadImport, type Table } from './bad-import.ts';

/** Spreadsheets take what begins so for a formula. */
const RISKY = /^[=+\-@\t\r]/;
const DEFUSED = /^'(?=[=+\-@\t\r])/;

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets have it. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

function csvCell(words: string): string {
  const safe = RISKY.test(words) ? `'${words}` : words;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Reads it back, with commas, semicolons or tabs between cells. Throws BadImport. */
export function readCsv(given: string): Table {
  const text = given.replace(/^\ufeff/, '');
  const separator = separatorOf(text);
  const table: Table = [];
  let cells: string[] = [];
  let line = 1;
  let begins = 1;
  let at = 0;
  const endRow = () => {
    if (cells.some((cell) => cell.trim() !== '')) table.push({ at: begins, cells });
    cells = [];
    begins = line;
  };
  while (at < text.length) {
    const cell = text[at] === '"' ? quoted(text, at, line) : plain(text, at, separator);
    cells.push(cell.words.replace(DEFUSED, ''));
    line += cell.words.split('\n').length - 1;
    at = cell.end;
    const next = text[at];
    if (next === separator) {
      at += 1;
      if (at === text.length) cells.push('');
    } else if (next === undefined || next === '\n' || next === '\r') {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      line += 1;
      endRow();
    } else throw new BadImport(line, 'after the closing quote of a cell there is more text; double a quote within it');
  }
  if (cells.length > 0) endRow();
  return table;
}

type Cell = { words: string; end: number };

function plain(text: string, from: number, separator: string): Cell {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { words: text.slice(from, end), end };
}

function quoted(text: string, from: number, line: number): Cell {
  let end = from + 1;
  for (;;) {
    const quote = text.indexOf('"', end);
    if (quote < 0) throw new BadImport(line, 'a cell begins with a quote here, and none closes it');
    if (text[quote + 1] !== '"')
      return {
        words: text
          .slice(from + 1, quote)
          .replaceAll('""', '"')
          .replaceAll('\r\n', '\n'),
        end: quote + 1,
      };
    end = quote + 2;
  }
}

/** As most of the first line's cells are divided: spreadsheets write semicolons where commas divide decimals. */
function separatorOf(text: string): string {
  const first = text.slice(0, Math.max(0, text.search(/[\r\n]/)) || text.length);
  const count = (mark: string) => first.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
