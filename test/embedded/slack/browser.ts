import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';

/** As the test tiers find it: TOCSIN_CHROMIUM, or one on PATH. */
function chromiumPath(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  const path = process.env.TOCSIN_CHROMIUM ?? found;
  if (path === undefined) throw new Error('There is no Chromium: install it, or name one in TOCSIN_CHROMIUM.');
  return path;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  });

export type View = { width?: number; height?: number; scheme?: 'light' | 'dark'; javaScript?: boolean };
/** A browser that was let in by the printed link. Every console error, exception and breach of the policy is kept in `troubles`. */
export type Visit = {
  context: BrowserContext;
  page: Page;
  troubles: string[];
  as(user: string, path?: string): Promise<Page>;
};

export async function visit(browser: Browser, slack: LocalSlack, view: View = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: view.width ?? 1280, height: view.height ?? 800 },
    colorScheme: view.scheme ?? 'light',
    javaScriptEnabled: view.javaScript ?? true,
    reducedMotion: 'reduce',
    baseURL: new URL(slack.pageUrl).origin,
    locale: 'en-GB',
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  context.on('weberror', (error) => troubles.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(slack.pageUrl);
  const as = async (user: string, path = ''): Promise<Page> => {
    const tab = page.url().includes('/as/') ? await context.newPage() : page;
    await tab.goto(`/as/${user}${path}`);
    return tab;
  };
  return { context, page, troubles, as };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
type AxeResult = { violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] };

/** What axe finds, each as one line; and whether the page scrolls sideways. */
export async function faults(page: Page): Promise<string[]> {
  // By the debugger, not by a script element: the page's own policy forbids those.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axeSource);
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const options = { runOnly: { type: 'tag', values }, resultTypes: ['violations'] };
  const result = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResult;
  const found = result.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
  const wide = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
  return wide > 0 ? [...found, `scrolls sideways by ${wide} px`] : found;
}

/** Pictures to look at, when TOCSIN_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.TOCSIN_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
