/** The bed map: by mouse, by keyboard and by finger; refused moves, and what others do meanwhile. And the wall that hears of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AWAY,
  axeViolations,
  leadsTo,
  listening,
  PHONE,
  REFUSED,
  reads,
  real,
  shared,
  tile,
  until,
} from './browser.mjs';

describe('beds', { skip: real ? 'moves the patients of the mock' : false }, () => {
  const { product, start, allow } = shared({ always: [REFUSED], user: 'charge', wards: 2 });
  const bed = (page, name) => page.locator(`.bed[data-bed="${name}"]`);
  const lies = (page, name, who) => bed(page, name).filter({ hasText: who }).waitFor();
  const elsewhere = (id, change, target = 'PatientMoved') => {
    const record = product.mock.registry.records.get(id);
    const before = record.ward;
    Object.assign(record, change);
    record.version++;
    product.mock.registry.live(record);
    product.mock.tell(target, record, before);
  };
  const placeOf = (id) => product.mock.registry.records.get(id).bed;

  test('dragged to a free bed; refused by a taken one and by the server, with the reason and put back', async () => {
    const page = await start('/beds');
    await bed(page, '1').waitFor();
    await leadsTo(page, /ward=ward-1/);
    await page.getByLabel('Ward').selectOption('ward-2');
    await lies(page, '9', 'Kowalski, P.');
    await reads(page.locator('main'), /1 of 8 beds free/);
    const order = () => page.locator('.bed').evaluateAll((all) => all.map((one) => one.dataset.bed).join());
    assert.equal(await order(), '9,10,11,12,13,14,15,16');
    await bed(page, '9').dragTo(bed(page, '15'));
    await page.getByText('Kowalski, P. is in bed 15.').waitFor();
    await lies(page, '9', 'free');
    assert.equal(placeOf('p9'), '15');
    await bed(page, '10').dragTo(bed(page, '11'));
    assert.equal(placeOf('p10'), '10', 'a taken bed takes nobody');
    await page.route('**/api/patients/p10/transfer', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: '{"type":"urn:wardwatch:bed-occupied","title":"taken","status":409}',
      }),
    );
    await bed(page, '10').dragTo(bed(page, '9'));
    await page.getByText('Nguyen, H. stays in bed 10. Somebody lies in this bed by now.').waitFor();
    await lies(page, '10', 'Nguyen, H.');
    await page.unroute('**/api/patients/p10/transfer');
    await page.route('**/api/patients/p10/transfer', (route) => route.abort());
    await bed(page, '10').dragTo(bed(page, '9'));
    await page.getByText('it is not known whether this was done').waitFor();
    await page.unroute('**/api/patients/p10/transfer');
    allow(AWAY);
    assert.equal(await order(), '9,10,11,12,13,14,15,16', 'no bed has moved');
    assert.deepEqual(await axeViolations(page), []);
  });

  test('by keyboard: picked up, refused on a taken bed, put back, put down; others may come first', async () => {
    const page = await start('/beds?ward=ward-2');
    await lies(page, '15', 'Kowalski, P.');
    const said = page.locator('.bed-said [role="status"]');
    await bed(page, '9').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await said.getByText('Kowalski, P. picked up from bed 15.').waitFor();
    await page.keyboard.press('ArrowLeft');
    await said.getByText('Bed 14, Rossi, G.').waitFor();
    await page.keyboard.press('Enter');
    await said.getByText('Bed 14 is taken by Rossi, G.').waitFor();
    await page.keyboard.press('Escape');
    await said.getByText('Kowalski, P. stays in bed 15.').waitFor();
    await until(
      () => page.evaluate(() => document.activeElement?.getAttribute('data-bed')),
      (focused) => focused === '15',
      'the focus is not back on bed 15',
    );
    assert.match(page.url(), /\/beds/, 'Escape leaves nothing but the patient');
    await page.keyboard.press('Space');
    await page.keyboard.press('Home');
    await said.getByText('Bed 9, free').waitFor();
    await page.keyboard.press('Space');
    await said.getByText('Kowalski, P. is in bed 9.').waitFor();
    assert.equal(placeOf('p9'), '9');

    await listening(product, page, /\/beds/);
    await bed(page, '10').focus();
    await page.keyboard.press('Enter');
    elsewhere('p10', { bed: '15' });
    await said.getByText('Somebody else has moved Nguyen, H. to bed 15 meanwhile.').waitFor();
    await lies(page, '10', 'free');
    elsewhere('p10', { bed: '10' });
    await lies(page, '10', 'Nguyen, H.');
    elsewhere('p12', { status: 'critical' }, 'PatientCritical');
    await lies(page, '12', 'Critical');
  });

  test('by finger: a menu moves within the ward and to another one, and opens the record', async () => {
    const page = await start('/beds?ward=ward-2', { viewport: PHONE, theme: 'light' });
    await bed(page, '16').tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Bed 15' }).tap();
    await page.getByText('Dubois, V. is in bed 15.').waitFor();
    assert.equal(placeOf('p16'), '15');
    elsewhere('p1', { ward: 'ward-2', bed: '16' });
    await lies(page, '16', 'Okafor, A.');
    await bed(page, '16').tap();
    await page.getByRole('button', { name: 'Another ward …' }).tap();
    await page.getByRole('dialog').getByLabel('Ward').selectOption('ward-1');
    await page.getByRole('dialog').getByLabel('Bed', { exact: true }).selectOption('1');
    await page.getByRole('dialog').getByRole('button', { name: 'Transfer' }).tap();
    await page.getByText('Okafor, A. is in Ward 1, bed 1.').waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `nothing is cut off to the right (${wide})`);
    await bed(page, '15').tap();
    await page.getByRole('link', { name: 'Open the record' }).tap();
    await page.waitForSelector('.now-row');
    await leadsTo(page, /\/patient\/p16/);
  });

  test('whoever only looks moves nobody; a lost live connection is told', async () => {
    const page = await start('/beds?ward=ward-1', { user: 'analyst', clock: true });
    await bed(page, '2').click();
    await page.getByRole('link', { name: 'Open the record' }).waitFor();
    assert.equal(await page.getByText('Move to').count(), 0);
    assert.equal(await bed(page, '2').getAttribute('draggable'), 'false');
    await product.mock.fault({ frozen: true });
    await page.clock.fastForward(6000);
    await page.locator('[data-banner="link"]').waitFor();
    await product.mock.fault({ frozen: false });
    await page.locator('[data-banner="link"]').waitFor({ state: 'detached' });
    allow(AWAY);
  });

  test('the wall shows a patient who is set critical, moved, admitted or discharged, at once and by itself', async () => {
    const page = await start('/ward/ward-1');
    await page.waitForSelector('.tile-in');
    await listening(product, page, /dashboard-data/);
    assert.equal(await tile(page, 4).getByText('Critical').count(), 0);
    elsewhere('p4', { status: 'critical' }, 'PatientCritical');
    await tile(page, 4).getByText('Critical').waitFor();
    await page.getByText('Bed 4 is set critical').waitFor({ state: 'attached' });
    elsewhere('p5', { status: 'discharged', ward: null, bed: null });
    await page.locator('.tile').filter({ hasText: '5 · free' }).waitFor();
    elsewhere('p5', { status: 'admitted', ward: 'ward-1', bed: '5' });
    await tile(page, 5).getByText('Petrov, I.').waitFor();
    elsewhere('p5', { status: 'stable', ward: 'ward-2', bed: '16' });
    await page.locator('.tile').filter({ hasText: '5 · free' }).waitFor();
  });
});
