/** Every page, both sizes, both colours, without an accessibility violation. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axeViolations, openPage, openProduct, PHONE, real, SCREEN, signIn } from './browser.mjs';

const PAGES = [
  ['/ward/ward-1', '.tile-in, .roster-row'],
  ['/patient/p3', '.chart-row canvas'],
  ['/patient/p10', '.now-row'],
  ['/account', '.own-card'],
  ['/nowhere', '.state'],
];

describe('accessibility', { skip: real ? 'the smoke test covers the real pages' : false }, () => {
  let product;
  before(async () => {
    product = await openProduct();
  });
  after(() => product.stop());

  for (const [size, viewport] of [
    ['screen', SCREEN],
    ['phone', PHONE],
  ])
    for (const theme of ['dark', 'light'])
      test(`${size}, ${theme}`, async () => {
        const { page, close } = await openPage(product, { viewport, theme });
        await page.goto(product.url);
        await page.getByLabel('User name').waitFor();
        assert.deepEqual(await axeViolations(page), [], 'sign-in');
        await signIn(product, page);
        await page.waitForSelector('.tile-in, .roster-row');
        for (const [path, shown] of PAGES) {
          await page.goto(product.url + path);
          await page.waitForSelector(shown);
          assert.deepEqual(await axeViolations(page), [], path);
        }
        await page.goto(`${product.url}/patient/p3`);
        await page.waitForSelector('.chart-row canvas');
        await page.getByRole('button', { name: 'Table', exact: true }).click();
        await page.waitForSelector('tbody tr');
        assert.deepEqual(await axeViolations(page), [], 'table');
        await page.getByRole('button', { name: 'Find' }).first().click();
        await page.locator('.find-row').first().waitFor();
        assert.deepEqual(await axeViolations(page), [], 'find');
        await close();
      });
});
