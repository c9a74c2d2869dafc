/** Every page, both sizes, both colours, without an accessibility violation. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axeViolations, openPage, openProduct, PHONE, real, SCREEN, signIn } from './browser.mjs';

const PAGES = [
  ['/ward/ward-1', '.tile-in, .roster-row'],
  ['/patient/p3', '.chart-row canvas'],
  ['/patient/p10', '.now-row'],
  ['/account', '.own-card'],
  ['/nowhere', '.state'],
];

const ADMIN_PAGES = [
  ['/admin/people', 'tbody tr'],
  ['/admin/roles', 'tbody tr'],
  ['/admin/wards', 'tbody tr'],
  ['/admin/devices', 'tbody tr'],
  ['/admin/devices/M-101', 'tbody tr'],
  ['/admin/devices/M-0', '.admin .state'],
  ['/admin/audit', 'tbody tr'],
  ['/admin/audit?actor=nobody', '.admin .state'],
  ['/admin/events?show=all', 'tbody tr'],
  ['/admin/emergencies', 'tbody tr'],
  ['/admin/dead-letters', 'tbody tr'],
  ['/patients/import', '[type="file"]'],
  ['/admin/nonsense', '.admin .state'],
];

const RECORD_PAGES = [
  ['/patients', 'tbody tr'],
  ['/patient/q1', '.stay'],
  ['/beds?ward=ward-1', '.bed'],
];
/** What opens on the page of a patient; on a phone behind another press. */
const RECORD_DIALOGS = ['Critical …', 'Transfer', 'Device', 'Edit', 'Stays', 'Merge a duplicate', 'Discharge'];

describe('accessibility', { skip: real ? 'the smoke test covers the real pages' : false }, () => {
  let product;
  before(async () => {
    product = await openProduct();
  });
  after(() => product.stop());

  for (const [size, viewport] of [
    ['screen', SCREEN],
    ['phone', PHONE],
  ])
    for (const theme of ['dark', 'light'])
      test(`${size}, ${theme}`, async () => {
        const { page, close } = await openPage(product, { viewport, theme });
        await page.goto(product.url);
        await page.getByLabel('User name').waitFor();
        assert.deepEqual(await axeViolations(page), [], 'sign-in');
        await signIn(product, page);
        await page.waitForSelector('.tile-in, .roster-row');
        for (const [path, shown] of PAGES) {
          await page.goto(product.url + path);
          await page.waitForSelector(shown);
          assert.deepEqual(await axeViolations(page), [], path);
        }
        await page.goto(`${product.url}/patient/p3`);
        await page.waitForSelector('.chart-row canvas');
        await page.getByRole('button', { name: 'Table', exact: true }).click();
        await page.waitForSelector('tbody tr');
        assert.deepEqual(await axeViolations(page), [], 'table');
        await page.getByRole('button', { name: 'Find' }).first().click();
        await page.locator('.find-row').first().waitFor();
        assert.deepEqual(await axeViolations(page), [], 'find');
        await page.getByRole('button', { name: 'Not on your ward? Emergency access' }).click();
        await page.getByLabel('Record number').waitFor();
        assert.deepEqual(await axeViolations(page), [], 'emergency access');
        await page.keyboard.press('Control+Shift+L');
        await page.getByRole('heading', { name: 'Locked' }).waitFor();
        assert.deepEqual(await axeViolations(page), [], 'lock');
        await close();
      });

  for (const [size, viewport, theme] of [
    ['screen', SCREEN, 'light'],
    ['phone', PHONE, 'dark'],
  ])
    test(`records: ${size}, ${theme}`, async () => {
      const { page, close } = await openPage(product, { viewport, theme });
      await signIn(product, page, '/patients', 'charge');
      for (const [path, shown] of RECORD_PAGES) {
        await page.goto(product.url + path);
        await page.waitForSelector(shown);
        assert.deepEqual(await axeViolations(page), [], path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= viewport.width, `${path} is cut off to the right (${wide})`);
      }
      await page.locator('.bed').first().press('Enter');
      assert.deepEqual(await axeViolations(page), [], 'somebody is carried');
      await page.goto(`${product.url}/patient/p4`);
      await page.waitForSelector('.now-row');
      for (const name of RECORD_DIALOGS) {
        const all = page.getByRole('button', { name: 'Change …' });
        if (name !== 'Critical …' && (await all.isVisible())) await all.click();
        await page.getByRole('button', { name, exact: true }).last().click();
        await page.getByRole('dialog').last().getByRole('heading').first().waitFor();
        assert.deepEqual(await axeViolations(page), [], name);
        await page
          .getByRole('dialog')
          .last()
          .getByRole('button', { name: /^Close/ })
          .click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await close();
    });

  for (const [size, viewport] of [
    ['screen', SCREEN],
    ['phone', PHONE],
  ])
    for (const theme of ['dark', 'light'])
      test(`administration: ${size}, ${theme}`, async () => {
        const { page, close } = await openPage(product, { viewport, theme });
        await signIn(product, page, '/admin', 'admin');
        await page.waitForSelector('tbody tr');
        for (const [path, shown] of ADMIN_PAGES) {
          await page.goto(product.url + path);
          await page.waitForSelector(shown);
          assert.deepEqual(await axeViolations(page), [], path);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= viewport.width, `${path} is cut off to the right (${wide})`);
        }
        for (const [path, button, label] of [
          ['/admin/people', /^Edit/, 'Name'],
          ['/admin/people', 'Add a person', 'Name'],
          ['/admin/wards', 'Add a ward', 'Name'],
          ['/admin/devices/M-101', 'Issue a key', 'Cipher'],
          ['/admin/events', /^Acknowledge/, 'Note'],
          ['/admin/emergencies', /^Review/, 'Note'],
        ]) {
          await page.goto(product.url + path);
          await page.getByRole('button', { name: button }).first().click();
          await page.getByRole('dialog').getByLabel(label, { exact: true }).waitFor();
          assert.deepEqual(await axeViolations(page), [], `${path}: ${button}`);
        }
        await close();
      });
});
