import { openProduct, openPage, enter } from '/work/wt/web/web/e2e/browser.mjs';
const product = await openProduct({});
const { page, close } = await openPage(product, {});
await enter(product, page, '/ward/ward-1', 'charge');
await page.locator('.tile-in').first().waitFor();
for (const width of [1460, 1366, 1280, 1024, 820]) {
  await page.setViewportSize({ width, height: 900 });
  await page.waitForTimeout(500);
  console.log(width, await page.evaluate(() => { const m = document.querySelector('.bar [popovertarget]').getBoundingClientRect(); const b = document.querySelector('.bar'); return { t: b.dataset.tight, mw: m.width, mr: m.right, sw: document.documentElement.scrollWidth, bsw: b.scrollWidth, bcw: b.clientWidth, kids: [...b.children].map(c => c.className + ':' + Math.round(c.getBoundingClientRect().width)).join(' ') }; }));
}
await page.screenshot({ path: '/tmp/shots/bar.png' });
await close(); await product.stop();
