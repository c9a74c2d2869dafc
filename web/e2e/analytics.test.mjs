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

const NONE = { count: 0, median: null, p90: null };
const QUIET = {
  alerts: 0,
  topCauses: [],
  response: {
    incidents: 0,
    acknowledgedFromOnset: NONE,
    acknowledgedFromDelivery: NONE,
    reviewed: NONE,
    resolved: NONE,
  },
};

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

  test('say how many alerts there are, what they turn out to be, how soon somebody comes and what is left of the budget', async () => {
    const { page, close, unexpected } = await openPage(product, { theme: 'light' });
    await enter(product, page, '/figures', 'charge');
    const load = page.getByRole('region', { name: 'Alert load' });
    await load.getByText('1,216 alerts in 101.4 occupied bed-days · 102 of them about devices').waitFor();
    await load.getByText('38 %', { exact: true }).first().waitFor();
    await load.getByText('9 of 10 within 2 min · 498 of 512 incidents').first().waitFor();
    await load
      .getByRole('row', { name: /Low oxygen saturation/ })
      .first()
      .waitFor();
    const budgets = load.getByRole('table', { name: 'Budget of today' });
    await budgets
      .getByRole('row', { name: /10 per bed-day, set by Aoife Keane.*61 of 80 · 76 %.*above the budget/ })
      .waitFor();
    await budgets.getByRole('row', { name: /within the budget/ }).waitFor();
    const hours = load.getByRole('slider', { name: 'Alerts by hour of the day' });
    await hours.focus();
    await page.keyboard.press('End');
    assert.match(await hours.getAttribute('aria-valuetext'), /^23:00, [\d.]+ an hour$/);
    await load.getByRole('button', { name: 'As a table' }).click();
    await load.getByRole('rowheader', { name: '23:00' }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await close();
    assert.deepEqual(unexpected(), [], 'nothing on the console');
  });

  test('say that there was no alert, and that alerts cannot be told at the moment, beside the other figures', async () => {
    const { page, close } = await openPage(product);
    await page.route('**/api/analytics/alerts*', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), ...QUIET } });
    });
    await enter(product, page, '/figures', 'charge');
    await page.getByText('No alert was raised within these days.').waitFor();
    await page.getByRole('table', { name: 'Budget of today' }).waitFor();
    await page.unroute('**/api/analytics/alerts*');
    await page.route('**/api/analytics/alerts*', (route) => route.abort());
    await page.reload();
    await page.getByRole('region', { name: 'Alert load' }).getByRole('button', { name: 'Try again' }).waitFor();
    await page.getByRole('heading', { name: 'By ward' }).waitFor();
    await close();
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
