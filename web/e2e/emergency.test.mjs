/** Records outside one's wards, the patient's own record, and live connections that the server ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  axeViolations,
  leadsTo,
  listening,
  numbersOf,
  PHONE,
  REFUSED,
  reads,
  real,
  shared,
  tile,
  until,
} from './browser.mjs';

describe('emergency access', { skip: real ? 'needs the patients of the mock' : false }, () => {
  const { product, start } = shared({
    always: [REFUSED],
    wards: 2,
    ready: ({ mock }) => mock.fault({ restrict: true }),
  });
  const dialog = (page) => page.getByRole('dialog', { name: 'Emergency access' });

  test('a record of another ward opens with a reason, a warning and a strip; the ward is told', async () => {
    const ward = await start('/ward/ward-2', { user: 'charge' });
    await ward.waitForSelector('.tile-in');
    await listening(product, ward, /dashboard-data/);
    const page = await start('/ward/ward-1');
    await page.waitForSelector('.tile-in');
    await page.goto(`${product.url}/patient/p12`);
    await page.getByText('This patient is not here').waitFor();
    await page.keyboard.press('/');
    await page.getByLabel('Name or bed').fill('andersen');
    await page.getByText('No patient matches').waitFor();
    await page.getByRole('button', { name: 'Not on your ward? Emergency access' }).last().click();
    await dialog(page).getByLabel('Record number').fill('20-0');
    await dialog(page).getByRole('button', { name: 'Look up' }).click();
    await dialog(page).getByText('There is no such patient.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByLabel('Record number').fill('20-11842');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('Andersen, K. · Ward 2, bed 12').waitFor();
    await dialog(page).getByText('This is recorded.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByLabel('Why do you need this record now?').fill('help');
    await dialog(page).getByRole('button', { name: 'Open the record' }).click();
    await dialog(page).getByText('with at least 10 characters').waitFor();
    await dialog(page).getByLabel('Why do you need this record now?').fill('Collapsed in the corridor of ward 1.');
    await dialog(page).getByRole('button', { name: 'Open the record' }).click();
    await page.waitForSelector('.now-row');
    await reads(page.locator('h1'), /Andersen, Kaj/);
    await page.getByText(/^Emergency access until (\d+ \w+ )?\d\d:\d\d · recorded$/).waitFor();
    await page.reload();
    await page.getByText(/^Emergency access until/).waitFor();

    const notice = ward.getByText(/\d\d:\d\d Nurse R\. Silva opened the record in bed 12/);
    await notice.waitFor();
    assert.deepEqual(await axeViolations(ward), []);
    await ward.getByRole('button', { name: /^Close/ }).click();
    await notice.waitFor({ state: 'detached' });
  });

  test('by ward and bed, on a phone', async () => {
    const page = await start('/account', { viewport: PHONE });
    await page.getByRole('button', { name: 'Emergency access' }).click();
    await dialog(page).getByRole('button', { name: 'Ward and bed' }).click();
    await dialog(page).getByLabel('Ward').fill('Ward 2');
    await dialog(page).getByLabel('Bed').fill('11');
    await dialog(page).getByRole('button', { name: 'Look up' }).click();
    await dialog(page).getByText('Fernández, L.').waitFor();
  });

  test('is not offered to those who may not use it', async () => {
    const page = await start('/admin', { user: 'admin' });
    await page.getByRole('button', { name: 'Account and settings' }).click();
    assert.equal(await page.getByRole('button', { name: 'Emergency access' }).count(), 0);
  });

  test('a patient sees their own record, who looked at it, and nothing else', async () => {
    const page = await start('/', { user: 'patient' });
    await page.waitForSelector('.now-row');
    await leadsTo(page, /\/patient\/p3/);
    const first = await page.locator('.now-row.vital-hr').innerText();
    await page.getByText('Who looked at my record').waitFor();
    await reads(page.locator('.looked'), /Nurse R\. Silva, Nurse[\s\S]*3 times/);
    assert.equal(await page.getByRole('button', { name: 'Find' }).count(), 0);
    assert.equal(await page.locator('.back, .neighbours').count(), 0);
    await page.waitForSelector('.chart-row canvas');
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press('/');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.ok(first.length > 0);
    await page.goto(`${product.url}/patient/p4`);
    await page.getByText('This patient is not here').waitFor();
  });

  test('who looked is not for everybody', async () => {
    const page = await start('/patient/p3');
    await page.waitForSelector('.now-row');
    assert.equal(await page.getByText('Who looked at this record').count(), 0);
  });

  for (const way of ['may', 'may not'])
    test(`a connection that the server ends with its token comes back at once (reconnecting ${way} be asked)`, async () => {
      const page = await start('/ward/ward-1');
      await page.waitForSelector('.tile-in');
      await until(
        () => numbersOf(page),
        (numbers) => numbers.some((one) => one !== '--'),
        'no numbers at first',
      );
      // Looks at each frame: a number that vanishes for one of them is seen.
      await page.evaluate(() => {
        globalThis.seen = { blank: 0, lost: 0, gone: 0 };
        const look = () => {
          const pulse = document.querySelector('.tile-in[data-bed="1"] .num-hr dd');
          if (!pulse) globalThis.seen.gone++;
          else if (pulse.textContent === '--') globalThis.seen.blank++;
          if (document.querySelector('[data-banner="link"]')) globalThis.seen.lost++;
          requestAnimationFrame(look);
        };
        look();
      });
      const served = new Set(product.mock.live());
      await product.mock.fault({ expireTokens: way });
      await until(
        () => product.mock.live().filter((one) => !served.has(one)).length,
        (count) => count >= 1,
        'the connection does not come back',
      );
      const first = await tile(page, 1).innerText();
      await until(
        () => tile(page, 1).innerText(),
        (text) => text !== first,
        'nothing moves any more',
      );
      assert.deepEqual(await page.evaluate(() => globalThis.seen), { blank: 0, lost: 0, gone: 0 });
    });
});
