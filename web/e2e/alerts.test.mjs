/** From an alert to the bedside: seen, heard, acknowledged, worked on and resolved; on the wall, in the list, and on a phone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  axeViolations,
  confirm,
  countedSound,
  counts,
  dialog,
  leadsTo,
  listening,
  PHONE,
  REFUSED,
  reads,
  real,
  shared,
  tile,
  until,
  visit,
} from './browser.mjs';

const iso = (at = Date.now()) => new Date(at).toISOString();

describe('alerts', { skip: real ? 'raises alerts in the mock' : false }, () => {
  const { product, start: open, allow } = shared({ always: [REFUSED] });
  const heard = async (page, path) => {
    await listening(product, page, /api\/incidents\?/, product.mock.alertsLive);
    if (path.startsWith('/ward')) await listening(product, page, /dashboard-data/);
  };
  const start = async (path, options = {}) => {
    const page = await open(path, options);
    await heard(page, path);
    return page;
  };
  const raise = (...given) => product.mock.care.raise(...given);
  const over = (alert) => product.mock.care.change(alert, { condition: 'ended', signal: 'off' });

  test('stand on the tile: strip, number, who is on it, what comes next, and every state as a word', async () => {
    product.mock.care.path = [
      { ward: 'ward-1', provenAt: new Date(Date.now() - 40_000).toISOString(), state: 'proven' },
    ];
    const page = await start('/ward/ward-1', { shown: '.tile-in .strip' });
    await reads(tile(page, 3).locator('.strip'), /\*\*\*[\s\S]*SpO₂ 84 < 90[\s\S]*\+1[\s\S]*\d:\d\d/);
    await reads(
      tile(page, 3).locator('.responder'),
      /Nurse R\. Silva · not acknowledged[\s\S]*escalates to Dr B\. Osei in (\d:\d\d|\d+ min)[\s\S]*review due in \d+ min/,
    );
    await reads(tile(page, 6).locator('.strip'), /acknowledged/);
    await reads(tile(page, 14).locator('.responder'), /Nobody is on it yet[\s\S]*to charge nurse in/);
    await reads(tile(page, 8), /limits changed/);
    await reads(page.locator('.alert-path'), /Alert path proven \d+ s ago/);
    const tell = (state, ago) =>
      product.mock.care.send('AlertPathChanged', { ward: 'ward-1', provenAt: iso(Date.now() - ago), state });
    tell('late', 180_000);
    await reads(page.locator('.alert-path.path-late'), /◑[\s\S]*Alert path not proven for 3 min/);
    tell('broken', 240_000);
    await reads(page.locator('.alert-path.path-broken'), /✕[\s\S]*Alert path broken: proven 4 min ago/);
    tell('proven', 1000);
    await reads(page.locator('.alert-path.path-proven'), /Alert path proven \d+ s ago/);
    const flashes = (bed) => tile(page, bed).evaluate((one) => getComputedStyle(one).animationDuration);
    assert.equal(await flashes(3), '0.5s', 'high flashes twice a second');
    assert.equal(await flashes(6), '0s', 'what is acknowledged stands still');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await tile(page, 3).evaluate((one) => getComputedStyle(one).animationName), 'none');
    const left = await tile(page, 3).locator('.responder-next').innerText();
    await until(
      () => tile(page, 3).locator('.responder-next').innerText(),
      (now) => now !== left,
      'the countdown stands still',
    );

    const silenced = raise('p2', 'rr-high', { text: 'RR 26 > 22 for 20 s', tell: true });
    await reads(tile(page, 2).locator('.strip'), /RR 26 > 22/);
    product.mock.care.change(silenced, {
      signal: 'paused',
      silencedUntil: new Date(Date.now() + 600_000).toISOString(),
    });
    await reads(tile(page, 2).locator('.strip'), /silenced until \d\d:\d\d/);
    product.mock.care.change(silenced, { signal: 'latched', condition: 'ended' });
    await reads(tile(page, 2).locator('.strip'), /ended, not acknowledged/);
    await counts(tile(page, 2).locator('.num-inverse'), 0, 'a value that is right again is not inverse');
    over(silenced);
    await counts(tile(page, 2).locator('.strip'), 0);
    const own = raise(null, 'device-silent', {
      text: 'The alert path of this ward is broken',
      alone: true,
      tell: true,
    });
    await reads(page.locator('.own-alert'), /● [\s\S]*path of this ward is broken/);
    over(own);
    await product.mock.fault({ message: { target: 'AlertRaised', body: { id: 'x', priority: 'urgent' } } });
    await reads(page.locator('.counts'), /1 high[\s\S]*3 medium/);
  });

  test('are seen and heard at once: toast, strip and tone, and none of it takes the focus', async () => {
    const page = await start('/ward/ward-1', { shown: '.tile-in' });
    await page.addInitScript(countedSound);
    await page.reload();
    await page.getByRole('button', { name: /Sound is off: press to switch it on/ }).click();
    await reads(page.locator('.sound'), /Sound on/);
    const tones = () => page.evaluate(() => globalThis.tones.splice(0).length);
    await until(tones, (count) => count === 10, 'what is high already is not heard: two groups of five');
    await heard(page, '/ward');
    await page.keyboard.press('ArrowRight');
    const alert = raise('p4', 'hr-low', { text: 'HR 44 < 50 for 10 s', priority: 'high', tell: true });
    await reads(page.locator('.toasts [role="alert"]'), /bed 4[\s\S]*HR 44 < 50/);
    await reads(tile(page, 4).locator('.strip'), /\*\*\*[\s\S]*HR 44 < 50/);
    await until(tones, (count) => count === 10, 'the second is not heard');
    assert.equal(
      await page.evaluate(() => document.activeElement.closest('.tile-in')?.dataset.bed),
      '1',
      'the focus stays',
    );
    raise('p5', 'rr-high', { text: 'RR 24 > 22 for 20 s', tell: true });
    await reads(page.locator('.toasts [role="status"]'), /bed 5/);
    const heads = await page.evaluate(() => {
      const top = document.querySelector('.toasts').getBoundingClientRect().top;
      return [...document.querySelectorAll('.tile-top')].every((one) => one.getBoundingClientRect().bottom <= top);
    });
    assert.ok(heads, 'a toast covers the head of a tile');
    // At once: those that are not of high priority go by themselves after a while.
    await page.getByRole('button', { name: 'Close: bed 5' }).click();
    await counts(page.locator('.toasts [role="status"] .toast'), 0, 'it does not close');
    assert.deepEqual(await axeViolations(page), []);

    await page.getByRole('button', { name: 'Pause sound' }).click();
    await reads(page.locator('.sound'), /Sound paused [12]:\d\d by Nurse R\. Silva/);
    await page.getByRole('button', { name: 'Sound on again' }).click();
    await page.getByRole('button', { name: 'Pause sound' }).waitFor();
    product.mock.care.pauses.set('ward-1', {
      ward: 'ward-1',
      until: new Date(Date.now() + 60_000).toISOString(),
      by: 'Dr B. Osei',
    });
    product.mock.care.send('SoundChanged', product.mock.care.pauses.get('ward-1'));
    await reads(page.locator('.sound'), /by Dr B\. Osei/, 'a colleague’s pause is not told');
    product.mock.care.pauses.clear();
    over(alert);
    await counts(page.locator('.toasts [role="alert"] .toast'), 0, 'a toast outlives its alert');
    await counts(page.locator('.toast'), 0);
    over([...product.mock.care.alerts.values()].find((one) => one.bed === '5'));
  });

  test('are acknowledged from the tile by a person who says so, and by no slip', async () => {
    const page = await start('/ward/ward-1', { shown: '.tile-in .strip' });
    await tile(page, 14).locator('.tile-name').focus();
    await page.keyboard.press('a');
    await reads(dialog(page), /Acknowledge bed 14, Rossi, G\.\?[\s\S]*HR 123 > 120/);
    await page.keyboard.press('Enter');
    await counts(dialog(page), 0);
    assert.equal(product.mock.care.incidents.get('in4').state, 'OPEN', 'Enter pressed on acknowledges nothing');
    await page.keyboard.press('a');
    await confirm(page, 'Acknowledge as Nurse R. Silva');
    await page.getByText('Acknowledged.', { exact: true }).waitFor();
    await reads(tile(page, 14).locator('.responder'), /Nurse R\. Silva · acknowledged 0:\d\d ago/);
    assert.equal(product.mock.care.incidents.get('in4').state, 'ACKNOWLEDGED');
    await tile(page, 1).locator('.tile-name').focus();
    await page.keyboard.press('a');
    await reads(dialog(page), /nothing to acknowledge/);
    await page.keyboard.press('Escape');
  });

  test('stand in one list that does not move: groups, filters in the address, new ones above', async () => {
    const page = await start('/alerts', { shown: '.alert-group' });
    const row = (name) => page.getByRole('row').filter({ hasText: name });
    await reads(
      row('Haddad'),
      /high[\s\S]*SpO₂ 84 < 90[\s\S]*1 more alert[\s\S]*Nurse R\. Silva · not acknowledged[\s\S]*escalates/,
    );
    await reads(row('bed 10'), /technical[\s\S]*No data[\s\S]*Nobody is called/);
    const before = await page.getByRole('row').count();
    const alert = raise('p7', 'spo2-low', { text: 'SpO₂ 80 < 90 for 15 s', tell: true });
    await page.getByText('1 new alert', { exact: true }).waitFor();
    assert.equal(await page.getByRole('row').count(), before, 'the list moves under the finger');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await reads(row('Silva, T.'), /Nobody is on it yet/);
    await page.getByLabel('Grouped by').selectOption('ward');
    await leadsTo(page, /group=ward/);
    await page.getByRole('heading', { name: /Ward 1 · Cardiology/ }).waitFor();
    await page.getByLabel('Which').selectOption('mine');
    await reads(page.locator('.alerts'), /Haddad/);
    await counts(row('Silva, T.'), 0);
    await page.getByLabel('Which').selectOption('');
    await page.getByLabel('Priority', { exact: true }).selectOption('medium');
    await counts(row('Haddad'), 0);
    await visit(page, '/alerts');
    await page.getByRole('button', { name: 'Acknowledge bed 7, Silva, T.' }).click();
    // Somebody else is quicker.
    Object.assign(product.mock.care.incidents.get(alert.incident), {
      state: 'ACKNOWLEDGED',
      assignee: { id: 'x', name: 'Nurse K. Lee', role: 'nurse' },
    });
    await confirm(page, /Acknowledge as/);
    await reads(dialog(page).getByRole('alert'), /Nurse K\. Lee has acknowledged it already/);
    await page.keyboard.press('Escape');
    await row('Silva, T.').getByRole('button', { name: /^More/ }).click();
    await dialog(page).getByRole('button', { name: 'Silence …' }).click();
    await dialog(page).getByLabel('Minutes').fill('90');
    await dialog(page).getByRole('button', { name: 'Silence', exact: true }).click();
    await reads(dialog(page), /Between 1 and 60 minutes[\s\S]*Say why/);
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByLabel('Minutes').fill('5');
    await dialog(page).getByLabel('Why').fill('being turned');
    await dialog(page).getByRole('button', { name: 'Silence', exact: true }).click();
    await reads(row('Silva, T.'), /silenced until \d\d:\d\d \(Nurse R\. Silva: being turned\)/);
    over(alert);
  });

  test('are worked on: on the way, bedside review, judged, resolved; the history says it all', async () => {
    const alert = raise('p1', 'spo2-low', { text: 'SpO₂ 85 < 90 for 15 s', dueIn: 1800 });
    const page = await start(`/incidents/${alert.incident}`, { shown: '.timeline li' });
    await page.locator('.chart-row canvas').first().waitFor();
    await reads(page.locator('.incident-facts'), /Okafor, A\.[\s\S]*Nobody is on it yet[\s\S]*review due in \d+ min/);
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await confirm(page, /Acknowledge as/);
    await page.getByRole('button', { name: 'I am on my way' }).click();
    await reads(page.locator('.incident-facts'), /at it since/);
    await page.getByRole('button', { name: 'Bedside review …' }).click();
    await dialog(page).getByRole('button', { name: 'Record the review' }).click();
    await reads(dialog(page), /Say what was found/);
    await dialog(page).getByLabel('What was found').fill('Probe had slipped.');
    await dialog(page).getByLabel('What was done').fill('Put back on.');
    await dialog(page).getByRole('button', { name: 'Record the review' }).click();
    await reads(page.locator('.incident-facts'), /reviewed in time/);
    await page.getByRole('button', { name: 'Artefact' }).click();
    await until(
      () => page.getByRole('button', { name: 'Artefact' }).getAttribute('aria-pressed'),
      (pressed) => pressed === 'true',
      'not judged',
    );
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole('button', { name: 'Resolve …' }).click();
    await dialog(page).getByLabel('Artefact').check();
    await dialog(page).getByRole('button', { name: 'Resolve', exact: true }).click();
    await reads(
      page.locator('.timeline'),
      /Opened[\s\S]*Acknowledged Nurse R\. Silva[\s\S]*On the way[\s\S]*Bedside review[\s\S]*Probe had slipped[\s\S]*Resolved/,
    );
    await counts(page.locator('.incident-acts'), 0);
    over(alert);
    await visit(page, '/incidents/nobody');
    await page.getByText('not there').first().waitFor();
    allow(REFUSED);
  });

  test('a screen that takes part in the tests of the alert path says so, and shows and sounds nothing', async () => {
    product.mock.care.path = [{ ward: 'ward-1', provenAt: iso(Date.now() - 20_000), state: 'proven' }];
    const page = await start('/account', { shown: '.path-list' });
    await reads(page.locator('.path-list'), /ward-1: Alert path proven \d+ s ago/);
    await reads(page.locator('.bar .alert-path'), /Alert path proven \d+ s ago/);
    const testing = () =>
      product.mock.care.send('Notification', {
        id: 'test-1',
        kind: 'canary',
        priority: 'high',
        title: 'Hypoglycaemia',
        text: 'Glucose 2 < 4',
        createdAt: iso(),
        stage: 'sent',
      });
    testing();
    const box = page.getByLabel('This screen takes part');
    await box.check();
    await heard(page, '/account');
    await until(
      async () => {
        testing();
        return product.mock.care.tested.length;
      },
      (many) => many > 0,
      'the receipt never comes',
    );
    assert.equal(product.mock.care.tested[0], 'test-1');
    await page.getByText(/The last test came to this screen \d+ s ago/).waitFor();
    await counts(page.locator('.toast'), 0);
    await counts(page.locator('.bell .nav-count').filter({ hasText: 'Hypo' }), 0);
    assert.deepEqual(await axeViolations(page), []);
    await box.uncheck();
  });

  test('on a phone the ward says in a line of its own how far its alert path is proven', async () => {
    product.mock.care.path = [{ ward: 'ward-1', provenAt: iso(Date.now() - 240_000), state: 'broken' }];
    for (const theme of ['dark', 'light']) {
      const page = await start('/ward/ward-1', { shown: '.path-line', viewport: PHONE, theme });
      await reads(page.locator('.path-line'), /✕[\s\S]*Alert path broken: proven 4 min ago/);
      assert.deepEqual(await axeViolations(page), []);
      assert.ok(
        (await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width,
        'cut off to the right',
      );
    }
    product.mock.care.path = undefined;
  });

  test('on a phone: mine first, acknowledged with one thumb, and nobody who may only look is offered it', async () => {
    const page = await start('/ward/ward-1', { shown: '.roster-row', viewport: PHONE, theme: 'light' });
    const mine = page.getByRole('region', { name: 'Yours' });
    await reads(mine, /Haddad[\s\S]*SpO₂ 84 < 90[\s\S]*not acknowledged/);
    await reads(page.getByRole('navigation', { name: 'Main' }), /Mine\s*\d/);
    const button = mine.getByRole('button', { name: /Acknowledge\s+Bed 3/ });
    const size = await button.boundingBox();
    assert.ok(size.height >= 44 && size.width > 200, 'too small for a thumb');
    await button.tap();
    const press = dialog(page).getByRole('button', { name: /Acknowledge as/ });
    const place = await press.boundingBox();
    assert.ok(place.y > PHONE.height / 2, 'out of the thumb’s reach');
    assert.deepEqual(await axeViolations(page), []);
    await until(
      () => press.getAttribute('aria-disabled'),
      (value) => value !== 'true',
      'is never armed',
    );
    await press.tap();
    await reads(mine, /acknowledged 0:\d\d ago/);
    await page.getByRole('link', { name: /Mine/ }).tap();
    await reads(page.locator('.alerts'), /Haddad/);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width, 'cut off to the right');
    const looks = await start('/alerts', { shown: '.alert-group', user: 'analyst' });
    await counts(looks.getByRole('button', { name: /Acknowledge|More/ }), 0);
  });

  test('of devices reach technical staff as they happen, and those of patients do not', async () => {
    const page = await start('/alerts', { user: 'technician' });
    const alert = raise(null, 'device-silent', { text: 'The database takes no readings', alone: true, tell: true });
    await page.getByText('1 new alert', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('The database takes no readings').first().waitFor();
    await counts(page.getByRole('row').filter({ hasText: 'Haddad' }), 0);
    over(alert);
  });
});
