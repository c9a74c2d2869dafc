/** Limits, what is sent to people and how, who is on call, and handing over. */
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
const inLight = (page) =>
  page.evaluate(() => {
    document.documentElement.dataset.theme = 'light';
  });

describe('limits, news, duty and hand-over', { skip: real ? 'needs the duties of the mock' : false }, () => {
  const { product, start } = shared({ always: [REFUSED] });

  test('limits are set within the safe range, with a reason and an end, and say whose they are', async () => {
    const page = await start('/patient/p8', { shown: '.now-row' });
    await page.getByRole('button', { name: /Limits … · limits changed/ }).click();
    await reads(
      dialog(page).getByRole('row', { name: /Low oxygen/ }),
      /Dr B\. Osei until .*: “chronic lung disease”[\s\S]*90 %[\s\S]*80 – 94/,
    );
    const spo2 = dialog(page).getByLabel('Low oxygen saturation: Limit %');
    await spo2.fill('70');
    await dialog(page).getByRole('button', { name: 'Set the limits' }).click();
    await reads(dialog(page), /Only 80 – 94 %[\s\S]*Say why/);
    assert.deepEqual(await axeViolations(page), []);
    await spo2.fill('87');
    await dialog(page).getByLabel('Tachycardia: On').uncheck();
    await dialog(page).getByLabel('Why').fill('known to be low');
    await dialog(page).getByRole('button', { name: 'Set the limits' }).click();
    await counts(dialog(page), 0);
    assert.deepEqual(
      product.mock.care.overrides.get('p8').items.map(([type, { limit, on }]) => [type, limit, on]),
      [
        ['spo2-low', 87, true],
        ['hr-high', 120, false],
      ],
    );
    await page.getByRole('button', { name: /^Limits …/ }).click();
    await dialog(page).getByRole('button', { name: 'All back to ward or default' }).click();
    await dialog(page).getByLabel('Why').fill('not needed any more');
    await dialog(page).getByRole('button', { name: 'Set the limits' }).click();
    await until(
      () => product.mock.care.overrides.has('p8'),
      (has) => !has,
      'the default does not come back',
    );
    await page.getByRole('button', { name: 'Limits …', exact: true }).waitFor();
  });

  test('a patient’s limits show the ward’s beneath, and are not set over what somebody else has set meanwhile', async () => {
    const { care } = product.mock;
    const said = { owner: 'Dr H. Weiss', reason: 'agreed', expiresAt: new Date(Date.now() + 86_400_000).toISOString() };
    care.overrides.set('p9', { items: [['spo2-low', { limit: 86, delaySeconds: 15, on: true }]], ...said });
    care.overrides.set('ward-1', { items: [['spo2-low', { limit: 88, delaySeconds: 20, on: true }]], ...said });
    const page = await start('/patient/p9', { shown: '.now-row' });
    await page.getByRole('button', { name: /^Limits …/ }).click();
    const spo2 = dialog(page).getByLabel('Low oxygen saturation: Limit %');
    const cell = (row) => dialog(page).getByRole('row', { name: row }).getByRole('cell').last();
    await reads(cell(/Low oxygen/), /88 %, after 20 s\s*ward[\s\S]*80 – 94/);
    await reads(cell(/Tachycardia/), /120 \/min, after 10 s\s*default/);
    await spo2.fill('84');
    await dialog(page).getByLabel('Why').fill('known to be low');
    care.limitVersions.set('p9', 7);
    care.overrides.set('p9', { items: [['spo2-low', { limit: 83, delaySeconds: 15, on: true }]], ...said });
    await dialog(page).getByRole('button', { name: 'Set the limits' }).click();
    await reads(dialog(page), /Somebody else has set these limits meanwhile, and nothing of yours is saved/);
    assert.deepEqual(
      [await spo2.inputValue(), await dialog(page).getByLabel('Why').inputValue()],
      ['84', 'known to be low'],
      'what is entered stays',
    );
    assert.equal(care.overrides.get('p9').items[0][1].limit, 83, 'nothing is overwritten');
    assert.deepEqual(await axeViolations(page), []);
    await inLight(page);
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByRole('button', { name: 'Load them as they are now' }).click();
    await reads(dialog(page), /These are the limits as they are now/);
    assert.equal(await spo2.inputValue(), '83');
    await dialog(page).getByRole('button', { name: 'All back to ward or default' }).click();
    assert.equal(await spo2.inputValue(), '88', 'without their own the ward’s counts');
    await dialog(page).getByLabel('Why').fill('not needed any more');
    await dialog(page).getByRole('button', { name: 'Set the limits' }).click();
    await counts(dialog(page), 0);
    assert.ok(!care.overrides.has('p9'), 'nothing of their own is left');
    care.overrides.delete('ward-1');
  });

  test('what is sent is said to be delivered, counted until it is seen, and one is told as one wishes', async () => {
    const page = await start('/alerts', { shown: '.alert-group' });
    await listening(product, page, /api\/notifications/, product.mock.alertsLive);
    const sent = product.mock.care.notify({});
    await reads(page.locator('.toasts'), /Low oxygen saturation, bed 3/);
    await reads(page.locator('.bell'), /News\s*1/);
    await until(() => product.mock.care.delivered.includes(`${sent.id} delivered`), Boolean, 'sent is not received');
    await page.locator('.bell').click();
    await reads(
      page.locator('.news-row').first(),
      /Low oxygen saturation, bed 3[\s\S]*Assigned[\s\S]*new[\s\S]*in the app/,
    );
    await until(() => product.mock.care.delivered.includes(`${sent.id} seen`), Boolean, 'seen is not told');
    await reads(page.locator('.bell'), /^News$/);
    assert.deepEqual(await axeViolations(page), []);
    await visit(page, '/account');
    const card = page.getByRole('region', { name: 'How you are told' });
    await card.getByLabel('mail, medium priority').check();
    assert.ok(await card.getByLabel('push, high priority').isDisabled(), 'high priority cannot be turned off');
    await card.getByLabel(/Quiet hours/).check();
    await card.getByLabel('Until').fill('22:00');
    await card.getByRole('button', { name: 'Save' }).click();
    await reads(card, /a beginning and an end that differ/);
    await card.getByLabel('Until').fill('06:30');
    await card.getByRole('button', { name: 'Save' }).click();
    await until(
      () => product.mock.duty.rules.quiet?.until,
      (until) => until === '06:30',
      'not saved',
    );
    assert.deepEqual(product.mock.duty.rules.channels.medium, ['push', 'mail']);
    await card.getByRole('button', { name: 'Send me a test' }).click();
    await reads(page.locator('.toasts'), /You asked for this test/);
    const worker = await page.evaluate(() => fetch('/push-worker.js').then((answer) => answer.text()));
    assert.match(worker, /High-priority alert\. Open Wardwatch\./);
    assert.doesNotMatch(worker, /message\??\.(title|body|text)/, 'a lock screen is for anybody to read');
  });

  test('the week shows who is on duty and where nobody is; an override counts above the rotation', async () => {
    const page = await start('/oncall', { shown: '.duty', user: 'charge' });
    await reads(page.locator('.oncall-now'), /Nobody: neurologist, tier 1[\s\S]*nurse, tier 1, Ward 1[\s\S]*until/);
    await reads(page.locator('.week'), /Tier 1[\s\S]*Final[\s\S]*Rotation[\s\S]*Overrides[\s\S]*Tier 2/);
    await page.locator('.week-grid').focus();
    const week = page.locator('.week .tools b');
    const first = await week.innerText();
    await page.keyboard.press('ArrowRight');
    await until(
      () => week.innerText(),
      (text) => text !== first,
      'the key does not turn the week',
    );
    await page.keyboard.press('t');
    await reads(week, new RegExp(first));
    await until(
      async () => {
        const said = await page.locator('.week > p').innerText();
        if (/Gaps this week: Tier 2 nobody/.test(said)) return true;
        await page.getByRole('button', { name: 'Week after' }).click();
        return false;
      },
      Boolean,
      'no gap in words',
    );
    await page.locator('.duty-gap').first().waitFor();
    await page.locator('.week-grid').press('t');
    await page.getByRole('button', { name: 'Override …' }).click();
    await dialog(page).getByRole('button', { name: 'Set the override' }).click();
    await reads(dialog(page), /Choose somebody\./);
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByLabel('Who').selectOption({ label: 'Nurse K. Lee' });
    await dialog(page).getByLabel('Why').fill('ill');
    await dialog(page).getByRole('button', { name: 'Set the override' }).click();
    await counts(dialog(page), 0);
    await reads(page.locator('.overrides'), /Nurse K\. Lee[\s\S]*ill/);
    await page.getByRole('button', { name: 'Take back Nurse K. Lee' }).click();
    await page.getByText('The override is taken back.').waitFor();
    await page.getByRole('button', { name: 'Swap …' }).click();
    const options = (label) => dialog(page).getByLabel(label).locator('option');
    await until(
      () => options('This duty').count(),
      (count) => count > 3,
      'no duties to swap',
    );
    await dialog(page).getByLabel('This duty').selectOption({ index: 1 });
    await dialog(page).getByLabel('For that duty').selectOption({ index: 2 });
    await dialog(page).getByRole('group', { name: 'Who has agreed?' }).getByRole('checkbox').first().check();
    await dialog(page).getByRole('button', { name: 'Swap', exact: true }).click();
    await until(
      () => product.mock.duty.swaps.length,
      (count) => count === 1,
      'no swap',
    );
    await reads(page.locator('.coverage'), /16 holes[\s\S]*No neurologist from 22:00 to 06:00[\s\S]*● hole/);
    await page.getByLabel('Show every bed and alert').check();
    await reads(page.locator('.coverage table'), /Tachycardia[\s\S]*✓/);
    await page.getByRole('button', { name: 'Calendar file (iCal)' }).click();
    await reads(dialog(page), /\/api\/oncall\/sc1\.ics\?token=tok-1/);
    await page.keyboard.press('Escape');
    await inLight(page);
    assert.deepEqual(await axeViolations(page), []);
    const nurse = await start('/oncall', { shown: '.duty', viewport: PHONE });
    await counts(nurse.getByRole('button', { name: 'Override …' }), 0);
    assert.ok(
      (await nurse.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width,
      'cut off to the right',
    );
    assert.deepEqual(await axeViolations(nurse), []);
  });

  test('a shift is handed over by two people who sign', async () => {
    const page = await start('/handover?ward=ward-1', { shown: '.handover-part', viewport: PHONE });
    await reads(
      page.locator('.handover'),
      /Open incidents[\s\S]*Bed 3 · Haddad[\s\S]*not acknowledged[\s\S]*Changed limits[\s\S]*Silences and pauses[\s\S]*Next shift[\s\S]*16 holes/,
    );
    await page.getByLabel('Notes').fill('Bed 3 waits for the X-ray.');
    await page.getByRole('button', { name: 'Sign as Nurse R. Silva and hand over' }).click();
    await reads(
      page.locator('.handover-sign'),
      /Nurse R\. Silva handed over at[\s\S]*Bed 3 waits for the X-ray[\s\S]*cannot hand over to oneself/,
    );
    assert.deepEqual(await axeViolations(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width, 'cut off to the right');
    const other = await start('/handover?ward=ward-1', { shown: '.handover-take', user: 'charge', theme: 'light' });
    await other.getByRole('button', { name: 'Take over as Charge nurse M. Lind' }).click();
    await reads(other.locator('.handover-sign'), /Nurse R\. Silva to Charge nurse M\. Lind/);
    assert.deepEqual(await axeViolations(other), []);
    await other.getByRole('link', { name: 'Haddad' }).first().click();
    await leadsTo(other, /\/incidents\/in1$/);
  });
});
