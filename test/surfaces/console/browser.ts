import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { TestSite } from './site.ts';

/** As the test tiers find it: TOCSIN_CHROMIUM, or one on PATH. */
function chromiumPath(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  const path = process.env.TOCSIN_CHROMIUM ?? found;
  if (path === undefined) throw new Error('There is no Chromium: install it, or name one in TOCSIN_CHROMIUM.');
  return path;
}

const ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath(), args: ARGS });

export const WIDTHS = [1440, 768, 360] as const;

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
  context.setDefaultTimeout(15_000);
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

/** What axe finds, each as one line; and whether the page scrolls sideways. In the dark only colours can differ. */
export async function faults(page: Page, only: 'everything' | 'contrast' = 'everything'): Promise<string[]> {
  // By the debugger, not by a script element: the page's own policy forbids those.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axeSource);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const run = only === 'contrast' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: tags };
  const options = { runOnly: run, resultTypes: ['violations'] };
  const result = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResult;
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

/** Pictures for the documentation, when TOCSIN_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env.TOCSIN_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}

/** As whoever got it by mail opens it: a file, without a network. */
export async function openedFile(browser: Browser, html: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) troubles.push(`asked for ${request.url()}`);
  });
  await page.setContent(html, { waitUntil: 'load' });
  return { page, troubles, close: () => context.close() };
}
