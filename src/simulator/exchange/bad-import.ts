/** What stands in the file cannot be read; `at`: its line, or its row in a spreadsheet. */
export class BadImport extends Error {
  override readonly name = 'BadImport';
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Rows with something in them, each with the line or row where it begins. */
export type Table = { at: number; cells: string[] }[];
