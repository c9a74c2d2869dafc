/** The door, and what the browser keeps of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { enter, leadsTo, openPage, real, shared, until } from './browser.mjs';

describe('the sign-in', { skip: real ? 'needs the accounts of the mock' : false }, () => {
  const { product } = shared();
  const attempt = async (page, user, password) => {
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };

  test('says what went wrong, and no more', async () => {
    const { page, close } = await openPage(product);
    await page.goto(product.url);
    await page.getByText('demo-credentials.json').waitFor();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Enter a user name and a password.').waitFor();
    await attempt(page, 'nurse', 'wrong');
    await page.getByText('User name or password is wrong').waitFor();
    await attempt(page, 'locked', 'x');
    await page.getByText(/Too many attempts\. Try again in \d+ s/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign in', exact: true }).isDisabled(), true);
    await close();
  });

  test('says when the server is away', async () => {
    const { page, close } = await openPage(product);
    await page.goto(product.url);
    await page.getByLabel('User name').waitFor();
    await page.route('**/api/auth/login', (route) => route.abort());
    await attempt(page, 'nurse', 'demo');
    await page.getByText('The server does not answer').waitFor();
    await close();
  });

  test('asks for the second factor only where one is due', async () => {
    const { page, close } = await openPage(product);
    await page.goto(product.url);
    await page.getByLabel('User name').waitFor();
    assert.equal(await page.getByLabel('Code from').count(), 0);
    await attempt(page, 'second', 'demo');
    const code = page.getByLabel('Code from');
    await code.waitFor();
    await until(() => code.evaluate((field) => field === document.activeElement), Boolean, 'the code has no focus');
    await code.fill('123 456');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForSelector('.tile-in');
    await close();
  });

  test('a reload keeps the session by its cookie, and the browser keeps nothing but the colours', async () => {
    const { page, close } = await openPage(product);
    await enter(product, page, '/patient/p2');
    await page.waitForSelector('.now-row');
    await page.reload();
    await page.waitForSelector('.now-row');
    await leadsTo(page, /\/patient\/p2/);
    await page.getByRole('button', { name: 'Switch to light colours' }).click();
    await page.reload();
    await page.waitForSelector('.now-row');
    await until(
      () => page.evaluate(() => document.documentElement.dataset.theme),
      (theme) => theme === 'light',
      'the colours are not kept',
    );
    const kept = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
    assert.deepEqual(kept, [], 'nothing in the storage of the browser');
    const cookies = await page.context().cookies();
    assert.deepEqual(cookies.map((one) => one.name).sort(), [
      'wardwatch_refresh',
      'wardwatch_signed_in',
      'wardwatch_theme',
    ]);
    assert.equal(cookies.find((one) => one.name === 'wardwatch_theme').sameSite, 'Strict');
    await close();
  });
});
