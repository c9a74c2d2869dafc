/**
 * What the wall costs a browser: `npm run bench:wall [-- --beds 32 --seconds 20 --json]`. Against the mock, where all beds change in the same moment once a second,
 * or with WARDWATCH_URL, WARDWATCH_USER and WARDWATCH_PASSWORD against a real server (`--ward ward-3`: 32 beds of `./run --patients 48`).
 *
 * Processor time of the page's main thread is the figure that holds on a busy machine: at 60 frames a second a frame may take 16.7 ms. Frames per second
 * are those of this machine, which draws in software where there is no graphics card.
 */
import { parseArgs } from 'node:util';
import { openPage, openProduct, real, signIn } from './browser.mjs';

const { values: options } = parseArgs({
  options: {
    beds: { type: 'string', default: '32' },
    ward: { type: 'string', default: 'all' },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const BUDGET_MS = 1000 / 60;
const PARTS = {
  script: 'ScriptDuration',
  style: 'RecalcStyleDuration',
  layout: 'LayoutDuration',
  task: 'TaskDuration',
};

const seconds = (text) => new Promise((resolve) => setTimeout(resolve, Number(text) * 1000));

/** In the page: how long each frame's callbacks took, when frames came, and which tasks were long. */
function observe() {
  const seen = { spent: [], at: [], long: [] };
  globalThis.wallBench = seen;
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  let frame = -1;
  globalThis.requestAnimationFrame = (callback) =>
    request((time) => {
      const begin = performance.now();
      callback(time);
      const spent = performance.now() - begin;
      if (time === frame) seen.spent[seen.spent.length - 1] += spent;
      else {
        frame = time;
        seen.spent.push(spent);
        seen.at.push(time);
      }
    });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.long.push(entry.duration);
  }).observe({ entryTypes: ['longtask'] });
}

const quantile = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

async function measure(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () =>
    Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  await seconds(options.warmup);
  await page.evaluate(() => {
    for (const list of Object.values(globalThis.wallBench)) list.length = 0;
  });
  const before = await read();
  await seconds(options.seconds);
  const after = await read();
  const seen = await page.evaluate(() => globalThis.wallBench);
  const frames = seen.at.length;
  const intervals = seen.at
    .slice(1)
    .map((at, index) => at - seen.at[index])
    .sort((a, b) => a - b);
  const spent = seen.spent.sort((a, b) => a - b);
  return {
    beds: await page.locator('.tile-in').count(),
    frames,
    framesPerSecond: frames / Number(options.seconds),
    intervalMs: { p50: quantile(intervals, 0.5), p99: quantile(intervals, 0.99) },
    animationMs: { p50: quantile(spent, 0.5), p99: quantile(spent, 0.99), max: spent.at(-1) },
    processorMsPerFrame: Object.fromEntries(
      Object.entries(PARTS).map(([part, name]) => [part, ((after[name] - before[name]) * 1000) / frames]),
    ),
    processorShare: (after.TaskDuration - before.TaskDuration) / Number(options.seconds),
    longTasks: seen.long.length,
    heapMegabytes: after.JSHeapUsedSize / 1e6,
  };
}

function print(result) {
  const ms = (value) => `${value.toFixed(2)} ms`;
  const per = result.processorMsPerFrame;
  const lines = [
    ['beds', result.beds],
    ['frames a second, as seen', result.framesPerSecond.toFixed(1)],
    ['between two frames, p50 / p99', `${ms(result.intervalMs.p50)} / ${ms(result.intervalMs.p99)}`],
    ["a frame's animation callbacks, p50 / p99 / max", Object.values(result.animationMs).map(ms).join(' / ')],
    ['main thread, processor time a frame', `${ms(per.task)} of ${ms(BUDGET_MS)}`],
    ['  of it script, style, layout', [per.script, per.style, per.layout].map(ms).join(', ')],
    ['main thread, share of one processor', `${(result.processorShare * 100).toFixed(1)} %`],
    ['tasks over 50 ms (by the clock, others included)', result.longTasks],
    ['heap', `${result.heapMegabytes.toFixed(1)} MB`],
  ];
  for (const [name, value] of lines) console.log(`${name.padEnd(50)} ${value}`);
}

const beds = Number(options.beds);
const product = await openProduct({ beds, wards: beds > 16 ? 2 : 1 });
try {
  const { page, complaints } = await openPage(product);
  await page.addInitScript(observe);
  await signIn(product, page, `/ward/${options.ward}`);
  await page.waitForSelector('.tile-in canvas');
  const result = { server: real ? 'real' : 'mock', ...(await measure(page)), complaints };
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else print(result);
  if (complaints.length > 0) throw new Error(`On the console: ${complaints.join('; ')}`);
  if (result.processorMsPerFrame.task > BUDGET_MS) process.exitCode = 1;
} finally {
  await product.stop();
}
