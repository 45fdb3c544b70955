import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The style sheet of a report with its fonts inside: the file needs nothing but itself. Read once. */
type Style = { css: string; policy: string };
let made: Style | null = null;

export function reportStyle(): Style {
  made ??= make();
  return made;
}

const here = (name: string): URL => new URL(`./assets/${name}`, import.meta.url);
const ofConsole = (name: string): URL => new URL(`../console/assets/${name}`, import.meta.url);

function make(): Style {
  const faces = [
    face('Source Serif 4', here('source-serif-4.woff2'), '200 900'),
    face('Hyperlegible', ofConsole('hyperlegible-next.woff2'), '200 800'),
    face('Hyperlegible Mono', ofConsole('hyperlegible-mono.woff2'), '200 800'),
  ];
  const css = [...faces, readFileSync(here('report.css'), 'utf8')].join('\n');
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
