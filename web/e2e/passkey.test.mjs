/**
 * Passkeys with Chromium's own virtual authenticator. Runs against the mock, which believes any well-formed credential, and with
 * WARDWATCH_URL against a real installation, which does not. A passkey belongs to a name: that address must be localhost or https.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage, openProduct, PASSWORD, signIn, until } from './browser.mjs';

const NAME = `Test key ${Date.now() % 100_000}`;

describe('passkeys', () => {
  let product;
  let page;
  let complaints;
  before(async () => {
    product = await openProduct();
    ({ page, complaints } = await openPage(product));
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });
  after(() => product.stop());
  const part = () => page.getByRole('region', { name: 'Passkeys', exact: true });
  const signedIn = () => page.getByRole('heading', { name: 'My account' }).waitFor();

  test('one is added with a name', async () => {
    await signIn(product, page, '/account');
    await signedIn();
    await part().getByRole('button', { name: 'Add a passkey' }).click();
    await part().getByRole('button', { name: 'Continue' }).click();
    await part().getByText('Give it a name').waitFor();
    await part().getByLabel('Name for it').fill(NAME);
    await part().getByLabel('Your password').fill(PASSWORD);
    await part().getByRole('button', { name: 'Continue' }).click();
    await part().getByText(`“${NAME}” is added.`).waitFor();
    assert.match(await part().innerText(), new RegExp(`${NAME}[\\s\\S]*Added`));
  });

  test('it opens the lock', async () => {
    await page.keyboard.press('Control+Shift+L');
    await page.getByRole('heading', { name: 'Locked' }).waitFor();
    await page.getByRole('button', { name: 'Unlock with a passkey' }).click();
    await signedIn();
  });

  test('it signs in, without password and code', async () => {
    await page.getByRole('region', { name: 'Account', exact: true }).getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await signedIn();
  });

  test('removed, it signs nobody in any more', async () => {
    await part()
      .getByRole('button', { name: `Remove ${NAME}` })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await part().getByText(`“${NAME}” is removed.`).waitFor();
    await until(
      () => part().getByRole('listitem').filter({ hasText: NAME }).count(),
      (count) => count === 0,
      'it is still in the list',
    );
    await page.getByRole('region', { name: 'Account', exact: true }).getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('This passkey is not known here').waitFor();
    assert.deepEqual(
      complaints.filter((one) => !/status of 401/.test(one)),
      [],
    );
  });
});
