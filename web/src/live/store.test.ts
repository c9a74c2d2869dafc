import { beforeEach, describe, expect, test } from 'vitest';
import { LiveStore } from './store';
import { dashboard, FakeTime, measured, patient, START, vitalsMessage } from './testing';
import type { PatientView } from './view';

let time: FakeTime;
let store: LiveStore;

beforeEach(() => {
  time = new FakeTime();
  store = new LiveStore(time);
  store.load(dashboard([patient('p1', '1'), patient('p2', '2')]));
});

const view = (id = 'p1'): PatientView => store.snapshot().patients.get(id) as PatientView;

/** Lets time pass with the heart beating, as when the server is well but a device is silent. */
function pass(seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    time.pass(1);
    store.heartbeat(time.wall());
    store.tick();
  }
}

describe('a number grows old by itself, without any message', () => {
  test('live up to two seconds, then with its age, then gone after ten', () => {
    expect(view().vitals.hr).toMatchObject({ state: 'live', shown: true, ageSeconds: 0 });
    pass(3);
    expect(view().vitals.hr).toMatchObject({ state: 'delayed', shown: true, ageSeconds: 3 });
    pass(8);
    expect(view().vitals.hr).toMatchObject({ state: 'stale', shown: false });
    pass(50);
    expect(view().vitals.hr?.state).toBe('offline');
  });

  test('its age when it was sent counts', () => {
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(80, START, 9, 'delayed') } }));
    pass(2);
    expect(view().vitals.hr).toMatchObject({ state: 'stale', shown: false });
  });

  test('the server may call it stale earlier, and is believed', () => {
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(80, START, 1, 'stale') } }));
    store.tick();
    expect(view().vitals.hr?.shown).toBe(false);
  });

  test('blood pressure and temperature hold for four hours', () => {
    pass(600);
    expect(view().vitals.sbp).toMatchObject({ shown: true, ageSeconds: 600 });
    time.pass(4 * 3600);
    store.heartbeat(time.wall());
    store.tick();
    expect(view().vitals.sbp?.shown).toBe(false);
    expect(view().vitals.temp?.shown).toBe(false);
  });

  test('a machine that slept does not wake up with fresh numbers', () => {
    time.setClock(3600);
    store.tick();
    expect(view().vitals.hr?.shown).toBe(false);
  });

  test('a clock set back does not keep a number alive', () => {
    time.setClock(-3600);
    pass(11);
    expect(view().vitals.hr?.shown).toBe(false);
  });

  test('scores go with their inputs, and the last ones stay known', () => {
    pass(11);
    expect(view()).toMatchObject({ news2: null, anomaly: null });
    expect(view().lastNews2?.min).toBe(1);
    expect(view().signal).toMatchObject({ state: 'lost', lastAt: START });
  });

  test('a vital never measured is absent, not zero', () => {
    expect(view().vitals.etco2).toBeUndefined();
  });
});

describe('the server’s clock', () => {
  test('a message that was long on its way is as old as it is, not as it says', () => {
    pass(30);
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(80, START + 5_000) } }));
    store.tick();
    expect(view().vitals.hr).toMatchObject({ state: 'stale', shown: false });
  });

  test('a line that grows slower and slower does not move the clock back', () => {
    for (let second = 1; second <= 600; second++) {
      time.pass(1);
      store.heartbeat(time.wall() - second * 100);
      store.applyVitals(vitalsMessage('p1', second, { vitals: { hr: measured(80, time.wall() - second * 100) } }));
    }
    store.tick();
    expect(view().vitals.hr).toMatchObject({ state: 'stale', ageSeconds: 60 });
  });

  test('a clock that was set back is followed with the next answer', () => {
    time.pass(60);
    const requested = store.now();
    time.pass(0.1);
    const setBack = START + 60_000 - 3_600_000;
    store.load({ ...dashboard([patient('p1', '1')]), generatedAt: setBack }, requested);
    expect(store.clock.now()).toBeGreaterThanOrEqual(setBack);
    expect(store.clock.now()).toBeLessThanOrEqual(setBack + 100);
  });

  test('a change of state without a reading brings its scores', () => {
    const news2 = { min: 1, max: 4, complete: false, at: START, scale: 1, parameters: {} };
    store.applyStatus({
      patient: 'p1',
      device: null,
      vitals: view().vitals,
      anomaly: null,
      news2,
      attention: null,
      seq: 2,
    });
    store.tick();
    expect(view().lastNews2).toEqual(news2);
  });
});

describe('a lost connection', () => {
  test('is told after five seconds and blanks every number after ten', () => {
    time.pass(5.2);
    store.tick();
    expect(store.snapshot().link).toEqual({ state: 'lost', since: START });
    expect(view().vitals.sbp?.shown).toBe(true);
    time.pass(5);
    store.tick();
    expect(store.snapshot().link.state).toBe('blank');
    expect(view().blank).toBe(true);
    expect(Object.values(view().vitals).every((one) => !one.shown)).toBe(true);
  });

  test('ends with the first word', () => {
    time.pass(12);
    store.tick();
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(80, START + 12_000) } }));
    store.tick();
    expect(store.snapshot().link.state).toBe('ok');
    expect(view().vitals.hr).toMatchObject({ value: 80, shown: true });
  });

  test('is not ended by an ordinary request that still works', () => {
    time.pass(12);
    store.load(dashboard([patient('p1', '1')], time.wall()));
    expect(store.snapshot().link.state).toBe('blank');
  });
});

describe('messages', () => {
  test('older than what is shown change nothing', () => {
    store.applyVitals(vitalsMessage('p1', 9, { vitals: { hr: measured(90) } }));
    store.applyVitals(vitalsMessage('p1', 8, { vitals: { hr: measured(10) } }));
    store.tick();
    expect(view().vitals.hr?.value).toBe(90);
    expect(store.outOfOrder).toBe(1);
  });

  test('about somebody else are counted and answered', () => {
    expect(store.applyVitals(vitalsMessage('p99', 1))).toBe(false);
    expect(store.unknownPatients).toBe(1);
  });

  test('that overtake the answer to a request stand', () => {
    const requested = store.now();
    time.pass(0.1);
    store.applyVitals(vitalsMessage('p1', 5, { vitals: { hr: measured(90) } }));
    store.load(dashboard([patient('p1', '1', { seq: 4 })]), requested);
    expect(view().vitals.hr?.value).toBe(90);
  });

  test('of a server that counts from the beginning again are believed after the reload', () => {
    store.applyVitals(vitalsMessage('p1', 500));
    time.pass(1);
    store.load(dashboard([patient('p1', '1', { seq: 1 })]));
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(91) } }));
    store.tick();
    expect(view().vitals.hr?.value).toBe(91);
  });

  test('a discharged patient disappears with the next load', () => {
    store.load(dashboard([patient('p2', '2')]));
    expect([...store.snapshot().patients.keys()]).toEqual(['p2']);
    expect(store.tracesOf('p1')).toBeUndefined();
  });

  test('a late reading does not make a silent device look alive', () => {
    store.applyStatus({
      patient: 'p1',
      device: { id: 'M-1', state: 'silent', since: START, lastReadingAt: START, clockOffsetSeconds: 0 },
      vitals: {},
      anomaly: null,
      news2: null,
      attention: null,
      seq: 2,
    });
    store.applyVitals(vitalsMessage('p1', 3, { late: true }));
    store.tick();
    expect(view().device?.state).toBe('silent');
  });

  test('attention is counted by priority and timed by the server', () => {
    store.applyVitals(
      vitalsMessage('p1', 2, { attention: { priority: 'high', text: 'SpO₂ 84 < 90', vital: 'spo2', since: START } }),
    );
    pass(39);
    expect(store.snapshot().counts).toEqual({ high: 1, medium: 0, low: 0, technical: 0 });
    expect(view().attention?.seconds).toBe(39);
  });
});

describe('readers', () => {
  test('are told only when something they see has changed', () => {
    let told = 0;
    store.subscribe(() => told++);
    store.tick();
    store.tick();
    expect(told).toBe(0);
    store.applyVitals(vitalsMessage('p1', 2));
    store.applyVitals(vitalsMessage('p1', 3));
    expect(told).toBe(0);
    store.tick();
    expect(told).toBe(1);
  });

  test('keep the identity of what has not changed', () => {
    const before = view('p2');
    store.applyVitals(vitalsMessage('p1', 2));
    store.tick();
    expect(view('p2')).toBe(before);
  });

  test('find the last minutes in the traces, filled from memory and from live messages', () => {
    store.fill([{ id: 'p1', readings: [{ at: START - 5000, values: { hr: 70 } }] }]);
    const traces = store.tracesOf('p1');
    expect(traces?.hr.at(START / 1000 - 5)).toBe(70);
    expect(traces?.hr.at(START / 1000)).toBe(72);
    expect(traces?.hr.at(START / 1000 - 4)).toBeNaN();
  });

  test('a device whose clock runs ahead writes no future', () => {
    store.applyVitals(vitalsMessage('p1', 2, { vitals: { hr: measured(80, START + 600_000) } }));
    expect(store.tracesOf('p1')?.hr.newest).toBe(START / 1000);
  });
});

describe('news for the ward', () => {
  const notice = (at: number) => ({ kind: 'break-glass', patient: 'p1', ward: 'ward-1', text: 'opened', at });

  test('stands until somebody closes it, the newest first, and never more than three', () => {
    for (const at of [1, 2, 3, 4, 4]) store.applyNotice(notice(at));
    store.tick();
    expect(store.snapshot().notices.map((one) => one.at)).toEqual([4, 3, 2]);
    const [newest] = store.snapshot().notices;
    if (newest) store.dismiss(newest);
    expect(store.snapshot().notices.map((one) => one.at)).toEqual([3, 2]);
  });
});

describe('what the hub tells while an answer is on its way', () => {
  const away = { state: 'away', since: START + 500 } as const;

  test('that readings are not being stored stands against an answer from before', () => {
    const requested = store.now();
    time.pass(0.5);
    store.applyStorage(away);
    time.pass(0.5);
    store.load(dashboard([patient('p1', '1')]), requested);
    expect(store.snapshot().storage).toEqual(away);
  });

  test('is followed by an answer that was asked for since', () => {
    store.applyStorage(away);
    time.pass(1);
    store.load(dashboard([patient('p1', '1')]), store.now());
    expect(store.snapshot().storage?.state).toBe('stored');
  });

  test('before the first answer counts too', () => {
    const fresh = new LiveStore(time);
    const requested = fresh.now();
    time.pass(0.5);
    fresh.applyStorage(away);
    fresh.load(dashboard([patient('p1', '1')]), requested);
    expect(fresh.snapshot().storage).toEqual(away);
  });

  test('that a device has fallen silent stands, though no reading came to count', () => {
    const requested = store.now();
    time.pass(0.5);
    const raised = { priority: 'technical', text: 'No data from device M-1', vital: null, since: START } as const;
    const device = { id: 'M-1', state: 'silent', since: START, lastReadingAt: START, clockOffsetSeconds: 0 } as const;
    store.applyStatus({ patient: 'p1', device, vitals: {}, anomaly: null, news2: null, attention: raised, seq: 1 });
    time.pass(0.5);
    store.load(dashboard([patient('p1', '1', { seq: 1 })]), requested);
    expect(view()).toMatchObject({ device: { state: 'silent' }, attention: { text: 'No data from device M-1' } });
  });
});

describe('answers that come in another order than they were asked for', () => {
  test('the one that was asked for first does not take back what the other one said', () => {
    const first = store.now();
    time.pass(0.1);
    const second = store.now();
    time.pass(0.1);
    const critical = patient('p1', '1', { seq: 3 });
    critical.record.status = 'critical';
    const storage = { state: 'away', since: START } as const;
    store.load({ ...dashboard([critical, patient('p3', '3')]), storage }, second);
    store.load(dashboard([patient('p1', '1'), patient('p2', '2')]), first);
    expect([...store.snapshot().patients.keys()]).toEqual(['p1', 'p3']);
    expect(view().record.status).toBe('critical');
    expect(store.snapshot().storage?.state).toBe('away');
  });
});

test('where the storage is not told, what is known of it stays', () => {
  store.load({ ...dashboard([patient('p1', '1')]), storage: null });
  expect(store.snapshot().storage).toEqual({ state: 'stored', since: START });
});
