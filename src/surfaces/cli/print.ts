import { plainText } from '../../incident/phrases.ts';
import type { Io } from './io.ts';

/** How things look in a terminal. Colour only adds: every meaning is in the words, too. */
export type Paint = {
  bold(text: string): string;
  dim(text: string): string;
  act(text: string): string;
  soon(text: string): string;
};

export function paint(io: Pick<Io, 'colour'>): Paint {
  const wrap = (code: number) => (text: string) => (io.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: wrap(1), dim: wrap(2), act: wrap(31), soon: wrap(33) };
}

/** Columns under headings. Text from outside loses what could steer the terminal; the last column is cut to fit. */
export function table(io: Io, headings: string[], rows: string[][]): string {
  const { dim } = paint(io);
  const clean = rows.map((row) => row.map((cell) => plainText(cell).replace(/\s+/g, ' ')));
  const widths = headings.map((heading, i) => Math.max(heading.length, ...clean.map((row) => (row[i] ?? '').length)));
  const line = (cells: string[]) => {
    const padded = cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)));
    return cut(padded.join('  '), io.columns).trimEnd();
  };
  return [dim(line(headings)), ...clean.map(line)].join('\n');
}

const cut = (text: string, columns: number): string =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

/** `2026-11-22 02:14:09` */
export const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** `02:14 UTC, 3 min ago` */
export function when(ms: number, now: number): string {
  const sameDay = utc(ms).slice(0, 10) === utc(now).slice(0, 10);
  return `${sameDay ? utc(ms).slice(11, 16) : utc(ms).slice(0, 16)} UTC, ${relative(ms, now)}`;
}

export function relative(ms: number, now: number): string {
  const words = span(Math.abs(now - ms));
  if (words === null) return 'now';
  return ms <= now ? `${words} ago` : `in ${words}`;
}

function span(ms: number): string | null {
  const seconds = Math.round(ms / 1000);
  if (seconds < 2) return null;
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export const jsonText = (value: unknown): string => JSON.stringify(value, null, 2);
