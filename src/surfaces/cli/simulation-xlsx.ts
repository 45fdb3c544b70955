import { readSheet } from 'read-excel-file/node';
import writeXlsx from 'write-excel-file/node';
import { BadImport, type Table } from '../../simulator/exchange/bad-import.ts';

/** How wide each column of an MSEL is, in characters. */
const WIDTHS = [8, 12, 34, 24, 24, 9, 11, 36, 30, 40, 60, 16];

/** A spreadsheet of texts: nothing in it is a formula. */
export async function xlsxOf(sheet: string, rows: readonly (readonly string[])[]): Promise<Uint8Array> {
  const cells = rows.map((row, i) =>
    row.map((value) => ({
      value,
      type: String,
      wrap: true,
      alignVertical: 'top' as const,
      ...(i === 0 && { fontWeight: 'bold' as const }),
    })),
  );
  const columns = WIDTHS.map((width) => ({ width }));
  return writeXlsx(cells, { sheet, columns, stickyRowsCount: 1 }).toBuffer();
}

/** The first sheet; times become `14:05`, days are kept where a cell has them. Throws BadImport. */
export async function readXlsx(data: Buffer): Promise<Table> {
  const rows = await readSheet(data).catch((error: unknown) => {
    throw new BadImport(1, `it is no spreadsheet that can be read (${error instanceof Error ? error.message : error})`);
  });
  return rows
    .map((row, i) => ({ at: i + 1, cells: row.map((cell) => cellText(cell)) }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (!(cell instanceof Date)) return String(cell);
  if (Number.isNaN(cell.getTime())) return '';
  const iso = cell.toISOString();
  // A time without a day counts from the first day that spreadsheets know.
  return cell.getUTCFullYear() < 1905 ? iso.slice(11, 19) : `${iso.slice(0, 16)}Z`;
}
