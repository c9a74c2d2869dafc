/** What the browser tests share: where the product is, a browser, a signed-in page, and what must not happen on any page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { startMock } from './mock-server.mjs';

/** Set: the tests run against that installation (the subset that needs no faults). Not set: against the mock and dist/. */
export const real = process.env.WARDWATCH_URL ?? null;
const USER = process.env.WARDWATCH_USER ?? 'nurse';
export const PASSWORD = process.env.WARDWATCH_PASSWORD ?? 'demo';

export const SCREEN = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openProduct(options) {
  const mock = real ? null : await startMock(options);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  return {
    mock,
    url: real ?? mock.url,
    browser,
    stop: async () => {
      await browser.close();
      await mock?.stop();
    },
  };
}

/** A page of its own with its own cookies. `complaints` gathers what went to the console as error, and uncaught errors. */
export async function openPage(product, { viewport = SCREEN, theme = 'dark', clock = false } = {}) {
  const context = await product.browser.newContext({ viewport, hasTouch: viewport.width < 700 });
  await context.addCookies([{ name: 'wardwatch_theme', value: theme, url: product.url, sameSite: 'Strict' }]);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  if (clock) await page.clock.install();
  return { page, complaints, close: () => context.close() };
}

/** `user`: one of the mock's; a real installation has the one that the environment names. */
export async function signIn(product, page, path = '/', user = USER) {
  await page.goto(product.url + path);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Violations of WCAG 2.2 A and AA, as axe finds them, in words. */
export async function axeViolations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
}

/** Waits until a condition in the page holds; the last value goes into the error. */
export async function until(read, holds, what, timeoutMs = 10_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`${what}; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const tile = (page, bed) => page.locator(`.tile-in[data-bed="${bed}"]`);
export const numbersOf = (page) => page.locator('.tile-in .num dd').allInnerTexts();
