/** What runs: who sees it, how old it is, what it says when the server is silent, and how a node is drained. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AWAY, axeViolations, counts, leadsTo, PHONE, REFUSED, reads, real, shared, until } from './browser.mjs';

describe('the system page', { skip: real ? 'drains the nodes of the mock' : false }, () => {
  const { product, start: open, allow, close } = shared({ always: [REFUSED], user: 'admin' });
  const start = (path = '/system', options = {}) => open(path, options);
  const table = (page, name) => page.getByRole('table', { name });
  const row = (page, name, text) => table(page, name).getByRole('row').filter({ hasText: text });
  const dialog = (page) => page.getByRole('dialog');
  const stateOf = (name) => product.mock.system.nodes.find((one) => one.name === name).state;

  test('is reached from the administration: warnings on top, then nodes, partitions, queues and checks', async () => {
    const page = await start('/admin/dead-letters');
    await page
      .getByRole('navigation', { name: 'Administration' })
      .getByRole('link', { name: 'System', exact: true })
      .click();
    await leadsTo(page, /\/system$/);
    await reads(page.locator('.system-warnings li').first(), /● Partition 3 has 12 messages.* since .*\(4 min/);
    await counts(page.locator('.system-warnings li'), 3);
    await reads(row(page, 'Nodes', 'ward-a'), /answers here[\s\S]*Up[\s\S]*1 s ago|2 s ago/);
    await reads(row(page, 'Nodes', 'figures-1'), /● Gone[\s\S]*min ago[\s\S]*worker[\s\S]*–/);
    await reads(row(page, 'Partitions', 'Nobody'), /3[\s\S]*● Nobody[\s\S]*12[\s\S]*● 0/);
    await reads(row(page, 'Queues', 'Outbox'), /all[\s\S]*1[\s\S]*0 s/);
    await reads(row(page, 'Checks of ward-a', 'broker'), /● Degraded[\s\S]*One of three/);
    await reads(page.locator('.system-tiles'), /Stored[\s\S]*2 of 3[\s\S]*14\.9[\s\S]*3 waiting/);
    await page.getByRole('link', { name: 'Look at them' }).first().click();
    await leadsTo(page, /\/admin\/dead-letters$/);
  });

  test('shows how old it is, what has changed since, and that the server is silent', async () => {
    const page = await start('/system', { clock: true });
    allow(AWAY);
    await table(page, 'Nodes').waitFor();
    await product.mock.fault({ storage: 'away' });
    product.mock.system.partitions[2].waiting = null;
    await page.clock.fastForward(5000);
    await reads(page.locator('.system-tiles'), /● Not being stored[\s\S]*4,312 waiting/);
    await reads(row(page, 'Partitions', 'ward-b'), /unknown/);
    await product.mock.fault({ rest: false, storage: 'stored' });
    await until(
      async () => {
        await page.clock.fastForward(2000);
        return page.locator('[data-banner="system"]').count();
      },
      (shown) => shown === 1,
      'the silence is not told',
    );
    await reads(page.locator('[data-banner="system"]'), /has not answered since \d\d:\d\d:\d\d/);
    assert.equal(await page.getByRole('button', { name: /^Drain/ }).count(), 0, 'nothing is done on what is not known');
    await page.clock.fastForward(15_000);
    await reads(page.locator('.system-asof'), /\d\d s old/);
    await reads(row(page, 'Nodes', 'ward-a'), /Was up/);
    assert.deepEqual(await axeViolations(page), []);
    await product.mock.fault({ rest: true });
    product.mock.system.partitions[2].waiting = 0;
    await page.clock.fastForward(6000);
    await page.locator('[data-banner="system"]').waitFor({ state: 'detached' });
    await reads(page.locator('.system-tiles'), /Stored/);
    await reads(row(page, 'Nodes', 'ward-a'), /\sUp\s/);
  });

  test('a node is drained in two presses and by no slip of a key; the last one of its roles only after a warning', async () => {
    const page = await start();
    const drain = page.getByRole('button', { name: 'Drain … ward-b' });
    await drain.focus();
    for (const key of ['Enter', 'Enter', 'Enter']) await page.keyboard.press(key);
    assert.equal(stateOf('ward-b'), 'up', 'a key pressed again drains nothing');
    await page.keyboard.press('Escape');
    await counts(dialog(page), 0);
    await drain.click();
    await reads(dialog(page), /hands its devices and partitions over[\s\S]*does not start again by itself/);
    await dialog(page).getByRole('button', { name: 'Yes, drain ward-b' }).click();
    await page.getByText('ward-b is draining.').waitFor();
    assert.equal(stateOf('ward-b'), 'draining');
    await reads(row(page, 'Nodes', 'ward-b'), /Draining/);

    await page.getByRole('button', { name: 'Drain … ward-a' }).click();
    await dialog(page).getByRole('button', { name: 'Yes, drain ward-a' }).click();
    await dialog(page)
      .getByRole('alert')
      .filter({ hasText: 'No other node that is up does what ward-a does (gateway, monitor, web, worker).' })
      .waitFor();
    assert.equal(stateOf('ward-a'), 'up', 'not before the warning is read');
    assert.deepEqual(await axeViolations(page), []);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    assert.equal(stateOf('ward-a'), 'up');
    await page.getByRole('button', { name: 'Drain … ward-a' }).click();
    await dialog(page).getByRole('button', { name: 'Yes, drain ward-a' }).click();
    await dialog(page).getByRole('button', { name: 'Drain it all the same' }).click();
    await page.getByText('ward-a is draining.').waitFor();
    assert.equal(stateOf('ward-a'), 'draining');
    await counts(page.getByRole('button', { name: /^Drain/ }), 0);
  });

  test('on a phone, without a broker, and for those who only look', async () => {
    for (const one of product.mock.system.nodes) one.state = 'up';
    product.mock.system.partitions = [];
    product.mock.system.warnings = [];
    product.mock.system.letters = 0;
    const page = await start('/system', { user: 'technician', viewport: PHONE, theme: 'light' });
    await page.getByText('No warnings.').waitFor();
    await page.getByText('there are no partitions').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Drain/ }).count(), 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `nothing is cut off to the right (${wide})`);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'System', exact: true }).waitFor();
    await close();
    const nurse = await start('/system', { user: 'nurse' });
    await nurse.getByText('You may not see this.').waitFor();
  });
});
