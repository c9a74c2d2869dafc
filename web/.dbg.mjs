import { chromium } from 'playwright-core';
import fs from 'node:fs';
const log = fs.readFileSync('/tmp/wwdemo/log','utf8');
const pw = (u) => log.match(new RegExp(u.replace('.','\\.') + '\\s+(\\S+)'))[1];
const browser = await chromium.launch({ executablePath: ['/usr/bin/chromium-headless-shell','/usr/bin/chromium'].find(fs.existsSync), args: ['--headless','--no-sandbox','--disable-gpu'] });
const user = process.argv[2] ?? 'charge.keane';
const ctx = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
const page = await ctx.newPage();
page.on('console', (m) => m.type()==='error' && console.log('console', m.text()));
page.on('pageerror', (e) => console.log('pageerror', e.message));
page.on('response', (r) => { if (r.status() >= 400) console.log(r.status(), r.request().method(), r.url()); });
await page.goto('http://localhost:18080/');
await page.getByLabel('User name').fill(user);
await page.getByLabel('Password').fill(pw(user));
await page.getByRole('button', { name: 'Sign in', exact: true }).click();
await page.waitForTimeout(6000);
await page.screenshot({ path: '/tmp/shots/real-wall.png' });
for (const [name, path] of [['alerts','/alerts'],['oncall','/oncall'],['handover','/handover'],['news','/notifications'],['account','/account']]) {
  await page.evaluate((to) => { history.pushState(null,'',to); dispatchEvent(new PopStateEvent('popstate',{state:null})); }, path);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: `/tmp/shots/real-${name}.png` });
}
const link = await page.evaluate(async () => 0);
await browser.close();
