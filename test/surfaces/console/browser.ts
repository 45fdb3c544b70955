import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { TestSite } from './site.ts';

const PATH = process.env.TOCSIN_CHROMIUM ?? '/usr/bin/chromium';
export const haveChromium = existsSync(PATH);

const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: PATH, args: ARGS });

export const WIDTHS = [1440, 768, 360] as const;
export const SCHEMES = ['light', 'dark'] as const;

export type View = {
  person?: string;
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
  javaScript?: boolean;
  touch?: boolean;
};
/** A page whose every console error, exception and CSP violation is kept in `troubles`. */
export type Visit = { page: Page; context: BrowserContext; troubles: string[] };

export async function visit(browser: Browser, site: TestSite, view: View = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: view.width ?? 1440, height: view.height ?? 900 },
    colorScheme: view.scheme ?? 'light',
    javaScriptEnabled: view.javaScript ?? true,
    hasTouch: view.touch ?? false,
    reducedMotion: 'reduce',
    baseURL: site.url,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  if (view.person) {
    await page.goto(await site.link(view.person));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${site.url}/`);
  }
  return { page, context, troubles };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
type AxeResult = { violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] };

/** What axe finds (A, AA, best practice), each as one line; and whether the page scrolls sideways. */
export async function faults(page: Page): Promise<string[]> {
  // By the debugger, not by a script element: the page's own policy forbids those.
  await page.evaluate(axeSource);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const result = (await page.evaluate(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(tags)} } })`,
  )) as AxeResult;
  const found = result.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
  const wide = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
  if (wide > 0) found.push(`scrolls sideways by ${wide} px: ${await widest(page)}`);
  return found;
}

const widest = (page: Page): Promise<string> =>
  page.evaluate(`[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
    .slice(0, 5).map((e) => e.tagName + '.' + (e.getAttribute('class') ?? '')).join(', ')`) as Promise<string>;
