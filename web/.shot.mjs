// node shot.mjs outprefix path [user] [scenario]
import { openProduct, openPage, enter, SCREEN, PHONE } from '/work/wt/web/web/e2e/browser.mjs';
const [,, prefix, path, user='nurse', which='all', wait='.page', beds='16'] = process.argv;
const product = await openProduct({ beds: Number(beds), wards: Number(beds) > 16 ? 2 : 1 });
const { care } = product.mock;
care.path = [{ ward: 'ward-1', provenAt: new Date(Date.now()-40000).toISOString(), state: 'proven' }];
const m = (t)=>t*1000;
care.raise('p12','temp-high',{text:'Temperature 38.7 > 38.5 for 60 s', value:38.7, at: Date.now()-m(200), alone:true});
const l = care.raise('p9','spo2-low',{text:'SpO₂ 87 < 90 for 15 s', value:87, at: Date.now()-m(300), assignee:{id:'x',name:'Nurse K. Lee',role:'nurse'}, dueIn:200});
if(l) Object.assign(l,{condition:'ended',signal:'latched',endedAt:new Date().toISOString()});
const s = care.raise('p2','rr-high',{text:'RR 26 > 22 for 20 s', value:26, at: Date.now()-m(500), assignee:{id:'x',name:'Nurse K. Lee',role:'nurse'}, acknowledged:100, dueIn:3600});
if(s) Object.assign(s,{signal:'paused',silencedUntil:new Date(Date.now()+m(1200)).toISOString(),silencedBy:'Nurse K. Lee',silenceReason:'physiotherapy'});
for (let i=0;i<3;i++) care.notify({});
for (const [name, viewport] of [['screen', SCREEN], ['phone', PHONE]]) for (const theme of ['dark','light']) {
  if (which !== 'all' && !which.includes(name+theme)) continue;
  const { page, complaints, close } = await openPage(product, { viewport, theme });
  await enter(product, page, path, user);
  await page.locator(wait).first().waitFor();
  await page.waitForTimeout(1500);
  if (process.env.CLICK) { for (const c of process.env.CLICK.split('||')) { await page.locator(c).first().click(); await page.waitForTimeout(700);} }
  if (process.env.RAISE) { care.raise('p4','hr-low',{text:'HR 44 < 50 for 10 s', value:44, tell:true, priority:'high'}); care.raise('p5','rr-high',{text:'RR 24 > 22 for 20 s', value:24, tell:true}); await page.waitForTimeout(700);}
  await page.screenshot({ path: `/tmp/shots/${prefix}-${name}-${theme}.png` });
  if (complaints.length) console.log(name, theme, complaints);
  await close();
}
await product.stop();
