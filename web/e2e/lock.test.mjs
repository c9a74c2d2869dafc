/** The lock: by itself, by key, over all tabs and over a reload; and that nothing of a patient stands behind it. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { axeViolations, counts, HUNG_UP, leadsTo, PHONE, REFUSED, real, shared, until } from './browser.mjs';

const PIN = '2580';

describe('the lock', { skip: real ? 'needs the accounts of the mock' : false }, () => {
  // A refused unlocking and a refused renewal are answers, which the browser itself reports; so is a live connection that was being opened when the session was locked.
  const { product, start: open } = shared({ always: [REFUSED, HUNG_UP], shown: '.tile-in' });
  afterEach(() => {
    product.mock.accounts.idleLockSeconds = 900;
  });
  const start = async ({ path = '/', ...options } = {}) => {
    // Sessions of the tests before are over, so that what the server does to sessions is done to this one.
    product.mock.accounts.sessions.clear();
    return open(path, options);
  };
  const locked = (page) => page.getByRole('heading', { name: 'Locked' }).waitFor();
  const unlock = async (page, pin = PIN) => {
    await page.getByLabel('PIN').fill(pin);
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  };
  const nothingBehind = async (page) => {
    const html = await page.content();
    assert.doesNotMatch(html, /Haddad|Okafor|SpO₂|tile-in|NEWS2/, 'no patient in the page');
    assert.equal(await page.title(), 'Locked · Wardwatch');
  };

  test('by key: covers the page, closes the live connection, opens where it was', async () => {
    const page = await start({ path: '/patient/p3', shown: '.now-row' });
    const socketsOf = () => product.mock.sockets();
    await until(socketsOf, (count) => count === 1, 'no live connection');
    await page.keyboard.press('Control+Shift+L');
    await locked(page);
    await nothingBehind(page);
    await until(socketsOf, (count) => count === 0, 'the live connection stays');
    assert.deepEqual(await axeViolations(page), []);
    await until(
      () => page.getByLabel('PIN').evaluate((field) => field === document.activeElement),
      Boolean,
      'the PIN has no focus',
    );
    await unlock(page);
    await page.waitForSelector('.now-row');
    await leadsTo(page, /\/patient\/p3(\?|$)/);
  });

  test('by itself after the seconds of the account, with a warning before', async () => {
    product.mock.accounts.idleLockSeconds = 300;
    const page = await start({ clock: true });
    await page.clock.fastForward('04:45');
    await page
      .getByText(/^Locks in \d+ s/)
      .first()
      .waitFor();
    await page.keyboard.press('Shift');
    await counts(page.getByText(/^Locks in \d+ s/), 0);
    await page.clock.fastForward('04:45');
    await page
      .getByText(/^Locks in \d+ s/)
      .first()
      .waitFor();
    await page.clock.fastForward('00:16');
    await locked(page);
    await nothingBehind(page);
  });

  test('never by itself on a wall that only displays', async () => {
    product.mock.accounts.idleLockSeconds = 0;
    const page = await start({ clock: true });
    for (let minute = 0; minute < 60; minute += 20) await page.clock.fastForward('20:00');
    await page.waitForSelector('.tile-in');
    assert.equal(await page.getByRole('heading', { name: 'Locked' }).count(), 0);
  });

  test('stands after a reload, and says whose it is', async () => {
    const page = await start();
    await page.keyboard.press('Control+Shift+L');
    await locked(page);
    await until(
      () => [...product.mock.accounts.sessions.values()].some((one) => one.locked),
      Boolean,
      'the server was not told',
    );
    await page.reload();
    await locked(page);
    await page.getByText('Nurse R. Silva is signed in.').waitFor();
    await nothingBehind(page);
    await unlock(page);
    await page.waitForSelector('.tile-in');
  });

  test('in one tab locks the others, and opens them again', async () => {
    const page = await start();
    const second = await page.context().newPage();
    await second.goto(`${product.url}/patient/p2`);
    await second.waitForSelector('.now-row');
    await page.keyboard.press('Control+Shift+L');
    await locked(page);
    await locked(second);
    await unlock(second);
    await second.waitForSelector('.now-row');
    await page.waitForSelector('.tile-in');
  });

  test('by the server’s word at any time', async () => {
    const page = await start({ path: '/patient/p2', shown: '.now-row' });
    for (const one of product.mock.accounts.sessions.values()) one.locked = true;
    // Whatever the page asks for first brings the word: this press, unless it was quicker by itself and the button is gone.
    const pressed = page.getByRole('button', { name: '6 h' }).click();
    await Promise.race([pressed.catch(() => undefined), locked(page)]);
    await locked(page);
    await nothingBehind(page);
  });

  test('a wrong PIN says how many attempts are left; after the last the session is over', async () => {
    const page = await start();
    await page.keyboard.press('Control+Shift+L');
    for (const left of ['4 attempts are left', '3 attempts are left', '2 attempts are left', 'One attempt is left']) {
      await unlock(page, '1111');
      await page.getByText(left).waitFor();
    }
    await unlock(page, '1111');
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('User name').waitFor();
  });

  test('opens with the password too, and somebody else signs out', async () => {
    const page = await start({ viewport: PHONE, shown: '.roster-row' });
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Lock now' }).click();
    await locked(page);
    await page.getByRole('button', { name: 'Use the password' }).click();
    await page.getByLabel('Password').fill('demo');
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    await page.getByRole('button', { name: 'Lock now' }).click();
    await page.getByRole('button', { name: 'Somebody else? Sign out' }).click();
    await page.getByLabel('User name').waitFor();
    await page.reload();
    await page.getByLabel('User name').waitFor();
  });
});
