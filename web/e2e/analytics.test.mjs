/** The figures: who sees them, by ward, with keyboard and as a table, and what they say when the server is away. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AWAY,
  axeViolations,
  counts,
  enter,
  leadsTo,
  openPage,
  PHONE,
  real,
  shared,
  until,
  untilTired,
} from './browser.mjs';

describe('figures', { skip: real ? 'the smoke test covers the real pages' : false }, () => {
  const { product } = shared({ wards: 2 });

  test('are shown by ward, by keyboard and as a table, kept when the server is away, and saved', async () => {
    const opened = await openPage(product, { clock: true });
    const { page } = opened;
    await enter(product, page, '/figures', 'charge');
    await page.getByRole('heading', { name: 'The last seven days' }).waitFor();
    await page.getByRole('combobox', { name: 'Ward' }).selectOption('ward-2');
    await page.getByText(/of 8$/).first().waitFor();
    await leadsTo(page, /ward=ward-2/);
    await counts(
      page.getByRole('combobox', { name: 'Ward' }).locator('option'),
      3,
      'the other wards stay to be chosen',
    );
    const chart = page.getByRole('slider', { name: 'Occupancy by hour' });
    await chart.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await until(
      () => chart.getAttribute('aria-valuenow'),
      (value) => value === '1',
      'the arrow does not move',
    );
    assert.match(await chart.getAttribute('aria-valuetext'), /\d+ %$/);
    await page.getByRole('button', { name: 'As a table' }).first().click();
    await page.locator('.figure-tables tbody tr').nth(168).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    assert.equal((await saved).suggestedFilename(), 'wardwatch-figures.csv');
    await page.route('**/api/analytics/**', (route) => route.abort());
    await page.getByRole('combobox', { name: 'Ward' }).selectOption('');
    await untilTired(page, page.getByText('the server cannot be reached'));
    await page
      .getByText(/of 16$/)
      .first()
      .waitFor();
    await page.unroute('**/api/analytics/**');
    await untilTired(page, page.getByText('Refreshes by itself'));
    await opened.close();
    assert.deepEqual(opened.unexpected(AWAY), [], 'nothing on the console');
  });

  test('fit a phone, and are not for a nurse', async () => {
    const { page, close } = await openPage(product, { viewport: PHONE });
    await enter(product, page, '/figures', 'charge');
    await page.getByRole('heading', { name: 'The last seven days' }).waitFor();
    assert.ok(
      (await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width,
      'nothing beside the page',
    );
    assert.deepEqual(await axeViolations(page), []);
    await close();
    const nurse = await openPage(product);
    await enter(product, nurse.page, '/figures');
    await nurse.page.getByText('You may not see this.').waitFor();
    await nurse.close();
  });
});
