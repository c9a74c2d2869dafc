/**
 * Runs against the mock, and with WARDWATCH_URL, WARDWATCH_USER and WARDWATCH_PASSWORD against a real installation. Signs in once:
 * a real server lets nobody try more than five times a minute.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axeViolations,
  counts,
  numbersOf,
  openPage,
  openProduct,
  PHONE,
  reads,
  SCREEN,
  signIn,
  until,
} from './browser.mjs';

let product;
let page;
let complaints;
before(async () => {
  product = await openProduct();
  ({ page, complaints } = await openPage(product));
});
after(() => product.stop());

test('somebody signs in and sees the ward alive: numbers change by themselves', async () => {
  await signIn(product, page);
  await page.waitForSelector('.tile-in');
  const first = await numbersOf(page);
  assert.ok(first.length >= 5, 'there are numbers');
  await until(
    () => numbersOf(page),
    (now) => now.join() !== first.join(),
    'no number changed',
    120_000,
  );
  assert.equal(
    await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight),
    true,
    'the wall does not scroll',
  );
  await reads(page.locator('header'), /No primary alarm/);
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(complaints, []);
});

test('a reload keeps the session', async () => {
  await page.reload();
  await page.waitForSelector('.tile-in');
});

test('a tile opens its patient, with numbers and trends', async () => {
  const name = await page.locator('.tile-name').first().innerText();
  await page.locator('.tile-name').first().click();
  await page.waitForSelector('.chart-row canvas');
  await until(
    () => page.locator('h1').innerText(),
    (text) => text.startsWith(name.split(',')[0]),
    'another patient',
  );
  await counts(page.locator('.chart-row'), 6);
  assert.deepEqual(await axeViolations(page), []);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await page.waitForSelector('tbody tr');
  await page.getByRole('button', { name: 'Every reading' }).click();
  await page.getByText('Page 1', { exact: true }).waitFor();
  await page.waitForSelector('tbody tr');
  assert.deepEqual(complaints, []);
});

test('on a phone the ward is a list, and a patient one column', async () => {
  await page.setViewportSize(PHONE);
  await page.goto(product.url);
  await page.waitForSelector('.roster-row');
  assert.equal(await page.locator('.wall').count(), 0);
  await page.locator('.roster-row').first().click();
  await page.waitForSelector('.now-row');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `nothing is cut off to the right (${wide})`);
  assert.deepEqual(complaints, []);
  await page.setViewportSize(SCREEN);
});

test('signing out ends it', async () => {
  await page.goto(product.url);
  await page.waitForSelector('.tile-in');
  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('User name').waitFor();
  await page.reload();
  await page.getByLabel('User name').waitFor();
  assert.equal(await page.locator('.tile-in').count(), 0);
  assert.deepEqual(complaints, []);
});
