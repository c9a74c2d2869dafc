/**
 * Every page, both sizes, both colours, without an accessibility violation. A state of a page is brought about once: all rules are
 * tried in the dark colours, and what depends on colours once more in the light ones.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axeViolations, counts, enter, openPage, PHONE, real, SCREEN, shared, visit } from './browser.mjs';

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
  ['/system', '.system tbody tr'],
  ['/patients/import', '[type="file"]'],
  ['/admin/nonsense', '.admin .state'],
];

const ADMIN_DIALOGS = [
  ['/admin/people', /^Edit/, 'Name'],
  ['/admin/people', 'Add a person', 'Name'],
  ['/admin/wards', 'Add a ward', 'Name'],
  ['/admin/devices/M-101', 'Issue a key', 'Cipher'],
  ['/admin/events', /^Acknowledge/, 'Note'],
  ['/admin/emergencies', /^Review/, 'Note'],
];

const RECORD_PAGES = [
  ['/patients', 'tbody tr'],
  ['/patient/q1', '.stay'],
  ['/beds?ward=ward-1', '.bed'],
];
/** What opens on the page of a patient; on a phone behind another press. */
const RECORD_DIALOGS = ['Critical …', 'Transfer', 'Device', 'Edit', 'Stays', 'Merge a duplicate', 'Discharge'];

// Two pages at a time: this file takes longest, and nothing here changes what the other page shows.
describe('accessibility', { concurrency: 2, skip: real ? 'the smoke test covers the real pages' : false }, () => {
  const { product } = shared();

  const inColours = (page, theme) =>
    page.evaluate((colours) => {
      document.documentElement.dataset.theme = colours;
    }, theme);
  const good = async (page, what) => {
    assert.deepEqual(await axeViolations(page), [], what);
    await inColours(page, 'light');
    assert.deepEqual(await axeViolations(page, 'color-contrast'), [], `${what}, in light colours`);
    await inColours(page, 'dark');
  };
  const fits = async (page, viewport, what) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= viewport.width, `${what} is cut off to the right (${wide})`);
  };
  /** A dialog ends above the foot of the screen: what is too long is scrolled in it, and its last button can be reached. */
  const ends = async (page, what) => {
    const below = await page.evaluate(() =>
      Math.max(...[...document.querySelectorAll('dialog[open]')].map((one) => one.getBoundingClientRect().bottom)),
    );
    assert.ok(below > 0 && below <= page.viewportSize().height, `${what} ends below the screen (${below})`);
  };
  /** Goes there, and waits for what only that page shows: what the page before shows may be alike. */
  const show = async (page, path, shown) => {
    await visit(page, '/nowhere');
    await page.getByText('There is no such page').waitFor();
    assert.equal(await page.title(), 'No such page · Wardwatch');
    await visit(page, path);
    await page.locator(shown).first().waitFor();
    await counts(page.locator('.skeleton'), 0);
  };

  for (const [size, viewport] of [
    ['screen', SCREEN],
    ['phone', PHONE],
  ]) {
    test(`the ward and its patients: ${size}`, async () => {
      const { page, close } = await openPage(product, { viewport });
      await page.goto(product.url);
      await page.getByLabel('User name').waitFor();
      await good(page, 'sign-in');
      await enter(product, page);
      await page.waitForSelector('.tile-in, .roster-row');
      for (const [path, shown] of PAGES) {
        await show(page, path, shown);
        await good(page, path);
      }
      await show(page, '/patient/p3', '.chart-row canvas');
      await page.getByRole('button', { name: 'Table', exact: true }).click();
      await page.locator('tbody tr').first().waitFor();
      await good(page, 'table');
      await page.getByRole('button', { name: 'Find' }).first().click();
      await page.locator('.find-row').first().waitFor();
      await good(page, 'find');
      await page.getByRole('button', { name: 'Not on your ward? Emergency access' }).click();
      await page.getByLabel('Record number').waitFor();
      await good(page, 'emergency access');
      await page.keyboard.press('Control+Shift+L');
      await page.getByRole('heading', { name: 'Locked' }).waitFor();
      await good(page, 'lock');
      await close();
    });

    test(`records: ${size}`, async () => {
      const { page, close } = await openPage(product, { viewport });
      await enter(product, page, '/patients', 'charge');
      await page.locator('tbody tr').first().waitFor();
      for (const [path, shown] of RECORD_PAGES) {
        await show(page, path, shown);
        await good(page, path);
        await fits(page, viewport, path);
      }
      await show(page, '/patients', 'tbody tr');
      await page.getByRole('button', { name: 'Register a patient' }).click();
      await page.getByLabel('Family name').waitFor();
      await good(page, 'register');
      await ends(page, 'register');
      await page.keyboard.press('Escape');
      await show(page, '/beds?ward=ward-1', '.bed');
      await page.locator('.bed').first().press('Enter');
      await page.locator('.bed-news, [role="dialog"]').first().waitFor();
      await good(page, 'somebody is carried');
      await show(page, '/patient/p4', '.now-row');
      const dialog = page.getByRole('dialog').last();
      for (const name of RECORD_DIALOGS) {
        await page.getByRole('button', { name: 'Critical …' }).waitFor();
        const all = page.getByRole('button', { name: 'Change …' });
        if (name !== 'Critical …' && (await all.isVisible())) await all.click();
        await page.getByRole('button', { name, exact: true }).last().click();
        await dialog.getByRole('heading').first().waitFor();
        await counts(dialog.getByText('Loading …'), 0);
        await good(page, name);
        await ends(page, name);
        await dialog.getByRole('button', { name: /^Close/ }).click();
        await counts(page.getByRole('dialog'), 0);
      }
      await close();
    });

    test(`administration: ${size}`, async () => {
      const { page, close } = await openPage(product, { viewport });
      await enter(product, page, '/admin', 'admin');
      await page.locator('tbody tr').first().waitFor();
      for (const [path, shown] of ADMIN_PAGES) {
        await show(page, path, shown);
        await good(page, path);
        await fits(page, viewport, path);
      }
      for (const [path, button, label] of ADMIN_DIALOGS) {
        await show(page, path, 'tbody tr');
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('dialog').getByLabel(label, { exact: true }).waitFor();
        await good(page, `${path}: ${button}`);
        await ends(page, button);
      }
      await close();
    });
  }
});
