/** One's own account: second factor, recovery codes, PIN, password, sessions, and the enrolment that comes before everything. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axeViolations, counts, enter, openPage, REFUSED, reads, real, shared, signIn, until } from './browser.mjs';

describe('my account', { skip: real ? 'changes accounts of the mock' : false }, () => {
  const { product, start: open } = shared({ always: [REFUSED] });
  const start = async (user, path = '/account') => {
    const page = await open(path, { user });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    return page;
  };
  const section = (page, name) => page.getByRole('region', { name, exact: true });

  test('an account that must have a second factor sets it up before anything opens', async () => {
    const page = await start('enrol', '/patient/p3');
    await page.getByRole('heading', { name: 'Set up your second factor' }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.goto(`${product.url}/ward/ward-1`);
    await page.getByRole('heading', { name: 'Set up your second factor' }).waitFor();
    assert.equal(await page.locator('.tile-in').count(), 0);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Enter your password.').waitFor();
    await page.getByLabel('Your password').fill('nonsense');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The password is wrong.').waitFor();
    await page.getByLabel('Your password').fill('demo');
    await page.getByRole('button', { name: 'Continue' }).click();
    const picture = page.getByRole('img', { name: /QR code/ });
    await until(
      () => picture.evaluate((img) => img.complete && img.naturalWidth > 0),
      Boolean,
      'the picture does not show',
    );
    await page.getByText('JBSW Y3DP', { exact: false }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.getByLabel('Six digits from the app').fill('000000');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('This code is not right').waitFor();
    await page.getByLabel('Six digits from the app').fill('123 456');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('heading', { name: 'Your ten recovery codes' }).waitFor();
    const codes = await page.locator('.recovery-codes code').allInnerTexts();
    assert.equal(codes.length, 10);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join('\n'));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.recovery-codes').isVisible(), true, 'the codes are printed');
    assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false, 'and nothing else');
    await page.emulateMedia({ media: 'screen' });
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.waitForSelector('.tile-in');

    await page.getByRole('button', { name: 'Account and settings' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(product, page, '/', 'enrol');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0]);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForSelector('.tile-in');
  });

  test('a second factor is set up, gets new recovery codes, and is removed', async () => {
    const page = await start('factor');
    const part = section(page, 'Second factor');
    await part.getByRole('button', { name: 'Set up a second factor' }).click();
    await part.getByLabel('Your password').fill('demo');
    await part.getByRole('button', { name: 'Continue' }).click();
    await part.getByLabel('Six digits from the app').fill('123456');
    await part.getByRole('button', { name: 'Switch on' }).click();
    const codes = part.locator('.recovery-codes code');
    await counts(codes, 10);
    const first = await codes.allInnerTexts();
    await part.getByRole('button', { name: 'I have kept them' }).click();
    await part.getByText('On: signing in asks').waitFor();
    await part.getByRole('button', { name: 'New recovery codes' }).click();
    await part.getByLabel('Six digits from the app').fill('123456');
    await part.getByRole('button', { name: 'New recovery codes' }).click();
    await until(
      () => codes.allInnerTexts(),
      (second) => second.length === 10 && second.join() !== first.join(),
      'the codes are not new',
    );
    await part.getByRole('button', { name: 'I have kept them' }).click();
    await part.getByRole('button', { name: 'Remove the second factor' }).click();
    await part.getByLabel('Your password').fill('demo');
    await part.getByLabel('Six digits from the app').fill('123456');
    await part.locator('form').getByRole('button', { name: 'Remove the second factor' }).click();
    await part.getByText('The second factor is removed.').waitFor();
    await part.getByText('Off: your password alone').waitFor();
  });

  test('the PIN: checked, set, removed', async () => {
    const page = await start('pinned');
    const part = section(page, 'PIN for the lock');
    await part.getByRole('button', { name: 'Change the PIN' }).click();
    const fill = async (pin, again, password = 'demo') => {
      await part.getByLabel('Your password').fill(password);
      await part.getByLabel('PIN, 4 to 8 digits').fill(pin);
      await part.getByLabel('PIN again').fill(again);
      await part.getByRole('button', { name: 'Set the PIN' }).click();
    };
    await fill('12', '12');
    await part.getByText('A PIN is 4 to 8 digits.').waitFor();
    await fill('2846', '2847');
    await part.getByText('The two PINs differ.').waitFor();
    await fill('1234', '1234');
    await part.getByText('too easy to guess').waitFor();
    await fill('2846', '2846', 'wrong');
    await part.getByText('The password is wrong.').waitFor();
    await fill('2846', '2846');
    await part.getByText('The PIN is set.').waitFor();
    await part.getByRole('button', { name: 'Remove the PIN' }).click();
    await part.getByText('Not set: the lock opens').waitFor();
    await page.keyboard.press('Control+Shift+L');
    await page.getByLabel('Password').waitFor();
    assert.equal(await page.getByLabel('PIN').count(), 0, 'without a PIN none is asked for');
  });

  test('the password: compared, judged by the server, changed; other sessions end', async () => {
    const other = await openPage(product);
    await enter(product, other.page, '/ward/ward-1', 'changing');
    await other.page.waitForSelector('.tile-in');
    const page = await start('changing');
    const part = section(page, 'Password');
    const fill = async (current, next, again) => {
      await part.getByLabel('Present password').fill(current);
      await part.getByLabel('New password', { exact: true }).fill(next);
      await part.getByLabel('New password again').fill(again);
      await part.getByRole('button', { name: 'Change password' }).click();
    };
    await fill('demo', 'one', 'two');
    await part.getByText('The two new passwords differ.').waitFor();
    await fill('demo', 'short', 'short');
    await part.getByText('at least 12 characters').waitFor();
    await fill('nonsense', 'a long enough one', 'a long enough one');
    await part.getByText('The password is wrong.').waitFor();
    await fill('demo', 'a long enough one', 'a long enough one');
    await part.getByText('The password is changed.').waitFor();
    await other.page.getByText('Your session has ended').waitFor();
    await other.close();
  });

  test('sessions: the list, the end of one, the end of all', async () => {
    const other = await openPage(product);
    await enter(product, other.page, '/ward/ward-1', 'twice');
    await other.page.waitForSelector('.tile-in');
    const page = await start('twice');
    const part = section(page, 'Where you are signed in');
    await counts(part.getByRole('listitem'), 2, 'not both sessions');
    await reads(part, /Chrome on Linux/);
    await part.getByRole('button', { name: /^End/ }).click();
    await part.getByText('The session is ended.').waitFor();
    await other.page.getByText('Your session has ended').waitFor();
    await other.close();
    await part.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByLabel('User name').waitFor();
    await page.reload();
    await page.getByLabel('User name').waitFor();
  });
});
