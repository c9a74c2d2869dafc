/** The patient page: identity, ages, scores with bounds, trends that zoom by key and button, the same data as a table. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { counts, listening, REFUSED, reads, real, shared, until } from './browser.mjs';

describe('the patient page', { skip: real ? 'needs the patients of the mock' : false }, () => {
  const { product, start, allow } = shared({ shown: '.now-row' });
  const range = async (page) => {
    const query = new URL(page.url()).searchParams;
    return { range: query.get('range'), from: Date.parse(query.get('from')), to: Date.parse(query.get('to')) };
  };

  test('says who it is, what is wrong, and how old each number is', async () => {
    const page = await start('/patient/p3');
    await reads(
      page.locator('.identity'),
      /Haddad, Samira[\s\S]*\d+ years · female · record 20-11833 · Ward 1, bed 3[\s\S]*Critical/,
    );
    await reads(page.locator('.patient-strip'), /SpO₂ \d+ < 90/);
    await counts(page.locator('.now-row.inverse-high'), 1);
    await reads(page.locator('.now-row.vital-bp'), /\d+\/\d+[\s\S]*\d\d:\d\d/);
    await counts(page.locator('.bar-row'), 11);
  });

  test('a score with a value missing shows its bounds and which value it is', async () => {
    const page = await start('/patient/p7');
    await reads(page.locator('#news2-title'), /≥\d, ≤\d/);
    await reads(page.locator('.bar-missing'), /Consciousness[\s\S]*no value: 0–3/);
    await reads(page.locator('#anomaly-title'), /83 % of the vitals present/);
  });

  test('a silent patient has no current number and no score, but says what was last', async () => {
    const page = await start('/patient/p10');
    await reads(page.locator('.now-row.vital-hr'), /--[\s\S]*last \d+, \d\d:\d\d:\d\d/);
    await reads(page.locator('#news2-title'), /–/);
  });

  test('draws gaps as gaps and counts them', async () => {
    const page = await start('/patient/p3?range=24h');
    await page.waitForSelector('.chart-row canvas');
    await until(
      () => page.locator('.side').innerText(),
      (text) => /Gaps in the range shown\s+1, together (19|2\d) min/.test(text),
      'the gap is not counted',
    );
  });

  test('the time axis moves and zooms by key and by button, and the address keeps it', async () => {
    const page = await start('/patient/p1');
    await page.waitForSelector('.chart-row canvas');
    await page.locator('.charts').focus();
    await page.keyboard.press('+');
    await until(
      () => range(page),
      ({ from, to }) => to - from === 1_800_000,
      'plus does not halve the hour',
    );
    const before = await range(page);
    await page.keyboard.press('ArrowLeft');
    await until(
      () => range(page),
      ({ from }) => from === before.from - 450_000,
      'the arrow does not move by a quarter',
    );
    await page.keyboard.press('0');
    await until(
      () => range(page),
      ({ from, range: preset }) => Number.isNaN(from) && preset === '1h',
      'zero does not reset',
    );
    await page.getByRole('button', { name: 'Wider' }).click();
    await until(
      () => range(page),
      ({ from, to }) => to - from === 7_200_000,
      'the button does not widen',
    );
    const kept = await range(page);
    await page.reload();
    await page.waitForSelector('.chart-row canvas');
    assert.deepEqual(await range(page), kept, 'the address does not keep it');
    await page.getByRole('button', { name: '6 h' }).click();
    await until(
      () => range(page),
      ({ range: preset, from }) => preset === '6h' && Number.isNaN(from),
      'the preset is not kept',
    );
  });

  test('dragging over a chart zooms to it, and the pointer shows the values', async () => {
    const page = await start('/patient/p1');
    await page.waitForSelector('.chart-row canvas');
    await listening(product, page, /dashboard-data/);
    const box = await page.locator('.chart-row').first().boundingBox();
    await page.mouse.move(box.x + 400, box.y + 60);
    await until(
      () => page.locator('.chart-label').allInnerTexts(),
      (labels) => /HR \/min\s*\d+/.test(labels[0]) && /RR \/min\s*\d+/.test(labels[2]),
      'no values at the pointer',
    );
    await page.mouse.down();
    await page.mouse.move(box.x + 600, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const zoomed = await until(
      () => range(page),
      ({ from }) => !Number.isNaN(from),
      'dragging does not zoom',
    );
    assert.ok(zoomed.to - zoomed.from < 1_200_000);
  });

  test('a typed range is checked and shown', async () => {
    const page = await start('/patient/p1');
    await page.getByRole('button', { name: 'range…' }).click();
    await page.getByLabel('From').fill('2026-01-02T10:00');
    await page.getByLabel('To', { exact: true }).fill('2026-01-02T09:00');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('alert').filter({ hasText: 'must be after' }).waitFor();
    await page.getByLabel('To', { exact: true }).fill('2026-01-02T11:00');
    await page.getByRole('button', { name: 'Show' }).click();
    await until(
      () => range(page),
      ({ from, to }) => to - from === 3_600_000,
      'the range is not taken',
    );
  });

  test('anomalies are reached with the keyboard and say what drove them', async () => {
    const page = await start('/patient/p3');
    await page.locator('.mark').first().waitFor();
    await page.locator('.mark[tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await reads(page.locator('.mark-tip'), /anomaly 0\.\d\d[\s\S]*SpO₂ \+0\.31/);
    assert.match(
      await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
      /anomaly 0\.\d\d.*SpO₂ \+0\.31/,
    );
  });

  test('the table holds the same range, page by page, drawn or reading by reading', async () => {
    const page = await start('/patient/p1');
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await counts(page.locator('tbody tr'), 50);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2 of').waitFor();
    await page.getByRole('button', { name: 'Every reading' }).click();
    await page.getByText('Page 1', { exact: true }).waitFor();
    const first = await until(
      () =>
        page
          .locator('tbody th')
          .first()
          .innerText()
          .catch(() => ''),
      Boolean,
      'no readings',
    );
    await page.getByRole('button', { name: 'Next page' }).click();
    await until(
      () => page.locator('tbody th').first().innerText(),
      (text) => text !== first,
      'the page does not turn',
    );
  });

  test('late readings are counted', async () => {
    const page = await start('/patient/p1');
    await until(
      () => page.locator('.side').innerText(),
      (text) => /Last 100 readings in memory\s+\d+ late/.test(text),
      'late readings are not counted',
    );
  });

  test('somebody who is not there is said to be not there', async () => {
    const page = await start('/patient/nobody', { shown: null });
    await page.getByText('This patient is not here').waitFor();
    allow(REFUSED);
  });
});
