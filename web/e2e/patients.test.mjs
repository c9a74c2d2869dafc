/** Patients as records: found, registered, edited, moved, merged, and the devices they wear. Several things in one opened page each. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { axeViolations, counts, leadsTo, listening, PHONE, REFUSED, reads, real, shared, until } from './browser.mjs';

describe('patients', { skip: real ? 'changes the patients of the mock' : false }, () => {
  // A refusal that a page asks for is no defect, and the browser says it all the same.
  const { product, start, close } = shared({ always: [REFUSED], user: 'charge', wards: 2 });
  const row = (page, text) => page.getByRole('row').filter({ hasText: text });
  const dialog = (page) => page.getByRole('dialog').last();
  const care = (page, name) =>
    page.getByRole('region', { name: 'This patient' }).getByRole('button', { name, exact: true }).click();
  const focusOn = (page, attribute, wanted) =>
    until(
      () => page.evaluate((name) => document.activeElement?.getAttribute(name), attribute),
      (value) => value === wanted,
      `the focus is not on the ${wanted}`,
    );
  const fits = async (page) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= page.viewportSize().width, `nothing is cut off to the right (${wide})`);
  };
  /** As if somebody else had done it on another screen. */
  const elsewhere = (target, id, change) => {
    const record = product.mock.registry.records.get(id);
    const before = record.ward;
    Object.assign(record, change);
    record.version++;
    product.mock.registry.live(record);
    product.mock.tell(target, record, before);
  };

  test('the list: reached from the wall, searched with the address, filtered, live, as a file', async () => {
    const page = await start('/');
    await page.waitForSelector('.tile-in');
    await page.getByRole('link', { name: 'Patients', exact: true }).click();
    await row(page, 'Okafor, Chidi').waitFor();
    await reads(row(page, '20-11833'), /Haddad, Samira[\s\S]*Ward 1, bed 3[\s\S]*Critical/);
    await page.getByRole('searchbox').fill('haddad');
    await row(page, 'Moreau').waitFor({ state: 'detached' });
    await leadsTo(page, /search=haddad/);
    await page.goto(`${product.url}/patients?present=false`);
    await row(page, 'Okafor, Chidi').waitFor();
    assert.equal(await row(page, 'Haddad').count(), 0);
    assert.equal(await page.getByLabel('Where').inputValue(), 'false');
    await page.getByLabel('Where').selectOption('');
    await page.getByLabel('Status', { exact: true }).selectOption('critical');
    await row(page, 'Moreau').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Clear' }).click();
    await row(page, 'Moreau').waitFor();

    await listening(product, page, /\/api\/patients\?/);
    elsewhere('PatientCritical', 'p8', { status: 'critical' });
    await row(page, '20-11838').filter({ hasText: 'Critical' }).waitFor();
    elsewhere('PatientMoved', 'p9', { bed: '15' });
    await page.getByText('1 patient came, moved or left').waitFor();
    assert.match(await row(page, '20-11839').innerText(), /bed 9/, 'no row changes its place by itself');
    await page.locator('.fresh').getByRole('button', { name: 'Show' }).click();
    await row(page, '20-11839').filter({ hasText: 'bed 15' }).waitFor();
    elsewhere('PatientMoved', 'p9', { bed: '9' });

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of what is shown' }).click(),
    ]);
    assert.match(await readFile(await file.path(), 'utf8'), /p3,20-11833,"Haddad, Samira",1940-03-14,female,critical/);
    assert.match(file.suggestedFilename(), /^wardwatch-patients-\d{4}-\d\d-\d\d\.csv$/);

    await page.goto(`${product.url}/patients?search=nobodyatall`);
    await page.getByText('Nobody matches.').waitFor();
  });

  test('registered: errors at their fields, a number that is taken offers its patient, a free bed admits at once', async () => {
    const page = await start('/patients?search=20-11833');
    await row(page, 'Haddad').waitFor();
    await page.getByRole('button', { name: 'Register a patient' }).click();
    const form = dialog(page);
    assert.equal(await form.getByLabel('Record number').inputValue(), '20-11833');
    await form.getByRole('button', { name: 'Register', exact: true }).click();
    await form.getByText('Enter the family name.').waitFor();
    await focusOn(page, 'type', 'date');
    await form.getByLabel('Family name').fill('Åström');
    await form.getByLabel('Given name').fill('Elin');
    await form.getByLabel('Date of birth').fill('1971-05-06');
    await form.getByLabel('Sex').selectOption('female');
    await form.getByRole('button', { name: 'Register', exact: true }).click();
    await form.getByRole('link', { name: 'Open Haddad, Samira' }).waitFor();
    await form.getByLabel('Record number').fill('20-50001');
    await form.getByLabel('Ward', { exact: true }).selectOption('ward-2');
    await form.getByText('1 bed is free.').waitFor();
    await form.getByRole('button', { name: 'Register and admit' }).click();
    await form.getByText('Choose a free bed, or no ward.').waitFor();
    await form.getByLabel('Bed', { exact: true }).selectOption('15');
    await form.getByLabel('Data may be used for research').check();
    await form.getByRole('button', { name: 'Register and admit' }).click();
    await page.waitForSelector('.now-row');
    await reads(page.locator('.identity'), /Åström, Elin[\s\S]*record 20-50001[\s\S]*Ward 2, bed 15/);
    await page.getByText('No device is bound to this patient.').waitFor();

    await care(page, 'Discharge');
    await dialog(page).getByText('no device is on this patient').waitFor();
    await dialog(page).getByRole('button', { name: 'Discharge' }).click();
    await page.getByText('This patient is not in a bed.').waitFor();
    await page.getByText(/Discharged .*, home\./).waitFor();
    await counts(page.locator('.now-row'), 0, 'a number of somebody who has left');
    await care(page, 'Admit');
    await dialog(page).getByLabel('Ward', { exact: true }).selectOption('ward-2');
    await dialog(page).getByLabel('Bed', { exact: true }).selectOption('15');
    await dialog(page).getByRole('button', { name: 'Admit' }).click();
    await page.waitForSelector('.now-row');
    await care(page, 'Discharge');
    await dialog(page).getByLabel('Where to').selectOption('other-hospital');
    await dialog(page).getByRole('button', { name: 'Discharge' }).click();
    await page.getByText(/Discharged .*, another hospital\./).waitFor();
    await counts(page.locator('.stay'), 2);
  });

  test('edited: what somebody else changed meanwhile is shown, and kept where it was left alone here', async () => {
    const page = await start('/patient/p5');
    await page.waitForSelector('.now-row');
    await care(page, 'Edit');
    const form = dialog(page);
    await form.getByLabel('Given name').fill('Ivana');
    elsewhere('StatusUpdated', 'p5', { dateOfBirth: '1945-06-15', status: 'observation' });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Somebody else has changed this meanwhile:').waitFor();
    await form.getByText('Date of birth: 14 May 1944 → 15 Jun 1945').waitFor();
    await form.getByText('Status: Stable → Observation').waitFor();
    assert.equal(await form.getByLabel('Date of birth').inputValue(), '1945-06-15');
    assert.equal(await form.getByLabel('Given name').inputValue(), 'Ivana');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Petrov, Ivana' }).waitFor();
    assert.equal(product.mock.registry.records.get('p5').dateOfBirth, '1945-06-15');
  });

  test('status with a note; critical in two presses and by no slip of a key; all of it in the stays', async () => {
    const page = await start('/patient/p1');
    await page.waitForSelector('.now-row');
    await care(page, 'Status');
    await dialog(page).getByLabel('Observation').check();
    await dialog(page).getByLabel('Note').fill('Dizzy after getting up.');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.locator('.identity').getByText('Observation').waitFor();
    await page.getByRole('button', { name: 'Critical …' }).focus();
    for (const key of ['Enter', 'Enter', 'Enter']) await page.keyboard.press(key);
    assert.equal(product.mock.registry.records.get('p1').status, 'observation', 'a key pressed again sets nothing');
    await dialog(page).getByRole('button', { name: 'Yes, set critical' }).click();
    await page.locator('.identity').getByText('Critical').waitFor();
    await counts(page.getByRole('button', { name: 'Critical …' }), 0);
    await care(page, 'Stays');
    await reads(dialog(page), /Critical[\s\S]*by Charge nurse M\. Lind[\s\S]*Dizzy after getting up\./);
    await dialog(page).getByRole('button', { name: 'Close' }).click();

    elsewhere('PatientMoved', 'p2', { bed: '15', ward: 'ward-2' });
    await care(page, 'Transfer');
    await dialog(page).getByRole('button', { name: 'Transfer' }).click();
    await dialog(page).getByText('Choose a free bed, or no ward.').waitFor();
    await dialog(page).getByLabel('Bed', { exact: true }).selectOption('2');
    elsewhere('PatientMoved', 'p2', { bed: '2', ward: 'ward-1' });
    await dialog(page).getByRole('button', { name: 'Transfer' }).click();
    await dialog(page).getByText('Somebody lies in this bed by now.').waitFor();
    await dialog(page).getByLabel('Ward', { exact: true }).selectOption('ward-2');
    await dialog(page).getByLabel('Bed', { exact: true }).selectOption('15');
    await dialog(page).getByRole('button', { name: 'Transfer' }).click();
    await page.locator('.identity').getByText('Ward 2, bed 15').waitFor();
    elsewhere('PatientMoved', 'p1', { bed: '1', ward: 'ward-1', status: 'stable' });
    await page.locator('.identity').getByText('Ward 1, bed 1').waitFor();
  });

  test('devices: scanned, asked about after a gap, taken over from somebody else, taken off', async () => {
    const page = await start('/patient/p4');
    await page.waitForSelector('.now-row');
    await care(page, 'Device');
    const form = dialog(page);
    await form.getByText('M-104 since').waitFor();
    await focusOn(page, 'name', 'device');
    const scan = async (code) => {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    };
    await scan('M-999');
    await form.getByText('There is no device with this id').waitFor();
    await scan('M-160');
    await form.getByText('Is this still the same patient?').waitFor();
    await form.getByText(/M-160 was last heard .*2\d min ago/).waitFor();
    await form.getByRole('button', { name: 'No, or not sure' }).click();
    await form.getByText('Nothing was changed. Take M-160 off').waitFor();
    assert.equal(product.mock.registry.wornBy('M-160'), null);
    await form.getByLabel('Device', { exact: true }).fill('');
    await scan('M-160');
    await form.getByRole('button', { name: 'Yes, Moreau, Jules wears it' }).click();
    await form.getByText('M-160 is on.').waitFor();
    await scan('M-106');
    await form.getByText('M-106 is on Nakamura, Yuki, Ward 1, bed 6.').waitFor();
    assert.equal(product.mock.registry.wornBy('M-106').id, 'p6', 'nothing is taken before a yes');
    await form.getByRole('button', { name: 'Take it over from Nakamura, Yuki' }).click();
    await form.getByText('M-106 is on.').waitFor();
    assert.equal(product.mock.registry.wornBy('M-106').id, 'p4');
    await form.getByRole('button', { name: 'Take off M-160' }).click();
    await dialog(page).getByRole('button', { name: 'Take off', exact: true }).click();
    await form.getByText('M-160 is off.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
  });

  test('two records of one person: compared side by side, merged with a reason, the closed one leads to the other', async () => {
    const page = await start('/patient/p1');
    await page.waitForSelector('.now-row');
    await care(page, 'Merge a duplicate');
    await dialog(page).getByRole('button', { name: 'Compare Okafor, Chidi' }).click();
    await reads(page.locator('.compare .differs'), /Name[\s\S]*Okafor, Adaeze[\s\S]*Okafor, Chidi/);
    await dialog(page).getByRole('button', { name: 'Another record' }).click();
    await dialog(page).getByRole('button', { name: 'Compare Okafor, Adaeze' }).click();
    await reads(page.locator('.compare'), /Okafor, Adaeze/);
    await counts(page.locator('.compare .differs'), 0);
    await dialog(page).getByRole('button', { name: 'Merge' }).click();
    await dialog(page).getByText('Say in a sentence why').waitFor();
    await dialog(page).getByLabel('Why are they the same person?').fill('Registered twice in emergency.');
    await dialog(page).getByRole('button', { name: 'Merge' }).click();
    await counts(page.getByRole('dialog'), 0, 'the dialog stays');
    await page.goto(`${product.url}/patient/q2`);
    await page.getByRole('link', { name: 'Open the other record' }).click();
    await page.waitForSelector('.now-row');
    await leadsTo(page, /\/patient\/p1\b/);
    await page.goto(`${product.url}/patients?search=20-40002`);
    await row(page, '20-11831').waitFor();
  });

  test('on a phone: one press for what cannot wait, the rest behind another; nothing for those who only look', async () => {
    const page = await start('/patients', { viewport: PHONE, theme: 'light' });
    await page.getByRole('link', { name: 'Moreau, Jules' }).click();
    await page.waitForSelector('.now-row');
    await fits(page);
    await counts(page.locator('.care > .button'), 3); // an alert, critical, and the rest
    await page.getByRole('button', { name: 'Change …' }).click();
    await dialog(page).getByRole('button', { name: 'Status' }).click();
    await dialog(page).getByLabel('Observation').check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.locator('.identity').getByText('Observation').waitFor();
    await close();
    const look = await start('/patient/p3', { user: 'analyst' });
    await look.waitForSelector('.now-row');
    await until(
      () => look.locator('.care > .button').allInnerTexts(),
      (names) => names.join() === 'Stays,Limits …',
      'something else is offered',
    );
  });

  test('imported: checked first, refused as a whole with each problem, then taken over', async () => {
    const page = await start('/patients/import', { user: 'admin' });
    const file = (text) => ({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const choose = (text) => page.getByLabel('File').setInputFiles(file(text));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Choose a file.').waitFor();
    const [template] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download a template' }).click(),
    ]);
    assert.match(await readFile(await template.path(), 'utf8'), /^\ufeffrecord_number,name,date_of_birth,sex/);
    await choose('name,number\r\nA,1\r\n');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('cannot be read as CSV with these columns').waitFor();
    const head = 'record_number,name,date_of_birth,sex,ward,bed,status\r\n';
    await choose(`${head}30-1,"=1+1, A",1962-03-04,female,,,\r\n20-11833,"Other, Name",1962-03-04,female,,,\r\n`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Nothing was taken over. 2 problems in 2 rows.').waitFor();
    await reads(row(page, 'formula'), /2\s+name\s+It begins like a formula/);
    assert.equal(await page.getByRole('button', { name: /^Import/ }).count(), 0);
    await choose(`${head}30-1,"Berg, Astrid",1962-03-04,female,,,\r\n30-2,"Berg, Bo",1948-11-30,male,,,\r\n`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('The file is in order: 2 rows, 2 new patients').waitFor();
    assert.equal(product.mock.registry.list(new URLSearchParams('search=berg')).length, 0, 'only checked so far');
    await page.getByRole('button', { name: 'Import 2 patients' }).click();
    await page.getByText('2 patients registered, 0 unchanged.').waitFor();
    assert.equal(product.mock.registry.list(new URLSearchParams('search=berg')).length, 2);
  });

  test('dead letters: filtered in the address, looked at, replayed, dropped with a reason', async () => {
    const page = await start('/admin/dead-letters', { user: 'admin' });
    await row(page, 'unknown-version').waitFor();
    assert.equal(await row(page, 'not-plausible').count(), 0, 'settled ones only when asked for');
    await page.getByRole('button', { name: /^Look unknown-version/ }).click();
    await reads(page.locator('.payload'), /"note": "<b>collapse<\/b>"/);
    await dialog(page).getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Replayed: it is handled now.').waitFor();
    await row(page, 'unknown-version').waitFor({ state: 'detached' });
    await page.getByLabel('From').selectOption('device');
    await row(page, 'consumer-failed').waitFor({ state: 'detached' });
    await leadsTo(page, /source=device/);
    await page.getByRole('button', { name: /^Look unknown-key/ }).click();
    // Sealed under the device's key: of it there is the topic.
    await dialog(page).locator('.payload').filter({ hasText: 'patient/p3' }).waitFor();
    await dialog(page).getByRole('button', { name: 'Drop …' }).click();
    await dialog(page).getByRole('button', { name: 'Drop', exact: true }).click();
    await dialog(page).getByText('Say in a sentence why').waitFor();
    await dialog(page).getByLabel('Why is it not needed?').fill('Device was replaced in October.');
    await dialog(page).getByRole('button', { name: 'Drop', exact: true }).click();
    await page.getByText('Nothing matches these filters.').waitFor();
    await page.getByLabel('State').selectOption('true');
    await reads(row(page, 'unknown-key'), /Dropped by Administrator A\. Berg/);
  });
});
