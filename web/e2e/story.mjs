/**
 * The browser's part of the story that tests/Wardwatch.SystemTests/Story tells with a real hospital: it plays the scenes that it is asked
 * for on its input, a line of JSON each, and answers each on its output with what was seen, or with what was not. WARDWATCH_URL,
 * WARDWATCH_USER and WARDWATCH_PASSWORD say where and for whom.
 */
import { createInterface } from 'node:readline';
import {
  AWAY,
  confirm,
  countedSound,
  dialog,
  openPage,
  openProduct,
  reads,
  signIn,
  tile,
  until,
  visit,
} from './browser.mjs';

const HIGH_TONE_PULSES = 10;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const has = (...parts) => new RegExp(parts.map(escaped).join('[\\s\\S]*'));

const product = await openProduct();
const opened = await openPage(product);
const { page } = opened;
// The node is killed: what the browser says of that is no defect.
opened.allow(AWAY);
opened.allow(/status of 401/);
await page.addInitScript(countedSound);

const toast = (text) => page.locator('.toasts .toast').filter({ hasText: text });
const tones = () => page.evaluate(() => globalThis.tones.length);
/** What sounded before has been heard. */
const listen = () => page.evaluate(() => globalThis.tones.splice(0).length);
const sounds = () => until(tones, (count) => count >= HIGH_TONE_PULSES, 'the tone of high priority is not heard');
const figure = (name) =>
  page
    .getByRole('region', { name: 'Alert load' })
    .locator('.figure-tile')
    .filter({ has: page.getByText(name, { exact: true }) });

const scenes = {
  /** Somebody signs in at the wall of a ward and switches the sound on. */
  async wall({ ward }) {
    await signIn(product, page, `/ward/${ward}`);
    await page.locator('.tile-in').first().waitFor();
    await page.getByRole('button', { name: /Sound is off/ }).click();
    await reads(page.locator('.sound'), /Sound on/);
  },

  /** A heart rate stands on a tile, and it is this one. */
  async reads({ bed, number }) {
    await reads(tile(page, bed), new RegExp(`\\b${number}\\b`));
  },

  /** Seen and heard at once, and it says who is on it. */
  async alarm({ bed, text, owner }) {
    await sounds();
    await reads(page.locator('.toasts [role="alert"]'), has(`bed ${bed}`, text));
    await reads(tile(page, bed).locator('.strip'), has('***', text));
    await reads(tile(page, bed).locator('.responder'), has(owner, 'not acknowledged'));
    await listen();
  },

  /** Somebody else is asked now. */
  async owner({ bed, owner }) {
    await reads(tile(page, bed).locator('.responder'), has(owner, 'not acknowledged'));
  },

  /** Whoever sits here is told by a toast and by a tone of its own. */
  async called({ text }) {
    await toast(text).waitFor();
    await sounds();
  },

  /** By keyboard, from the tile. */
  async acknowledge({ bed, name }) {
    await tile(page, bed).locator('.tile-name').focus();
    await page.keyboard.press('a');
    await confirm(page, `Acknowledge as ${name}`);
    await reads(tile(page, bed).locator('.responder'), has(name, 'acknowledged', 'ago'));
    await listen();
  },

  /** The toast leads to the work; what was found and done at the bedside stops the clock. */
  async review({ text, finding, actions }) {
    await toast(text).getByRole('link').click();
    await page.getByRole('button', { name: 'Bedside review …' }).click();
    await dialog(page).getByLabel('What was found').fill(finding);
    await dialog(page).getByLabel('What was done').fill(actions);
    await dialog(page).getByRole('button', { name: 'Record the review' }).click();
    await reads(page.locator('.incident-facts'), /reviewed in time/);
  },

  async resolve() {
    await page.getByRole('button', { name: 'Resolve …' }).click();
    await dialog(page).getByLabel('Real', { exact: false }).first().check();
    await dialog(page).getByRole('button', { name: 'Resolve', exact: true }).click();
    await reads(page.locator('.timeline'), /Resolved/);
    return page.locator('.timeline').innerText();
  },

  /** What the ward's figures say of it. */
  async figures({ ward }) {
    await visit(page, `/figures?ward=${ward}`);
    const told = (name) => reads(figure(name), /\d (s|min)\b/);
    return {
      acknowledged: await told('Acknowledged after'),
      delivered: await told('From screen to acknowledgement'),
      reviewed: await told('At the bedside after'),
      resolved: await told('Resolved after'),
    };
  },

  /** Nothing on the console that nobody expected. */
  async console() {
    return opened.unexpected();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { scene, given } = JSON.parse(line);
  let answer;
  try {
    answer = { seen: (await scenes[scene](given ?? {})) ?? null };
  } catch (error) {
    const shown = await page
      .locator('body')
      .innerText({ timeout: 2000 })
      .catch(() => '');
    answer = {
      missed: `${error.message}\nThe page (${page.url()}) says:\n${shown.slice(0, 3000)}\nConsole: ${opened.complaints.join(' | ')}`,
    };
  }
  console.log(JSON.stringify(answer));
}
await product.stop();
