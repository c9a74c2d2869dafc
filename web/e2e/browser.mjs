/** What the browser tests share: where the product is, a browser, a signed-in page, and what must not happen on any page. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before } from 'node:test';
import { chromium } from 'playwright-core';
import { startMock } from './mock-server.mjs';

/** Set: the tests run against that installation (the subset that needs no faults). Not set: against the mock and dist/. */
export const real = process.env.WARDWATCH_URL ?? null;
const USER = process.env.WARDWATCH_USER ?? 'nurse';
export const PASSWORD = process.env.WARDWATCH_PASSWORD ?? 'demo';

export const SCREEN = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };

/** The first of them that is there. The shell has Chromium's engine without its windows, and takes half of the time. */
const BROWSERS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
);
const browserPath = () => process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path)) ?? '/usr/bin/chromium';

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

/** The product and a browser; `browser`: one that is open already and stays so. */
export async function openProduct({ browser: given = null, ...options } = {}) {
  const mock = real ? null : await startMock(options);
  const browser = given ?? (await chromium.launch({ executablePath: browserPath(), args: FLAGS, timeout: LONGEST_MS }));
  return {
    mock,
    url: real ?? mock.url,
    browser,
    stop: async () => {
      if (!given) await browser.close();
      await mock?.stop();
    },
  };
}

/**
 * What the tests of a `describe` share: the product, from the first test to the last (`ready` prepares it), and pages, which are
 * closed after each test; then nothing may be on the console but what the test has allowed, or the file (`always`). `options`: as
 * of openProduct. `user` and `shown`: who enters, and what says that the page is there, unless `start` is told otherwise.
 */
export function shared({ always = [], ready = null, user: usual = USER, shown: sign = null, ...options } = {}) {
  const product = {};
  const pages = [];
  before(async () => {
    Object.assign(product, await openProduct(options));
    await ready?.(product);
  });
  after(() => product.stop?.());
  const close = async () => {
    const opened = pages.splice(0);
    for (const one of opened) await one.close();
    for (const one of opened) assert.deepEqual(one.unexpected(...always), [], 'nothing on the console');
  };
  afterEach(close);
  return {
    product,
    close,
    /** A page of somebody who is signed in. `on`: of another product; the rest goes to openPage. */
    start: async (path, { user = usual, shown = sign, on = product, ...more } = {}) => {
      const opened = await openPage(on, more);
      pages.push(opened);
      await enter(on, opened.page, path, user);
      if (shown) await opened.page.locator(shown).first().waitFor();
      return opened.page;
    },
    /** What the console of the page that was opened last may say. */
    allow: (pattern) => pages.at(-1).allow(pattern),
  };
}

/** How long a page may take until what a test waits for is there. */
const LONGEST_MS = 120_000;
/** Playwright looks again after 20, 50, 100, 100 and then 500 ms, which is most of what tests of quick pages wait; it keeps to 100 ms where less than 2.5 s are left. */
const SHORT_MS = 2400;

/** A wait made of short ones: as long, and seen sooner. */
const inShortWaits = (wait) =>
  async function (...given) {
    const options = given.at(-1);
    const end = Date.now() + (options?.timeout ?? LONGEST_MS);
    for (;;) {
      const timeout = Math.max(1, Math.min(SHORT_MS, end - Date.now()));
      try {
        return await wait.call(this, ...given.slice(0, -1), { ...options, timeout });
      } catch (error) {
        if (error.name !== 'TimeoutError' || Date.now() >= end) throw error;
      }
    }
  };
const ACTIONS = ['click', 'tap', 'fill', 'check', 'selectOption', 'focus', 'innerText', 'getAttribute', 'inputValue'];

/** Makes all waits of the pages short ones; actions wait first for what they act on. Once for all, since locators share what they do. */
function lookOften(page) {
  const locators = Object.getPrototypeOf(page.locator('body'));
  if (locators.looksOften) return;
  locators.looksOften = true;
  const waitFor = inShortWaits(locators.waitFor);
  locators.waitFor = function (options = {}) {
    return waitFor.call(this, options);
  };
  for (const name of ACTIONS) {
    const act = locators[name];
    locators[name] = async function (...given) {
      await waitFor.call(this, { state: 'attached' });
      return act.apply(this, given);
    };
  }
  const pages = Object.getPrototypeOf(page);
  const waitForSelector = inShortWaits(pages.waitForSelector);
  pages.waitForSelector = function (selector, options = {}) {
    return waitForSelector.call(this, selector, options);
  };
}

/**
 * A page of its own with its own cookies. `complaints` gathers what went to the console as error, and uncaught errors; `allow` takes
 * a pattern of those that the test itself brings about. `close` ends the page and says what nobody has allowed.
 */
export async function openPage(product, { viewport = SCREEN, theme = 'dark', clock = false } = {}) {
  const context = await product.browser.newContext({ viewport, hasTouch: viewport.width < 700 });
  await context.addCookies([{ name: 'wardwatch_theme', value: theme, url: product.url, sameSite: 'Strict' }]);
  const page = await context.newPage();
  lookOften(page);
  page.setDefaultTimeout(LONGEST_MS);
  const complaints = [];
  const allowed = [];
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  if (clock) await page.clock.install();
  return {
    page,
    complaints,
    allow: (pattern) => allowed.push(pattern),
    close: () => context.close(),
    /** What no test has brought about on purpose; `always` are those of all tests of a file. */
    unexpected: (...always) => complaints.filter((one) => ![...always, ...allowed].some((known) => known.test(one))),
  };
}

/** What the browser itself says of a server that the test has made refuse, hang up or stay away. */
export const REFUSED = /status of 4\d\d/;
export const HUNG_UP = /closed before receiving a handshake response/;
export const AWAY = /WebSocket connection|net::ERR_|status of 503/;

/** Opens a page as somebody who is signed in already. What signing in itself is like is tried in its own tests. */
export async function enter(product, page, path = '/', user = USER) {
  if (!product.mock) return signIn(product, page, path, user);
  const { id } = product.mock.accounts.open(user);
  const cookie = (name, value, more) => ({ name, value, domain: 'localhost', sameSite: 'Strict', ...more });
  await page
    .context()
    .addCookies([
      cookie('wardwatch_refresh', id, { path: '/api/auth', httpOnly: true }),
      cookie('wardwatch_signed_in', '1', { path: '/' }),
    ]);
  await page.goto(product.url + path, { waitUntil: 'commit' });
  return undefined;
}

/** Goes to another page of the product as a link does, without loading the product anew. */
export const visit = (page, path) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);

/**
 * Waits until the live connection of the page that stands now has said its first word and what the page asked for thereupon
 * (`path`, as in the request) has come: from then on news changes what is shown, and no answer from before does. `sockets`: which of
 * the mock's connections, if not those of the pages themselves.
 */
export async function listening(product, page, path, sockets = product.mock.live) {
  const opened = () => page.evaluate(() => performance.timeOrigin);
  const since = await opened();
  await until(
    () => {
      const word = Math.max(0, ...sockets().map((one) => one.wordAt ?? 0));
      const asked = product.mock.requests.filter((one) => path.test(one.url));
      const after = asked.filter((one) => one.at >= word);
      return word >= since && after.length > 0 && asked.every((one) => one.done);
    },
    Boolean,
    `no live connection, or no ${path} after its first word`,
  );
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
}

/** `user`: one of the mock's; a real installation has the one that the environment names. */
export async function signIn(product, page, path = '/', user = USER) {
  await page.goto(product.url + path);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Violations of WCAG 2.2 A and AA, as axe finds them, in words. `only`: of one rule alone. */
export async function axeViolations(page, only = null) {
  if (!(await page.evaluate(() => Boolean(globalThis.axe)))) await page.evaluate(axe);
  const found = await page.evaluate(
    (rule) =>
      globalThis.axe.run(document, {
        runOnly: rule ? [rule] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        resultTypes: ['violations'],
        // No rule of these looks into the style sheets themselves.
        preload: false,
      }),
    only,
  );
  return found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
}

/** Waits until a condition in the page holds; the last value goes into the error. */
export async function until(read, holds, what, timeoutMs = LONGEST_MS) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`${what}; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Lets a page with a clock of its own (`clock`) go on trying, and waiting ever longer in between, until it says this. */
export const untilTired = (page, said) =>
  until(
    async () => {
      await page.clock.fastForward(2000);
      return said.count();
    },
    (count) => count > 0,
    `nothing says ${said}`,
  );

/** Waits until a part of the page reads like this; answers its text. */
export const reads = (locator, pattern, what = `does not read ${pattern}`) =>
  until(
    () => locator.innerText({ timeout: LONGEST_MS }),
    (text) => pattern.test(text),
    what,
  );
/** Waits until there are so many of something. */
export const counts = (locator, number, what = `not ${number} of ${locator}`) =>
  until(
    () => locator.count(),
    (count) => count === number,
    what,
  );
/** Waits until the address is like this. */
export const leadsTo = (page, pattern) =>
  until(
    () => page.url(),
    (url) => pattern.test(url),
    `the address is not ${pattern}`,
  );

export const tile = (page, bed) => page.locator(`.tile-in[data-bed="${bed}"]`);
export const numbersOf = (page) => page.locator('.tile-in .num dd').allInnerTexts();

/** In the page, before anything else: sound that is counted instead of heard, and none before a press. */
export function countedSound() {
  globalThis.tones = [];
  Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false } });
  class Node {
    constructor(context) {
      this.context = context;
      this.gain = this;
      this.frequency = this;
    }
    connect(to) {
      return to;
    }
    disconnect() {}
    setPeriodicWave() {}
    setValueAtTime() {}
    linearRampToValueAtTime() {}
    start(at) {
      globalThis.tones.push(at);
    }
    stop() {}
  }
  globalThis.AudioContext = class {
    state = 'suspended';
    currentTime = 0;
    destination = null;
    createGain() {
      return new Node(this);
    }
    createOscillator() {
      return new Node(this);
    }
    createPeriodicWave() {
      return {};
    }
    async resume() {
      this.state = 'running';
      this.onstatechange?.();
    }
    async close() {}
  };
}

export const dialog = (page) => page.getByRole('dialog');
/** A press counts only after a moment, so that a ghost of the touch before does not answer. */
export const confirm = async (page, name) => {
  const button = dialog(page).getByRole('button', { name });
  await until(
    () => button.getAttribute('aria-disabled'),
    (value) => value !== 'true',
    'is never armed',
  );
  await button.click();
};
