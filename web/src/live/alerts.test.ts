import { beforeEach, describe, expect, test } from 'vitest';
import { AlertBook } from './alertBook';
import {
  decodeAlert,
  decodeIncident,
  decodeItems,
  decodeStaffNotification,
  isStaffNotification,
  alert as readAlert,
} from './alertMessages';
import { type AlertPath, byUrgency, isSounding } from './alertTypes';
import { CareStore, type News } from './careStore';
import { tally } from './decode';
import { decodeDashboard } from './messages';
import { LiveStore } from './store';
import { alertOf, dashboard, FakeTime, incidentOf, patient, START, vitalsMessage } from './testing';

const iso = (at: number): string => new Date(at).toISOString();
const VALUES = { hr: { value: 134, ageSeconds: 0.4 }, acvpu: { value: 'A', ageSeconds: 144 } };
const raw = (more: object = {}) => ({
  id: 'a1',
  type: 'spo2-critical',
  name: 'Critical oxygen saturation',
  category: 'respiratory',
  priority: 'high',
  technical: false,
  patient: 'p1',
  ward: 'ward-1',
  bed: '1',
  condition: 'active',
  signal: 'on',
  acknowledged: false,
  cause: {
    text: 'SpO₂ 84 < 88 for 15 s',
    vital: 'spo2',
    value: 84,
    limit: 88,
    unit: '%',
    news2: { min: 8, max: 8 },
    values: VALUES,
  },
  onsetAt: iso(START),
  raisedAt: iso(START),
  ...more,
});

beforeEach(() => Object.assign(tally, { messages: 0, values: 0 }));

describe('messages about alerts', () => {
  test('are read; what nobody knows yet is passed over', () => {
    expect(decodeAlert(raw({ colour: 'red', cause: { ...raw().cause, vital: 'lactate' } }))).toMatchObject({
      priority: 'high',
      cause: { vital: null, value: 84, limit: 88, news2: { min: 8, max: 8 }, values: { hr: { value: 134 } } },
      judgement: null,
    });
    expect(decodeAlert(raw({ silencedBy: { id: 'x', name: 'Nurse R. Silva' } }))?.silencedBy).toBe('Nurse R. Silva');
    expect(tally).toEqual({ messages: 0, values: 0 });
  });

  test('are counted and left out where they cannot be believed', () => {
    const broken = [null, 'text', {}, raw({ priority: 'urgent' }), raw({ condition: 7 }), raw({ onsetAt: 'soon' })];
    for (const one of broken) expect(decodeAlert(one)).toBe(null);
    expect(decodeIncident({ id: 'i1', state: 'LOST' })).toBe(null);
    expect(tally.messages).toBe(broken.length + 1);
    expect(decodeItems(readAlert)({ items: [raw(), {}, raw({ id: 'a2' })], next: 'more' })).toMatchObject({
      items: [{ id: 'a1' }, { id: 'a2' }],
      next: 'more',
    });
    expect(tally.values).toBe(1);
  });

  test('a patient’s broken alert hides neither the patient nor the other alerts', () => {
    const told = decodeDashboard({
      generatedAt: iso(START),
      hospital: { name: 'Demo' },
      demo: true,
      storage: { state: 'stored', since: iso(START) },
      wards: [],
      patients: [
        {
          ...patient('p1', '1').record,
          vitals: {},
          seq: 1,
          alerts: [raw(), { id: 'broken' }],
        },
      ],
      alertPath: [{ ward: 'ward-1', provenAt: iso(START), state: 'proven' }, { ward: 3 }],
    });
    expect(told?.patients[0]?.alerts.map((one) => one.id)).toEqual(['a1']);
    expect(told?.alertPath).toEqual([{ ward: 'ward-1', provenAt: START, state: 'proven' }]);
  });

  test('of two kinds that share the name Notification, that for an account is told by what is in it', () => {
    const sent = { id: 'n1', kind: 'assigned', priority: 'high', title: 'x', createdAt: iso(START), stage: 'sent' };
    expect(isStaffNotification(sent)).toBe(true);
    expect(decodeStaffNotification(sent)).toMatchObject({ id: 'n1', channels: [] });
    expect(isStaffNotification({ kind: 'emergency', patient: 'p1', ward: 'w', text: 't', at: iso(START) })).toBe(false);
  });
});

describe('the book of alerts', () => {
  test('keeps what stands: what has ended and latches stays until it is acknowledged', () => {
    const book = new AlertBook();
    book.apply(alertOf('a'), 1);
    expect(book.of('p1')).toHaveLength(1);
    book.apply(alertOf('a', { condition: 'ended', signal: 'latched' }), 2);
    expect(book.of('p1')).toHaveLength(1);
    book.apply(alertOf('a', { condition: 'ended', signal: 'off', acknowledged: true }), 3);
    expect(book.of('p1')).toHaveLength(0);
  });

  test('what the hub has told stands against an answer that was asked for before', () => {
    const book = new AlertBook();
    book.load([alertOf('old'), alertOf('gone')], 0, () => true);
    book.apply(alertOf('new'), 10);
    book.apply(alertOf('old', { condition: 'ended', signal: 'off' }), 11);
    book.load([alertOf('old')], 5, () => true);
    expect(book.all().map((one) => one.id)).toEqual(['new']);
    book.load([alertOf('old')], 20, () => true);
    expect(book.all().map((one) => one.id)).toEqual(['old']);
  });

  test('an incident never goes back to an older version, and leaves when it is resolved', () => {
    const book = new AlertBook();
    book.applyIncident(incidentOf('i', { version: 3, state: 'ACKNOWLEDGED' }), 1);
    book.applyIncident(incidentOf('i', { version: 2 }), 2);
    expect(book.incident('i')?.state).toBe('ACKNOWLEDGED');
    book.applyIncident(incidentOf('i', { version: 4, state: 'RESOLVED' }), 3);
    expect(book.open()).toEqual([]);
  });

  test('orders by urgency: priority, the patient before the device, what holds before what has ended', () => {
    const order = [
      alertOf('low', { priority: 'low' }),
      alertOf('technical', { priority: 'medium', technical: true }),
      alertOf('ended', { priority: 'medium', condition: 'ended', signal: 'latched' }),
      alertOf('medium', { priority: 'medium' }),
      alertOf('seen', { acknowledged: true }),
      alertOf('high'),
    ]
      .sort(byUrgency)
      .map((one) => one.id);
    expect(order).toEqual(['high', 'seen', 'medium', 'ended', 'technical', 'low']);
  });

  test('the canary is never shown nor heard', () => {
    const book = new AlertBook();
    book.apply(alertOf('c', { canary: true }), 1);
    book.applyIncident(incidentOf('c', { canary: true }), 1);
    expect(book.open()).toEqual([]);
    expect(book.all()).toEqual([]);
  });

  test('is heard until silenced or acknowledged', () => {
    expect(isSounding(alertOf('a'))).toBe(true);
    expect(isSounding(alertOf('a', { signal: 'latched', condition: 'ended' }))).toBe(true);
    expect(isSounding(alertOf('a', { signal: 'paused' }))).toBe(false);
    expect(isSounding(alertOf('a', { acknowledged: true }))).toBe(false);
  });
});

describe('the live store with alerts', () => {
  let time: FakeTime;
  let store: LiveStore;
  beforeEach(() => {
    time = new FakeTime();
    store = new LiveStore(time);
    store.load(dashboard([patient('p1', '1', { alerts: [alertOf('a')] }), patient('p2', '2')]));
  });
  const view = (id = 'p1') => store.snapshot().patients.get(id);

  test('counts them by priority, and passes over the attention of who has one', () => {
    const attention = { priority: 'medium', text: 'RR 23 > 22', vital: 'rr', since: START } as const;
    store.applyVitals(vitalsMessage('p1', 2, { attention }));
    store.tick();
    expect(store.snapshot().counts).toEqual({ high: 1, medium: 0, low: 0, technical: 0 });
    expect(view()?.attention).toBe(null);
    store.applyAlert(alertOf('a', { condition: 'ended', signal: 'off' }));
    expect(view()?.attention).toMatchObject({ text: 'RR 23 > 22' });
    expect(store.snapshot().counts).toMatchObject({ high: 0, medium: 1 });
  });

  test('shows a new one at once and counts by the second', () => {
    time.pass(3);
    expect(store.applyAlert(alertOf('b', { patient: 'p2', onsetAt: START }))).toBe(true);
    expect(view('p2')).toMatchObject({ alerts: [{ id: 'b' }], second: (START + 3000) / 1000 });
    expect(store.applyAlert(alertOf('c', { patient: 'stranger' }))).toBe(false);
  });

  test('knows who is on it, and whose alerts belong to the ward itself', () => {
    store.applyAlert(alertOf('a', { incident: 'i1' }));
    store.loadCare([incidentOf('i1')], [alertOf('w', { patient: null, technical: true })], store.now());
    expect(view()?.incident?.assignee?.name).toBe('Nurse R. Silva');
    expect(store.snapshot().ownAlerts.map((one) => one.id)).toEqual(['w']);
    expect(store.snapshot().counts.technical).toBe(1);
  });
});

describe('the alert path', () => {
  const path = (state: AlertPath['state'], provenAt: number | null = START): AlertPath => ({
    ward: 'ward-1',
    provenAt,
    state,
  });

  test('is what was told last, whichever way, and of other wards nothing changes', () => {
    const store = new LiveStore(new FakeTime());
    store.applyPath({ ...path('proven'), ward: 'ward-2' });
    store.applyPath(path('proven'));
    store.applyPath(path('broken'));
    expect(store.snapshot().alertPath.map((one) => `${one.ward} ${one.state}`)).toEqual([
      'ward-2 proven',
      'ward-1 broken',
    ]);
  });

  test('an answer that was asked for before the hub spoke does not make a broken path whole', () => {
    const clock = new FakeTime();
    const store = new LiveStore(clock);
    const asked = store.now();
    clock.pass(0.05);
    store.applyPath(path('broken'));
    store.load({ ...dashboard([]), alertPath: [path('proven')] }, asked);
    expect(store.snapshot().alertPath[0]?.state).toBe('broken');
    clock.pass(0.05);
    store.load({ ...dashboard([]), alertPath: [path('proven')] }, store.now());
    expect(store.snapshot().alertPath[0]?.state).toBe('proven');
  });

  test('a test that has come is noted, and is no news', () => {
    const store = new CareStore(new FakeTime());
    const heard: News[] = [];
    store.hear((news) => heard.push(news));
    store.applyPath(path('proven'));
    store.applyTest();
    expect(store.snapshot()).toMatchObject({ paths: [path('proven')], notifications: [], unseen: 0 });
    expect(store.snapshot().testedAt).not.toBeNull();
    expect(heard).toEqual([]);
  });
});

describe('what is news', () => {
  const started = () => {
    const store = new CareStore(new FakeTime());
    const heard: News[] = [];
    store.hear((news) => heard.push(news));
    store.load([alertOf('stands')], [], store.now());
    return { store, heard, ids: () => heard.map((one) => (one.kind === 'alert' ? one.alert.id : one.notification.id)) };
  };

  test('not what stood there when the page was opened, but what is raised or worsens', () => {
    const { store, ids, heard } = started();
    expect(ids()).toEqual([]);
    store.applyAlert(alertOf('new', { priority: 'medium' }));
    store.applyAlert(alertOf('new', { priority: 'medium', acknowledged: true }));
    store.applyAlert(alertOf('new', { priority: 'high' }));
    expect(ids()).toEqual(['new', 'new']);
    expect(heard[1]).toMatchObject({ worse: true });
  });

  test('what was raised while the connection was away is told once by the next load', () => {
    const { store, ids } = started();
    store.load(
      [alertOf('stands'), alertOf('missed')],
      [incidentOf('i', { alerts: [alertOf('latched')] })],
      store.now(),
    );
    store.load([alertOf('stands'), alertOf('missed')], [], store.now());
    expect(ids().sort()).toEqual(['latched', 'missed']);
  });

  test('a notification once, whatever stages follow', () => {
    const { store, ids } = started();
    const sent = decodeStaffNotification({
      id: 'n1',
      kind: 'assigned',
      priority: 'high',
      title: 'Hypoxia, bed 4',
      createdAt: iso(START),
      stage: 'sent',
    });
    if (!sent) throw new Error('not read');
    store.applyNotification(sent);
    store.applyNotification({ ...sent, stage: 'delivered' });
    expect(ids()).toEqual(['n1']);
    expect(store.snapshot().unseen).toBe(1);
    store.seen(['n1']);
    expect(store.snapshot().unseen).toBe(0);
  });
});
