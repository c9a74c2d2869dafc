/** The administration: who sees what of it, and each of its actions once. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import {
  AWAY,
  counts,
  leadsTo,
  listening,
  PHONE,
  REFUSED,
  reads,
  real,
  shared,
  until,
  untilTired,
} from './browser.mjs';

describe('the administration', { skip: real ? 'changes accounts and devices of the mock' : false }, () => {
  const { product, start: open, allow } = shared({ always: [REFUSED], user: 'admin', wards: 2 });
  const start = async (path, options) => {
    const page = await open(path, options);
    await page.getByRole('heading', { name: 'Administration' }).waitFor();
    return page;
  };
  const row = (page, text) => page.getByRole('row').filter({ hasText: text });
  const dialog = (page) => page.getByRole('dialog');
  const confirm = (page, label) =>
    page.getByRole('dialog').last().getByRole('button', { name: label, exact: true }).click();

  test('shows somebody only what they may', async () => {
    const page = await start('/admin', { user: 'charge' });
    assert.deepEqual(await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').allInnerTexts(), [
      'Security events',
      'Emergency accesses',
    ]);
    await page.goto(`${product.url}/admin/people`);
    await page.getByText('You may not see this.').waitFor();
  });

  test('is not offered to a nurse', async () => {
    const page = await open('/', { user: 'nurse', shown: '.tile-in' });
    await page.getByRole('button', { name: 'Account and settings' }).click();
    assert.equal(await page.getByRole('link', { name: 'Administration' }).count(), 0);
    await page.goto(`${product.url}/admin`);
    await page.getByText('There is nothing for you').waitFor();
  });

  test('opens first for somebody without patients', async () => {
    const page = await start('/');
    await leadsTo(page, /\/admin$/);
    assert.equal(await page.getByRole('link', { name: '← Wall' }).count(), 0);
  });

  test('people: searched with the address, added with a password that is shown once', async () => {
    const page = await start('/admin/people');
    await row(page, 'bosei').waitFor();
    await page.getByRole('searchbox').fill('silva');
    await row(page, 'bosei').waitFor({ state: 'detached' });
    await leadsTo(page, /search=silva/);
    await page.reload();
    await row(page, 'rsilva').waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'silva');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Add a person' }).click();
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page).getByText('Enter name, user name and role.').waitFor();
    await dialog(page).getByLabel('Name', { exact: true }).fill('Nurse K. Adler');
    await dialog(page).getByLabel('User name').fill('rsilva');
    await dialog(page).getByLabel('Ward 2 · Respiratory').check();
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page).getByText('somebody with this user name already').waitFor();
    await dialog(page).getByLabel('User name').fill('kadler');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page).getByText('vetch-lantern-42-mill').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.equal(await dialog(page).getByText('vetch-lantern-42-mill').isVisible(), true, 'no slip closes it');
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await reads(row(page, 'kadler'), /Nurse\s+Ward 2/);
    assert.ok(!(await page.content()).includes('vetch-lantern'), 'the password is gone');
  });

  test('people: changed, protected, given a new password, signed out, removed', async () => {
    const page = await start('/admin/people');
    await row(page, 'aberg').getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Disabled').check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('last administrator').waitFor();
    await page.keyboard.press('Escape');
    await row(page, 'mlind').getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Role').selectOption('nurse');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('Saved.').waitFor();
    await dialog(page).getByText('Firefox on Windows').waitFor();
    await dialog(page).getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog(page).getByText('signed out everywhere.').waitFor();
    await dialog(page).getByRole('button', { name: 'New password' }).click();
    await confirm(page, 'New password');
    await dialog(page).getByText('harbour-thistle-17-oak').waitFor();
    await dialog(page).getByRole('button', { name: 'Reset second factor' }).click();
    await confirm(page, 'Reset second factor');
    await dialog(page).getByText('The second factor is reset.').waitFor();
    await dialog(page).getByRole('button', { name: 'Remove this person' }).click();
    await page.getByRole('heading', { name: 'Remove Charge nurse M. Lind?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Remove Charge nurse M. Lind?' }).waitFor({ state: 'detached' });
    await dialog(page).getByRole('button', { name: 'Remove this person' }).click();
    await confirm(page, 'Remove this person');
    await row(page, 'mlind').waitFor({ state: 'detached' });
    await counts(dialog(page), 0);
  });

  test('people: what somebody else changed meanwhile is not overwritten', async () => {
    const page = await start('/admin/people');
    await row(page, 'bosei').getByRole('button', { name: 'Edit' }).click();
    product.mock.admin.people.find((one) => one.user === 'bosei').version++;
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('Somebody else has changed this meanwhile').waitFor();
  });

  test('roles stand as a matrix with the scope in each field', async () => {
    const page = await start('/admin/roles');
    await reads(row(page, 'patients.read'), /See patients[\s\S]*own wards/);
    await reads(row(page, 'own.read'), /own record/);
  });

  test('wards: added with beds as they are typed, and no bed with a patient goes', async () => {
    const page = await start('/admin/wards');
    await page.getByRole('button', { name: 'Add a ward' }).click();
    await dialog(page).getByLabel('Name').fill('Ward 9 · Children');
    await dialog(page).getByLabel('Short id').fill('ward-9');
    await dialog(page).getByLabel('Beds').fill('1-8, 10A');
    await dialog(page).getByText('9 beds').waitFor();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(row(page, 'Ward 9 · Children'), /1-8, 10A/);
    await row(page, 'Ward 1').getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Beds').fill('2-8');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('Move the patient first').waitFor();
  });

  test('devices: added, a key issued with overlap, a key and the device revoked', async () => {
    const page = await start('/admin/devices');
    await page.getByRole('button', { name: 'Add a device' }).click();
    await dialog(page).getByLabel('Device', { exact: true }).fill('M-900');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page).getByText('tok_4c6f72656d').waitFor();
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.getByRole('searchbox').fill('M-900');
    await page.getByRole('link', { name: 'Open M-900' }).click();
    await page.getByRole('heading', { name: 'M-900' }).waitFor();
    await page.getByRole('button', { name: 'Issue a key' }).click();
    await dialog(page).getByLabel('The older keys end').fill('soon');
    await dialog(page).getByRole('button', { name: 'Issue a key' }).click();
    await dialog(page).getByText('Hours are a number').waitFor();
    await dialog(page).getByLabel('The older keys end').fill('12');
    await dialog(page).getByRole('button', { name: 'Issue a key' }).click();
    await dialog(page).getByText('a7a7a7', { exact: false }).waitFor();
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await counts(page.getByRole('row'), 3);
    await page
      .getByRole('row')
      .last()
      .getByRole('button', { name: /^Revoke/ })
      .click();
    await confirm(page, 'Revoke');
    await page.getByRole('row').last().getByText('Revoked').waitFor();
    await page.getByRole('button', { name: 'Revoke this device' }).click();
    await confirm(page, 'Revoke this device');
    await page.getByRole('button', { name: 'Issue a key' }).waitFor({ state: 'detached' });
  });

  test('audit: filters in the address, more by hand, the chain verified, CSV that runs nowhere', async () => {
    const page = await start('/admin/audit');
    await row(page, 'patient.read').first().waitFor();
    await page.getByText('100 rows, and there are more').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('200 rows, and there are more').waitFor();
    await page.getByLabel('Outcome').selectOption('refused');
    await page.getByLabel('Who').fill('mlind');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await until(
      () => page.url(),
      (url) => /actor=mlind/.test(url) && /outcome=refused/.test(url),
      'the address does not keep the filters',
    );
    await page.getByText(/^\d rows?$/).waitFor();
    await until(
      () => page.evaluate(() => document.activeElement?.textContent),
      (focused) => focused === 'Show',
      'the focus does not stay',
    );
    await page.reload();
    assert.equal(await page.getByLabel('Who').inputValue(), 'mlind');
    await page.getByLabel('From').fill('2026-01-02T10:00');
    await page.getByLabel('To', { exact: true }).fill('2026-01-02T09:00');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('The end must be after the start.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('100 rows, and there are more').waitFor();

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of what is shown' }).click(),
    ]);
    const csv = await readFile(await file.path(), 'utf8');
    assert.equal(csv.trim().split('\r\n').length, 101);
    assert.match(csv, /"'=HYPERLINK\(""http:\/\/evil\.example""\)"/);
    assert.match(file.suggestedFilename(), /^wardwatch-audit-\d{4}-\d\d-\d\d\.csv$/);

    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('The chain is whole: 230 rows').waitFor();
    await product.mock.fault({ broken: true });
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByRole('alert').filter({ hasText: 'The chain is broken at row 4711' }).waitFor();
  });

  test('security events: acknowledged with a note; a new one announces itself and moves nothing', async () => {
    const page = await start('/admin/events');
    await row(page, '61 records').waitFor();
    const event = {
      ...product.mock.admin.event('e9', 'token-reuse', 'high', 'A session of T. Frey was used from two places', 0),
      actor: null,
    };
    await listening(product, page, /security-events/);
    await product.mock.fault({ event, message: { target: 'SecurityEvent', body: event } });
    await page.getByText('1 new event').waitFor();
    assert.equal(await row(page, 'two places').count(), 0, 'no row moves by itself');
    await page.locator('.fresh').getByRole('button', { name: 'Show' }).click();
    await row(page, 'two places').waitFor();
    await row(page, '61 records').getByRole('button', { name: 'Acknowledge' }).click();
    await dialog(page).getByRole('button', { name: 'Acknowledge' }).click();
    await dialog(page).getByText('Write a note').waitFor();
    await dialog(page).getByLabel('Note').fill('Ward round with the whole team.');
    await dialog(page).getByRole('button', { name: 'Acknowledge' }).click();
    await row(page, '61 records').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'All' }).click();
    await row(page, 'Ward round with the whole team.').waitFor();
    await leadsTo(page, /show=all/);
    await reads(page.getByRole('row').last(), /A\. Berg/, 'the open ones come first');
  });

  test('emergency accesses: reviewed with verdict and note, on a phone too', async () => {
    const page = await start('/admin/emergencies', { viewport: PHONE });
    await page.getByRole('button', { name: /^Review/ }).click();
    await dialog(page).getByRole('button', { name: 'Review' }).click();
    await dialog(page).getByText('Say whether it was justified.').waitFor();
    await dialog(page).getByLabel('Justified', { exact: true }).check();
    await dialog(page).getByLabel('Note').fill('The ward’s physician confirms it.');
    await dialog(page).getByRole('button', { name: 'Review' }).click();
    await page.getByText('Nothing waits for review.').waitFor();
    await page.getByRole('button', { name: 'All' }).click();
    await page.getByText('The ward’s physician confirms it.').waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `nothing is cut off to the right (${wide})`);
  });

  test('an away server is said to be away, and asked again by hand', async () => {
    const page = await start('/admin/wards', { clock: true });
    await page.route('**/api/devices?*', (route) => route.abort());
    await page.getByRole('link', { name: 'Devices and keys' }).click();
    await untilTired(page, page.getByText('The server does not answer'));
    await page.unroute('**/api/devices?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'M-101').waitFor();
    allow(AWAY);
  });
});
