import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The style sheet of a report with its fonts inside: the file needs nothing but itself. Read once. */
type Style = { css: string; policy: string };
const made = new Map<string, Style>();

export const reportStyle = (): Style => documentStyle([]);

/** The style of a document that looks like a report, with sheets of its own beside it; `more`: rules of this one document. */
export function documentStyle(sheets: readonly URL[], more = ''): Style {
  const key = sheets.map(String).join(' ');
  const known = made.get(key) ?? make(sheets);
  made.set(key, known);
  return more === '' ? known : styled(`${known.css}\n${more}`);
}

const here = (name: string): URL => new URL(`./assets/${name}`, import.meta.url);
const ofConsole = (name: string): URL => new URL(`../console/assets/${name}`, import.meta.url);

function make(sheets: readonly URL[]): Style {
  const faces = [
    face('Source Serif 4', here('source-serif-4.woff2'), '200 900'),
    face('Hyperlegible', ofConsole('hyperlegible-next.woff2'), '200 800'),
    face('Hyperlegible Mono', ofConsole('hyperlegible-mono.woff2'), '200 800'),
  ];
  return styled([...faces, ...[here('report.css'), ...sheets].map((sheet) => readFileSync(sheet, 'utf8'))].join('\n'));
}

function styled(css: string): Style {
  const hash = createHash('sha256').update(css).digest('base64');
  return {
    css,
    // Nothing may run, nothing may be fetched, even if an escape were forgotten somewhere.
    policy: `default-src 'none'; style-src 'sha256-${hash}'; font-src data:; base-uri 'none'; form-action 'none'`,
  };
}

function face(family: string, file: URL, weight: string): string {
  const data = readFileSync(file).toString('base64');
  return `@font-face { font-family: "${family}"; src: url(data:font/woff2;base64,${data}) format("woff2"); font-weight: ${weight}; font-display: swap; }`;
}
