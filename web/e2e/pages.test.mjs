/** What is set up around alerts: limits of a ward, schedules and duties, other systems, budgets, and alerts by hand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  axeViolations,
  counts,
  leadsTo,
  listening,
  PHONE,
  REFUSED,
  reads,
  real,
  shared,
  until,
  visit,
} from './browser.mjs';

const dialog = (page) => page.getByRole('dialog');
/** Screens are tried in dark colours, phones in light ones. */
const good = async (page) => assert.deepEqual(await axeViolations(page), []);
const fits = async (page) =>
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width, 'cut off to the right');

describe('what is set up around alerts', { skip: real ? 'needs the wards of the mock' : false }, () => {
  const { product, start } = shared({ always: [REFUSED] });

  test('limits of a ward are set within the safe range and for a while; what is entered is not lost unasked', async () => {
    const page = await start('/alerts', { shown: '.alert-group', user: 'charge' });
    await page.getByRole('button', { name: /Charge nurse M\. Lind/ }).click();
    await page.getByRole('link', { name: 'Ward limits' }).click();
    const spo2 = page.getByLabel('Low oxygen saturation: Limit %');
    await spo2.fill('70');
    await page.getByRole('button', { name: 'Set the limits' }).click();
    await reads(page.locator('.limits'), /Only 80 – 94 %[\s\S]*Say why[\s\S]*outside what is safe/);
    await good(page);
    await page.getByRole('link', { name: 'Beds', exact: true }).click();
    await reads(dialog(page), /Leave without saving\?/);
    await dialog(page).getByRole('button', { name: 'Stay here' }).click();
    await counts(dialog(page), 0);
    await leadsTo(page, /\/limits/);
    await spo2.fill('88');
    await page.getByLabel('Why').fill('agreed for this ward');
    await page.getByRole('button', { name: 'Set the limits' }).click();
    await page.getByText('The limits are set.').waitFor();
    await reads(
      page.getByRole('row', { name: /Low oxygen/ }),
      /ward[\s\S]*Charge nurse M\. Lind until .*: “agreed for this ward”[\s\S]*90 %/,
    );
    const { items, expiresAt } = product.mock.care.overrides.get('ward-1');
    assert.deepEqual(
      items.map(([type, { limit }]) => [type, limit]),
      [['spo2-low', 88]],
    );
    assert.ok(Date.parse(expiresAt) - Date.now() > 29 * 86_400_000, 'a ward’s limits last for more than a patient’s');
    await reads(
      page
        .getByRole('row', { name: /Low oxygen/ })
        .getByRole('cell')
        .last(),
      /^90 %, after 15 s\s*safe/i,
    );
    await spo2.fill('86');
    await page.getByLabel('Why').fill('tighter');
    product.mock.care.limitVersions.set('ward-1', 9);
    await page.getByRole('button', { name: 'Set the limits' }).click();
    await reads(page.locator('.limits'), /Somebody else has set these limits meanwhile/);
    assert.equal(await spo2.inputValue(), '86', 'what is entered stays');
    await good(page);
    await page.getByRole('button', { name: 'Load them as they are now' }).click();
    await reads(page.locator('.limits'), /These are the limits as they are now/);
    assert.equal(await spo2.inputValue(), '88');
    await page.getByRole('link', { name: 'Beds', exact: true }).click();
    await leadsTo(page, /\/beds/);
    const phone = await start('/limits?ward=ward-1', {
      shown: '.limits-number',
      user: 'analyst',
      viewport: PHONE,
      theme: 'light',
    });
    await phone.getByText('You may look at these limits, not change them.').waitFor();
    await counts(phone.getByRole('button', { name: 'Set the limits' }), 0);
    await good(phone);
    await fits(phone);
  });

  test('a schedule is made with its gaps in sight, changed by one person at a time, and ended', async () => {
    const page = await start('/oncall/schedules', { shown: 'tbody tr', user: 'admin' });
    await page.getByRole('link', { name: 'New schedule' }).click();
    await page.getByLabel('Name').fill('Nights, ward 1');
    await page.getByLabel('Time zone').fill('Berlin');
    await page.getByRole('button', { name: 'Make the schedule' }).click();
    await reads(page.locator('.schedule'), /Choose a time zone[\s\S]*Add at least one person[\s\S]*it is marked above/);
    await good(page);
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    const layer = page.getByRole('region', { name: 'Layer 1' });
    for (const name of ['Nurse R. Silva', 'Nurse K. Lee']) {
      await layer.getByLabel('Add somebody').selectOption({ label: name });
      await layer.getByRole('button', { name: 'Add', exact: true }).click();
    }
    await layer.getByRole('button', { name: 'Nurse K. Lee one earlier' }).click();
    await layer.getByLabel('First turn begins on').fill('2026-01-05');
    await reads(page.locator('.schedule-preview'), /No gaps in these days/);
    await layer.getByRole('button', { name: 'Only at certain times …' }).click();
    await page.getByRole('button', { name: 'Week after' }).click();
    await reads(page.locator('.schedule-preview'), /Gaps in these days: nobody/);
    await page.locator('.duty-gap').first().waitFor();
    // What is entered is asked about as it would be saved, and not with every key.
    const { previews, schedules } = product.mock.duty;
    const asked = async () => {
      await page.getByLabel('Name').fill('Nights');
      await until(
        () => previews.at(-1)?.name,
        (name) => name === 'Nights',
        'the preview does not follow',
      );
      const before = previews.length;
      await page.getByLabel('Name').press('End');
      await page.getByLabel('Name').pressSequentially(' and days');
      await until(
        () => previews.at(-1).name,
        (name) => name === 'Nights and days',
        'the preview does not follow',
      );
      return previews.length - before;
    };
    await until(asked, (times) => times < 4, 'it is asked with every key');
    await page.getByLabel('Name').fill('Nights, ward 1');
    await page.getByRole('button', { name: 'Add a layer' }).click();
    await reads(page.locator('.schedule-preview'), /The calendar appears here when everything else is right/);
    await page.getByRole('button', { name: 'Remove layer 2' }).click();
    await reads(page.locator('.schedule-preview'), /Gaps in these days: nobody/);
    assert.ok(!schedules.some(({ name }) => name.startsWith('Nights')), 'nothing is stored');
    // What could not be saved is said before it is saved.
    const { duties } = product.mock.duty.staff[1];
    product.mock.duty.staff[1].duties = [];
    await page.getByLabel('Name').fill('Nights');
    await reads(page.locator('.schedule-preview'), /Nurse K\. Lee is not nurse, tier 1/);
    await good(page);
    product.mock.duty.staff[1].duties = duties;
    await page.getByLabel('Name').fill('Nights, ward 1');
    await reads(page.locator('.schedule-preview'), /Gaps in these days: nobody/);
    await good(page);
    await page.getByRole('button', { name: 'Make the schedule' }).click();
    await page.getByRole('link', { name: 'Edit Nights, ward 1' }).waitFor();
    const made = product.mock.duty.schedules.find(({ name }) => name === 'Nights, ward 1');
    assert.deepEqual(
      made.layers.map(({ members, restrictions }) => [members.map(({ id }) => id), restrictions.length]),
      [[['acc-lee', 'acc-nurse'], 1]],
    );
    await page.getByRole('link', { name: 'Edit Nights, ward 1' }).click();
    await page.getByLabel('Name').fill('Nights and days');
    made.version++;
    await page.getByRole('button', { name: 'Save the schedule' }).click();
    await reads(page.locator('.schedule'), /Somebody else has changed this schedule meanwhile/);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await until(
      () => page.getByLabel('Name').inputValue(),
      (value) => value === 'Nights, ward 1',
      'the newer schedule is not shown',
    );
    await page.getByLabel('Name').fill('Nights and days');
    await page.getByRole('button', { name: 'Save the schedule' }).click();
    await page.getByText('Saved. It counts from now on.').waitFor();
    assert.equal(made.name, 'Nights and days');
    await page.getByRole('button', { name: 'End this schedule' }).click();
    await dialog(page).getByRole('button', { name: 'End this schedule' }).click();
    await leadsTo(page, /\/oncall\/schedules$/);
    await counts(page.getByRole('link', { name: 'Edit Nights and days' }), 0);
    await page.getByLabel('Show schedules that have ended').check();
    await reads(page.getByRole('row', { name: /Nights and days/ }), /ended/);
    const phone = await start('/oncall/schedules/sc1', {
      shown: '.layer',
      user: 'charge',
      viewport: PHONE,
      theme: 'light',
    });
    await phone.locator('.schedule-gaps').getByText('No gaps in these days').waitFor();
    assert.ok(
      await phone.evaluate(() => {
        const { bottom } = document.querySelector('.schedule-gaps').getBoundingClientRect();
        return bottom <= window.innerHeight;
      }),
      'the gaps are out of sight while one edits',
    );
    await good(phone);
    await fits(phone);
    // Who edits what somebody else has changed meanwhile learns of it before saving.
    product.mock.duty.schedules.find(({ id }) => id === 'sc1').version++;
    await phone.getByLabel('Name').fill('Day nurses');
    await reads(phone.locator('.schedule-preview'), /Somebody else has changed this schedule meanwhile/);
    await phone.getByRole('button', { name: 'Load it again' }).click();
    await until(
      () => phone.getByLabel('Name').inputValue(),
      (value) => value === 'Nurses, ward 1',
      'it is not loaded again',
    );
    product.mock.duty.schedules.find(({ id }) => id === 'sc1').version++;
    await phone.getByRole('button', { name: 'End this schedule' }).click();
    await dialog(phone).getByRole('button', { name: 'End this schedule' }).click();
    await reads(dialog(phone), /Somebody else has changed this schedule meanwhile/);
    assert.equal(product.mock.duty.schedules.find(({ id }) => id === 'sc1').endedAt, null);
  });

  test('duties are given and taken, but not one that a schedule counts on; a swap is taken back', async () => {
    const page = await start('/oncall/duties', { shown: 'tbody tr', user: 'charge' });
    await page.getByRole('button', { name: 'Edit Nurse R. Silva' }).click();
    await dialog(page).getByRole('button', { name: 'Add a duty' }).click();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /Each role and tier stands once/);
    const second = dialog(page).getByRole('group', { name: 'Duty 2' });
    await second.getByLabel('On duty as').selectOption({ label: 'Rapid response' });
    await second.getByLabel('Where').selectOption({ label: 'Whole hospital' });
    await dialog(page).getByLabel('push', { exact: true }).check();
    await dialog(page).getByRole('button', { name: 'push earlier' }).click();
    await good(page);
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await counts(dialog(page), 0);
    await reads(
      page.getByRole('row', { name: /Nurse R\. Silva/ }),
      /rapid response, tier 1, whole hospital[\s\S]*push, in the app/,
    );
    await page.getByRole('button', { name: 'Edit Nurse R. Silva' }).click();
    await dialog(page).getByRole('button', { name: 'Remove duty 1' }).click();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /Nurses, ward 1 counts on Nurse R\. Silva/);
    await page.keyboard.press('Escape');
    await reads(dialog(page).last(), /Leave without saving\?/);
    await dialog(page).last().getByRole('button', { name: 'Leave and lose it' }).click();
    await counts(dialog(page), 0);
    // Somebody else has changed them meanwhile.
    const lee = product.mock.duty.staff.find(({ id }) => id === 'acc-lee');
    await page.getByRole('button', { name: 'Edit Nurse K. Lee' }).click();
    await dialog(page).getByLabel('mail', { exact: true }).check();
    Object.assign(lee, { channels: ['push'], version: lee.version + 1 });
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /Somebody else has changed these duties meanwhile, and nothing of yours is saved/);
    assert.ok(await dialog(page).getByLabel('mail', { exact: true }).isChecked(), 'what is entered stays');
    assert.deepEqual(lee.channels, ['push'], 'nothing is overwritten');
    await good(page);
    await dialog(page).getByRole('button', { name: 'Load them as they are now' }).click();
    await reads(dialog(page), /These are the duties as they are now/);
    assert.ok(await dialog(page).getByLabel('push', { exact: true }).isChecked());
    await dialog(page).getByLabel('mail', { exact: true }).check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await counts(dialog(page), 0);
    assert.deepEqual(lee.channels, ['push', 'mail']);
    const [first, other] = product.mock.duty.staff;
    const later = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const side = (person) => ({ schedule: 'sc1', person, from: later(20), until: later(32) });
    product.mock.duty.swaps.push({ id: 'sw9', first: side(first), second: side(other), reason: 'wedding' });
    await page.getByRole('link', { name: 'Calendar', exact: true }).click();
    await page.getByRole('button', { name: /^Take back Nurse R\. Silva ↔/ }).click();
    await page.getByText('The swap is taken back.').waitFor();
    await page.getByText('No swaps.').waitFor();
    const nurse = await start('/oncall/duties', { shown: 'tbody tr', viewport: PHONE, theme: 'light' });
    await counts(nurse.getByRole('button', { name: /^Edit/ }), 0);
    await counts(nurse.getByRole('link', { name: 'Schedules', exact: true }), 0);
    await good(nurse);
    await fits(nurse);
  });

  test('another system is told: its secret is shown once, it is tested, and what failed is sent again', async () => {
    const page = await start('/admin/webhooks', { shown: 'tbody tr', user: 'admin' });
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    await dialog(page).getByLabel('Name').fill('Ward bot');
    await dialog(page).getByLabel('Address').fill('https://10.0.0.1/hook');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /This address cannot be reached from here/);
    await good(page);
    await dialog(page).getByLabel('Address').fill('https://bot.example/hook');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /shown only now[\s\S]*whsec_first/);
    await page.keyboard.press('Escape');
    await reads(dialog(page), /whsec_first/, 'a slip of the hand takes the secret away');
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await counts(dialog(page), 0);
    await page.getByRole('button', { name: 'Edit Ward bot' }).click();
    const bot = product.mock.outside.webhooks.find(({ name }) => name === 'Ward bot');
    bot.version++;
    await dialog(page).getByLabel('Switched on').uncheck();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await reads(dialog(page), /Somebody else has changed this meanwhile/);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).last().getByRole('button', { name: 'Leave and lose it' }).click();
    await page.getByRole('button', { name: 'What was sent Pager gateway' }).click();
    await reads(dialog(page), /failed: answered with 500/);
    await dialog(page).getByRole('button', { name: 'Send a test' }).click();
    await reads(dialog(page), /Test, high priority[\s\S]*sent/);
    await good(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove Ward bot' }).click();
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await counts(page.getByRole('row', { name: /Ward bot/ }), 0);
    await page.getByRole('link', { name: 'Undelivered messages' }).click();
    await reads(page.getByRole('row', { name: /Escalated/ }), /mail of Ines Falk[\s\S]*failed: mail server: 550/);
    await good(page);
    await page.getByRole('button', { name: 'Send again mail of Ines Falk' }).click();
    await page.getByText('It is on its way again.').waitFor();
    await page.getByText('Every message has reached somebody').waitFor();
    const phone = await start('/admin/webhooks', { shown: 'tbody tr', user: 'admin', viewport: PHONE, theme: 'light' });
    await good(phone);
    await fits(phone);
  });

  test('a ward’s budget is set and given back', async () => {
    const page = await start('/figures', { shown: '.budget-use', user: 'charge' });
    const row = page.getByRole('region', { name: 'Budget of today' }).getByRole('row', { name: /Ward 1/ });
    await row.getByRole('button', { name: /^Set the budget/ }).click();
    await dialog(page).getByLabel('Alerts per bed-day').fill('0');
    await dialog(page).getByRole('button', { name: 'Set the budget' }).click();
    await reads(dialog(page), /A number from 0\.1 to 1000/);
    await good(page);
    await dialog(page).getByLabel('Alerts per bed-day').fill('8,5');
    await dialog(page).getByRole('button', { name: 'Set the budget' }).click();
    await counts(dialog(page), 0);
    await reads(row, /8\.5 per bed-day, set by Charge nurse M\. Lind/);
    await row.getByRole('button', { name: /^Set the budget/ }).click();
    await dialog(page).getByRole('button', { name: 'Use the installation’s' }).click();
    await until(
      () => product.mock.outside.budgets.has('ward-1'),
      (has) => !has,
      'the installation’s does not count again',
    );
  });

  test('what is seen at the bedside is raised by hand, calls somebody as any alert, and is ended by hand', async () => {
    const page = await start('/alerts', { shown: '.alert-group', viewport: PHONE, theme: 'light' });
    await visit(page, '/patient/p4');
    await page.locator('.now-row').first().waitFor();
    await listening(product, page, /api\/incidents/);
    const raise = page.getByRole('button', { name: 'Raise an alert …' });
    assert.ok((await raise.boundingBox()).height >= 44, 'a thumb does not hit it');
    await raise.click();
    await dialog(page).getByRole('button', { name: 'Raise it as Nurse R. Silva' }).click();
    await reads(dialog(page), /Say what is the matter/);
    await good(page);
    await dialog(page).getByLabel('What is the matter?').fill('Seizure');
    await dialog(page)
      .getByLabel(/^\*\* Medium/)
      .check();
    await dialog(page).getByRole('button', { name: 'Raise it as Nurse R. Silva' }).click();
    await page.getByText('The alert is raised.').waitFor();
    await reads(page.locator('.alert-bar'), /\*\*[\s\S]*Seizure[\s\S]*Nurse R\. Silva · not acknowledged/);
    await page.locator('.alert-bar').getByRole('button', { name: 'More …' }).click();
    await dialog(page).getByRole('button', { name: 'It is over …' }).click();
    await reads(dialog(page), /Seizure[\s\S]*somebody has to say when it is over/);
    await page.goBack();
    await counts(dialog(page), 0, 'a question about one page stands over another');
    await page.goForward();
    await page.locator('.alert-bar').getByRole('button', { name: 'More …' }).click();
    await dialog(page).getByRole('button', { name: 'It is over …' }).click();
    await dialog(page).getByRole('button', { name: 'It is over' }).click();
    await page.getByText('Ended. Resolve the incident').waitFor();
    await reads(page.locator('.alert-bar'), /ended, not acknowledged/);
    await fits(page);
  });
});
