/** The wall when all is well and when it is not. Needs faults, so only against the mock. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  AWAY,
  counts,
  enter,
  leadsTo,
  listening,
  numbersOf,
  openPage,
  openProduct,
  reads,
  real,
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
  let product;
  let opened;
  before(async () => {
    product = await openProduct();
  });
  after(() => product.stop());
  afterEach(async () => {
    await opened.close();
    assert.deepEqual(opened.unexpected(), [], 'nothing on the console');
  });
  const start = async ({ path = '/', on = product, user, ...options } = {}) => {
    opened = await openPage(on, options);
    await enter(on, opened.page, path, user);
    await opened.page.locator('.tile-in').first().waitFor();
    return opened.page;
  };
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
    await counts(high.locator('.num-inverse'), 1);
    assert.ok(await high.locator('.num-spo2.num-inverse').count());
    assert.match(await tile(page, 6).locator('.strip').innerText(), /\*\* .*RR/s);
    assert.match(await page.locator('.counts').innerText(), /1 high[\s\S]*1 medium[\s\S]*1 technical/);
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
    // The next answer is written now, and comes only after the hub has told.
    const written = signal();
    const told = signal();
    await page.route('**/api/dashboard-data*', async (route) => {
      const answer = await route.fetch();
      written.give();
      await told.given;
      await route.fulfill({ response: answer });
    });
    await product.mock.fault({ message: { target: 'PatientMoved', body: moved('p4', '4') } });
    await written.given;
    await product.mock.fault({ storage: 'away' });
    const banner = page.locator('[data-banner="storage"]');
    await banner.waitFor();
    const answered = page.waitForResponse(/dashboard-data/);
    told.give();
    await (await answered).finished();
    await page.evaluate(() => new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 300)));
    assert.equal(await banner.count(), 1, 'older news took it away');
    await product.mock.fault({ storage: 'stored' });
    await banner.waitFor({ state: 'detached' });
  });

  test('a lost connection is told after five seconds and blanks everything after ten', async () => {
    const page = await start({ clock: true });
    opened.allow(AWAY);
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
    opened.allow(AWAY);
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
    opened.allow(AWAY);
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
        await reads(page.locator('.bar'), /no alarm sound/);
      }
    }
  });

  /** A wall of so many beds. */
  const withBeds = async (beds, run) => {
    const on = await openProduct({ beds, wards: beds > 16 ? 2 : 1, browser: product.browser });
    try {
      const page = await start({ path: '/ward/all', on });
      await counts(page.locator('.tile-in'), beds);
      await run(page);
    } finally {
      // The page first: without its server it would complain.
      await opened.close();
      await on.stop();
    }
  };

  for (const beds of [1, 2, 8, 24, 32])
    test(`holds ${beds} beds without scrolling, and cuts no number off`, () => withBeds(beds, fitsAll));

  test('paints 32 beds with the processor time that a frame of 60 a second has', () =>
    withBeds(32, async (page) => {
      opened.allow(AWAY);
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
