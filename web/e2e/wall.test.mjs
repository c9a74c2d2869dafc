/** The wall when all is well and when it is not. Needs faults, so only against the mock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AWAY,
  counts,
  leadsTo,
  listening,
  numbersOf,
  openProduct,
  reads,
  real,
  shared,
  tile,
  until,
  visit,
} from './browser.mjs';

function signal() {
  let give;
  const given = new Promise((resolve) => {
    give = resolve;
  });
  return { give, given };
}
const moved = (patient, bed) => ({ patient, ward: 'ward-1', bed, status: 'stable', at: new Date().toISOString() });
const allBlank = (numbers) => numbers.length > 0 && numbers.every((one) => one === '--');

describe('the wall', { skip: real ? 'needs faults that only the mock has' : false }, () => {
  const { product, start: open, allow, close } = shared({ shown: '.tile-in' });
  const start = ({ path = '/', ...options } = {}) => open(path, options);
  const pulse = (page, bed) => tile(page, bed).locator('.num-hr dd');

  test('shows every bed in its place, the free one too', async () => {
    const page = await start();
    await counts(page.locator('.tile'), 16);
    await counts(page.locator('.tile-in'), 15);
    assert.equal(await page.locator('.tile').nth(14).innerText(), '15 · free');
    assert.match(await tile(page, 3).innerText(), /Haddad, S\./);
    assert.doesNotMatch(await page.content(), /Samira|Adaeze|Valérie/, 'no given name on a wall that everybody passes');
  });

  test('says what is wrong with strip, border, inverse number and time since', async () => {
    const page = await start();
    const high = tile(page, 3);
    assert.match(await high.locator('.strip').innerText(), /\*\*\* .*SpO₂ \d+ < 90/s);
    assert.match(await high.locator('.strip-since').innerText(), /^\d+:\d\d$/);
    await counts(high.locator('.num-inverse'), 2);
    assert.ok(await high.locator('.num-spo2.num-inverse').count());
    assert.match(await tile(page, 6).locator('.strip').innerText(), /\*\* .*RR/s);
    assert.match(await page.locator('.counts').innerText(), /1 high[\s\S]*3 medium[\s\S]*1 technical/);
  });

  test('a silent device shows no numbers, no score, and since when', async () => {
    const page = await start();
    const silent = tile(page, 10);
    assert.equal(await silent.locator('.num-hr dd').innerText(), '--');
    assert.equal(await silent.locator('.num-spo2 dd').innerText(), '--');
    assert.match(await silent.innerText(), /no signal since \d\d:\d\d:\d\d/);
    assert.match(await silent.innerText(), /NEWS2 –/);
    assert.match(await silent.locator('.tile-age').innerText(), / old$/);
  });

  test('a device that falls silent is blanked after ten seconds, and not before', async () => {
    const page = await start();
    await reads(pulse(page, 1), /^\d+$/);
    await product.mock.fault({ silent: 'p1', seconds: 6 });
    await reads(tile(page, 1).locator('.strip'), /No data from device M-101/);
    await reads(pulse(page, 1), /^--$/, 'the pulse stays');
    assert.ok(Date.now() - product.mock.ward.silentSince.get('p1') > 9_000, 'gone before its time');
    await product.mock.fault({ heard: 'p1' });
    await reads(pulse(page, 1), /^\d+$/, 'the pulse does not come back');
  });

  test('one lost sensor blanks its own number only', async () => {
    const page = await start();
    const spo2 = tile(page, 2).locator('.num-spo2 dd');
    await reads(spo2, /^\d+$/);
    await product.mock.fault({ stale: { patient: 'p2', vital: 'spo2' }, seconds: 8 });
    await reads(spo2, /^--$/, 'SpO2 stays');
    assert.match(await pulse(page, 2).innerText(), /^\d+$/);
    await product.mock.fault({ fresh: 'p2' });
    await reads(spo2, /^\d+$/, 'SpO2 does not come back');
  });

  test('says when readings are not being stored, and when they are again', async () => {
    const page = await start();
    const banner = page.locator('[data-banner="storage"]');
    await product.mock.fault({ storage: 'away' });
    await reads(banner, /Readings are not being stored since \d\d:\d\d:\d\d/);
    assert.match(await pulse(page, 1).innerText(), /^\d+$/);
    await product.mock.fault({ storage: 'stored' });
    await banner.waitFor({ state: 'detached' });
    await reads(page.locator('header'), /All readings stored/);
  });

  test('what an answer from before the failure says of the storage does not take the banner back', async () => {
    const page = await start();
    await listening(product, page, /dashboard-data/);
    // The next answer is written now, and comes only after the hub has told; a name in it says that the page has taken it.
    const written = signal();
    const told = signal();
    await page.route('**/api/dashboard-data*', async (route) => {
      const answer = await route.fetch();
      written.give();
      await told.given;
      const body = await answer.json();
      body.patients.find(({ id }) => id === 'p1').shortName = 'Answer, O.';
      await route.fulfill({ response: answer, json: body });
    });
    await product.mock.fault({ message: { target: 'PatientMoved', body: moved('p4', '4') } });
    await written.given;
    await product.mock.fault({ storage: 'away' });
    const banner = page.locator('[data-banner="storage"]');
    await banner.waitFor();
    told.give();
    await tile(page, 1).getByText('Answer, O.').waitFor();
    assert.equal(await banner.count(), 1, 'older news took it away');
    await product.mock.fault({ storage: 'stored' });
    await banner.waitFor({ state: 'detached' });
  });

  test('a lost connection is told after five seconds and blanks everything after ten', async () => {
    const page = await start({ clock: true });
    allow(AWAY);
    await until(
      () => numbersOf(page),
      (numbers) => !allBlank(numbers),
      'no numbers at first',
    );
    await product.mock.fault({ frozen: true });
    await page.clock.fastForward(6000);
    await reads(page.locator('[data-banner="link"]'), /Live connection lost since \d\d:\d\d:\d\d/);
    assert.ok(!allBlank(await numbersOf(page)), 'not blank yet');
    await page.clock.fastForward(5000);
    await until(() => numbersOf(page), allBlank, 'numbers stay');
    assert.ok(!/NEWS2 \d/.test(await page.locator('.wall').innerText()), 'no score stays');
    await product.mock.fault({ frozen: false });
  });

  test('a dropped connection comes back by itself with fresh numbers', async () => {
    const page = await start();
    allow(AWAY);
    await listening(product, page, /dashboard-data/);
    await product.mock.fault({ drop: true });
    const first = await numbersOf(page);
    await until(
      () => numbersOf(page),
      (now) => now.join() !== first.join(),
      'no number changed after the reconnection',
    );
    assert.equal(await page.locator('[data-banner="link"]').count(), 0);
  });

  test('an away server is said to be away, and the wall comes by itself when it is back', async () => {
    const page = await start();
    allow(AWAY);
    await product.mock.fault({ rest: false });
    await page.reload();
    await page.getByText('The server does not answer').waitFor();
    await product.mock.fault({ rest: true });
    await page.locator('.tile-in').first().waitFor();
  });

  test('a malformed message changes nothing and breaks nothing', async () => {
    const page = await start();
    for (const body of [
      null,
      { patient: 'p1' },
      { patient: 'p1', vitals: { hr: { value: '<b>1</b>' } }, seq: 'x' },
      'text',
    ])
      await product.mock.fault({ message: { target: 'VitalsUpdated', body } });
    await product.mock.fault({ message: { target: 'NobodyKnowsThis', body: {} } });
    const first = await numbersOf(page);
    await until(
      () => numbersOf(page),
      (now) => now.join() !== first.join(),
      'numbers stand still',
    );
  });

  test('is worked with the keyboard: arrows, Enter, Escape, find, keys', async () => {
    const page = await start();
    const focused = (wanted, what = `the focus is not on bed ${wanted}`) =>
      until(
        () => page.evaluate(() => document.activeElement?.closest('.tile-in')?.getAttribute('data-bed') ?? null),
        (bed) => bed === wanted,
        what,
      );
    await page.keyboard.press('ArrowRight');
    await focused('1');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await focused('6');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    await focused('16', 'the free bed is not passed over');
    await page.keyboard.press('Enter');
    await page.locator('.now-row').first().waitFor();
    await leadsTo(page, /\/patient\/p16/);
    await page.keyboard.press('Escape');
    await page.locator('.wall .tile-in').first().waitFor();
    await focused('16', 'the focus is not where it was');

    await page.keyboard.press('/');
    await page.getByLabel('Name or bed').waitFor();
    await page.keyboard.type('fernan');
    await counts(page.locator('.find-row'), 1, 'typing does not find');
    await page.keyboard.press('Enter');
    await reads(page.locator('h1'), /Fernández, Lucía/);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Keys' }).waitFor({ state: 'hidden' });
    assert.match(page.url(), /\/patient\/p11/, 'Escape closes the dialog, not the page');
  });

  test('the bar holds the way to the account at every width, and gives up what is said elsewhere', async () => {
    const page = await start({ user: 'charge', path: '/ward/ward-1' });
    const inside = () =>
      page.evaluate(() => {
        const menu = document.querySelector('.bar [popovertarget]').getBoundingClientRect();
        return menu.width > 60 && menu.right <= innerWidth && document.documentElement.scrollWidth <= innerWidth;
      });
    for (const path of ['/ward/ward-1', '/patient/p3']) {
      await visit(page, path);
      await page
        .locator(path.startsWith('/ward') ? '.tile-in' : '.now-row')
        .first()
        .waitFor();
      for (const width of [1920, 1640, 1460, 1366, 1280, 1240, 1024, 820]) {
        await page.setViewportSize({ width, height: 900 });
        await until(inside, Boolean, `${path}: out of reach at ${width}`);
        await reads(page.locator('.bar'), /No primary alarm/);
      }
    }
  });

  /** A wall of so many beds; `prepare` is given each patient before anybody looks. */
  const withBeds = async (beds, run, { wards = beds > 16 ? 2 : 1, prepare = () => undefined } = {}) => {
    const on = await openProduct({ beds, wards, browser: product.browser });
    try {
      on.mock.ward.patients.forEach(prepare);
      const page = await start({ path: '/ward/all', on });
      await counts(page.locator('.tile-in'), beds);
      await run(page);
    } finally {
      // The page first: without its server it would complain.
      await close();
      await on.stop();
    }
  };

  for (const beds of [1, 2, 8, 24, 32])
    test(`holds ${beds} beds without scrolling, and cuts no number off`, () => withBeds(beds, fitsAll));

  /** The sickest have the most to say: status, consciousness, oxygen, the other scale, an anomaly, and a high score with bounds. */
  const sickest = (patient) =>
    Object.assign(patient, {
      status: 'critical',
      consciousness: 'C',
      oxygen: true,
      spo2Scale: 2,
      rest: [138, 84, 32, 88, 50, 39.4],
    });
  for (const beds of [15, 32])
    test(`of ${beds} tiles that have everything to say at once, none is cut off`, () =>
      withBeds(beds, saysAll, { wards: 2, prepare: sickest }));

  test('paints 32 beds with the processor time that a frame of 60 a second has', () =>
    withBeds(32, async (page) => {
      allow(AWAY);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      const spent = async () => {
        const { metrics } = await devtools.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
      };
      const frames = (number) =>
        page.evaluate(
          (wanted) =>
            new Promise((painted) => {
              let seen = 0;
              const step = () => (++seen < wanted ? requestAnimationFrame(step) : painted());
              requestAnimationFrame(step);
            }),
          number,
        );
      await frames(30);
      const before = await spent();
      await frames(90);
      const each = ((await spent()) - before) / 90;
      console.log(`      ${each.toFixed(1)} ms of processor time a frame`);
      assert.ok(each < 1000 / 60, `${each.toFixed(1)} ms`);
    }));
});

/** Whether each tile has all its words whole and apart from each other, and enough of the name to know whose it is. */
async function saysAll(page) {
  const cut = await page.evaluate(() => {
    const wrong = [];
    const whole = (element, bed) => {
      const { left, right, width } = element.getBoundingClientRect();
      const row = element.closest('.tile-top, .tile-foot').getBoundingClientRect();
      if (width === 0 || left < row.left || right > row.right || element.scrollWidth > element.clientWidth + 1)
        wrong.push(`bed ${bed}: "${element.textContent}" is cut off`);
      return { left, right };
    };
    for (const tile of document.querySelectorAll('.tile-in')) {
      const { bed } = tile.dataset;
      const name = tile.querySelector('.tile-name');
      if (name.clientWidth < 48) wrong.push(`bed ${bed}: ${name.clientWidth} px for the name`);
      const chips = [...tile.querySelectorAll('.tile-top .chip')];
      // One is never heard of, and of one the consciousness is not known.
      if (chips.length < (tile.matches('.tile-lost') || bed === '7' ? 2 : 3))
        wrong.push(`bed ${bed}: ${chips.map((one) => one.textContent)}`);
      const states = [...tile.querySelectorAll('.tile-states')];
      const said = tile.matches('.tile-lost') ? /O₂.*scale 2/ : /O₂.*scale 2.*Anomaly 0\.\d\d/;
      if (!said.test(states[0].textContent)) wrong.push(`bed ${bed}: ${states[0].textContent}`);
      for (const row of [chips, [...states, tile.querySelector('.tile-age')]])
        row
          .map((one) => whole(one, bed))
          .reduce((before, next) => {
            if (next.left < before.right) wrong.push(`bed ${bed}: words stand on each other`);
            return next;
          });
    }
    return wrong;
  });
  assert.deepEqual(cut, []);
}

/** Whether all numbers are inside their tiles, the traces beside their labels, and everything is large enough to read. */
async function fitsAll(page) {
  const cut = await page.evaluate(() => {
    const inside = (inner, outer) =>
      inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1;
    const wrong = [];
    if (document.documentElement.scrollHeight > innerHeight) wrong.push('the page scrolls');
    for (const tile of document.querySelectorAll('.tile-in')) {
      const body = tile.querySelector('.tile-body').getBoundingClientRect();
      for (const number of tile.querySelectorAll('.num dd'))
        if (!inside(number.getBoundingClientRect(), body))
          wrong.push(`bed ${tile.dataset.bed}: ${number.parentElement.className} ${number.textContent}`);
      const label = tile.querySelector('.tile-wave-note')?.getBoundingClientRect();
      if (label && label.height > 0 && label.bottom > tile.querySelector('canvas').getBoundingClientRect().top + 1)
        wrong.push(`bed ${tile.dataset.bed}: traces run through their label`);
      for (const element of tile.querySelectorAll('*'))
        if (element.childNodes.length && Number.parseFloat(getComputedStyle(element).fontSize) < 11)
          wrong.push(`bed ${tile.dataset.bed}: ${element.className} below 11 px`);
    }
    return wrong;
  });
  assert.deepEqual(cut, []);
}
