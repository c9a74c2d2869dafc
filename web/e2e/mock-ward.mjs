/** The invented patients of the mock: values are functions of time, so that live, recent and history tell the same story. */

const NAMES = [
  'Okafor, Adaeze',
  'Lindqvist, Maja',
  'Haddad, Samira',
  'Moreau, Jules',
  'Petrov, Ivan',
  'Nakamura, Yuki',
  'Silva, Tomás',
  'Bianchi, Carla',
  'Kowalski, Piotr',
  'Nguyen, Hoa',
  'Fernández, Lucía',
  'Andersen, Kaj',
  'Mensah, Efua',
  'Rossi, Gino',
  'Weber, Anna',
  'Dubois, Valérie',
  'Costa, Rui',
  'Novak, Jana',
  'Larsen, Nils',
  'Papadakis, Eleni',
  'Kim, Min-jun',
  'Hansen, Ida',
  'Marino, Luca',
  'Ivanova, Olga',
  'Schmidt, Karl',
  'Tanaka, Ren',
  'Brown, Edith',
  'Lopez, Inés',
  'Murphy, Sean',
  'Jansen, Roos',
  'Virtanen, Aino',
  'Popescu, Dan',
];
/** Resting pulse, SpO2, respiration, systolic, diastolic, temperature. */
const REST = [
  [72, 97, 16, 118, 76, 36.8],
  [88, 95, 18, 131, 82, 37.2],
  [96, 95, 20, 112, 66, 38.1],
  [64, 98, 13, 124, 70, 36.6],
  [58, 96, 14, 115, 64, 36.9],
  [112, 94, 23, 104, 63, 38.4],
  [77, 97, 15, 127, 79, 36.7],
  [81, 96, 17, 119, 73, 37.0],
  [69, 99, 12, 133, 85, 36.5],
  [74, 97, 15, 121, 77, 36.7],
  [94, 91, 19, 142, 88, 37.6],
  [55, 97, 13, 112, 68, 36.4],
  [73, 96, 16, 126, 74, 36.9],
  [103, 95, 20, 138, 90, 37.9],
  [70, 97, 15, 120, 75, 36.8],
  [85, 98, 15, 117, 71, 36.8],
];
const FREE_BED = '15';
const DETERIORATING = 'p3';
const RAISED = 'p6';
const SILENT = 'p10';
const INCOMPLETE = 'p7';
const SCALE_2 = 'p11';

const wave = (t, period, seed) => Math.sin((t / period + seed * 0.37) * 2 * Math.PI);
const iso = (at) => new Date(at).toISOString();
const round = (value, digits) => Number(value.toFixed(digits));

export class Ward {
  constructor({ beds, wards }) {
    this.started = Date.now();
    this.seq = 0;
    this.storage = { state: 'stored', since: iso(this.started) };
    this.silentSince = new Map([[SILENT, this.started - 49_000]]);
    this.stuck = new Map();
    const perWard = Math.ceil(beds / wards);
    this.wards = Array.from({ length: wards }, (_, index) => ({
      id: `ward-${index + 1}`,
      name: ['Ward 1 · Cardiology', 'Ward 2 · Respiratory', 'Ward 3 · Surgery'][index] ?? `Ward ${index + 1}`,
      beds: Array.from({ length: Math.min(perWard, beds - index * perWard) }, (_, bed) =>
        String(index * perWard + bed + 1),
      ),
    }));
    this.patients = this.wards.flatMap((ward) =>
      ward.beds.filter((bed) => bed !== FREE_BED || beds !== 16).map((bed) => this.admit(ward.id, bed)),
    );
  }

  admit(ward, bed) {
    const index = (Number(bed) - 1) % NAMES.length;
    const name = NAMES[index];
    const [family, given] = name.split(', ');
    return {
      id: `p${bed}`,
      name,
      shortName: `${family}, ${given[0]}.`,
      recordNumber: `20-${11830 + Number(bed)}`,
      dateOfBirth: `${1936 + index * 2}-0${(index % 9) + 1}-14`,
      sex: index % 2 ? 'male' : 'female',
      bed,
      ward,
      status: `p${bed}` === DETERIORATING ? 'critical' : 'stable',
      spo2Scale: `p${bed}` === SCALE_2 ? 2 : 1,
      rest: REST[index % REST.length],
      seed: index + 1,
      device: `M-${100 + Number(bed)}`,
    };
  }

  has(id) {
    return this.patients.some((patient) => patient.id === id);
  }

  find(id) {
    return this.patients.find((patient) => patient.id === id);
  }

  /** `seconds`: for how long it has been so already. */
  fault({ silent, heard, storage, stale, fresh, seconds = 0 }) {
    const at = Date.now() - seconds * 1000;
    if (silent) this.silentSince.set(silent, at);
    if (heard) this.silentSince.delete(heard);
    if (storage) this.storage = { state: storage, since: iso(at) };
    if (stale) this.stuck.set(stale.patient, { vital: stale.vital, at });
    if (fresh) this.stuck.delete(fresh);
  }

  /** The values at a time; the deteriorating patient has been worsening for the last two hours. */
  values(patient, at) {
    const t = at / 1000;
    const [hr, spo2, rr, sbp, dbp, temp] = patient.rest;
    const s = patient.seed;
    const worse =
      patient.id === DETERIORATING ? Math.min(1, Math.max(0, (at - (this.started - 7_200_000)) / 7_200_000)) : 0;
    return {
      hr: round(hr + 3 * wave(t, 340, s) + 1.5 * wave(t, 13, s) + 35 * worse, 0),
      spo2: round(Math.min(100, spo2 + wave(t, 190, s) + 0.5 * wave(t, 17, s) - 11 * worse), 0),
      rr: round(rr + 1.2 * wave(t, 240, s) + 0.8 * wave(t, 11, s) + 11 * worse, 0),
      sbp: round(sbp + 5 * wave(t, 2400, s) - 24 * worse, 0),
      dbp: round(dbp + 3 * wave(t, 2400, s) - 15 * worse, 0),
      temp: round(temp + 0.2 * wave(t, 9000, s) + 1.2 * worse, 1),
    };
  }

  /** A cuff measures every 15 minutes. */
  cuffTime(patient, at) {
    const shift = patient.seed * 61_000;
    return Math.floor((at - shift) / 900_000) * 900_000 + shift;
  }

  anomalyScore(patient, at) {
    const { hr, spo2, rr } = this.values(patient, at);
    const raised = Math.max(0, (hr - 100) / 60) + Math.max(0, (93 - spo2) / 12) + Math.max(0, (rr - 21) / 20);
    return round(Math.min(0.97, 0.31 + 0.04 * wave(at / 1000, 70, patient.seed) + 0.35 * raised), 2);
  }

  drivers() {
    return [
      { vital: 'spo2', contribution: 0.31 },
      { vital: 'rr', contribution: 0.21 },
      { vital: 'hr', contribution: 0.14 },
      { vital: 'temp', contribution: -0.04 },
    ];
  }

  gap(patient, at) {
    const silent = this.silentSince.get(patient.id);
    if (silent !== undefined && at > silent) return true;
    // Each monitor was away for 20 minutes some five hours ago.
    const away = this.started - 18_000_000 + patient.seed * 60_000;
    return at > away && at < away + 1_200_000;
  }

  news2(patient, at) {
    const v = this.values(patient, at);
    const p = {
      rr: v.rr >= 25 ? 3 : v.rr >= 21 ? 2 : v.rr <= 11 ? 1 : 0,
      spo2: patient.spo2Scale === 2 ? 0 : v.spo2 <= 91 ? 3 : v.spo2 <= 93 ? 2 : v.spo2 <= 95 ? 1 : 0,
      o2: this.oxygen(patient) ? 2 : 0,
      sbp: v.sbp <= 90 ? 3 : v.sbp <= 100 ? 2 : v.sbp <= 110 ? 1 : 0,
      hr: v.hr >= 131 ? 3 : v.hr >= 111 ? 2 : v.hr >= 91 ? 1 : v.hr <= 50 ? 1 : 0,
      acvpu: 0,
      temp: v.temp >= 39.1 ? 2 : v.temp >= 38.1 ? 1 : v.temp <= 36 ? 1 : 0,
    };
    const parameters = Object.fromEntries(
      Object.entries(p).map(([key, points]) => [key, { min: points, max: points }]),
    );
    if (patient.id === INCOMPLETE) parameters.acvpu = { min: 0, max: 3 };
    const sum = (part) => Object.values(parameters).reduce((total, one) => total + one[part], 0);
    const [min, max] = [sum('min'), sum('max')];
    return { min, max, complete: min === max, at: iso(at), scale: patient.spo2Scale, parameters };
  }

  oxygen(patient) {
    return patient.id === SCALE_2 || patient.oxygen === true;
  }

  vitals(patient, now) {
    const last = this.lastHeard(patient, now);
    const values = this.values(patient, last);
    const cuff = this.cuffTime(patient, last);
    const stuck = this.stuck.get(patient.id);
    const one = (value, at, continuous) => {
      const ageSeconds = (now - at) / 1000;
      const state = continuous
        ? ageSeconds > 60
          ? 'offline'
          : ageSeconds > 10
            ? 'stale'
            : ageSeconds > 2
              ? 'delayed'
              : 'live'
        : 'live';
      return { value, at: iso(at), ageSeconds, state };
    };
    const result = {};
    for (const key of ['hr', 'spo2', 'rr'])
      result[key] = one(values[key], stuck?.vital === key ? stuck.at : last, true);
    const atCuff = this.values(patient, cuff);
    result.sbp = one(atCuff.sbp, cuff, false);
    result.dbp = one(atCuff.dbp, cuff, false);
    result.temp = one(values.temp, patient.oxygen ? cuff : last, false);
    if (patient.id !== INCOMPLETE) result.acvpu = one(patient.consciousness ?? 'A', this.started - 3_600_000, false);
    result.o2 = one(this.oxygen(patient), this.started - 7_200_000, false);
    return result;
  }

  lastHeard(patient, now) {
    return this.silentSince.get(patient.id) ?? now;
  }

  attention(patient, now) {
    const silent = this.silentSince.get(patient.id);
    if (silent !== undefined && now - silent > 5000) {
      const d = new Date(silent);
      const clock = [d.getHours(), d.getMinutes(), d.getSeconds()]
        .map((part) => String(part).padStart(2, '0'))
        .join(':');
      return {
        priority: 'technical',
        text: `No data from device ${patient.device} since ${clock}`,
        vital: null,
        since: iso(silent),
      };
    }
    const { spo2, rr } = this.values(patient, now);
    if (patient.id === DETERIORATING)
      return { priority: 'high', text: `SpO₂ ${spo2} < 90`, vital: 'spo2', since: iso(this.started - 39_000) };
    if (patient.id === RAISED)
      return { priority: 'medium', text: `RR ${rr} > 22`, vital: 'rr', since: iso(this.started - 362_000) };
    return null;
  }

  device(patient, now) {
    if (patient.device === null) return null;
    const silent = this.silentSince.get(patient.id);
    const away = silent !== undefined && now - silent > 5000;
    return {
      id: patient.device,
      state: away ? (now - silent > 60_000 ? 'offline' : 'silent') : 'online',
      since: iso(away ? silent : this.started - 86_400_000),
      lastReadingAt: iso(this.lastHeard(patient, now)),
      clockOffsetSeconds: 0.2,
    };
  }

  anomaly(patient, at) {
    return {
      score: this.anomalyScore(patient, at),
      at: iso(at),
      completeness: patient.id === INCOMPLETE ? 0.83 : 1,
      drivers: this.drivers(),
      model: 'adult-default-1',
    };
  }

  patient(patient, now = Date.now()) {
    const { rest, seed, device, ...record } = patient;
    const silent = this.silentSince.has(patient.id) || device === null;
    return {
      ...record,
      device: this.device(patient, now),
      vitals: device === null ? {} : this.vitals(patient, now),
      anomaly: silent ? null : this.anomaly(patient, now),
      news2: silent ? null : this.news2(patient, now),
      attention: device === null ? null : this.attention(patient, now),
      alerts: this.care?.of(patient.id) ?? [],
      limitsChanged: this.care?.overrides.has(patient.id) ?? false,
      seq: this.seq,
    };
  }

  dashboard(ward) {
    return {
      generatedAt: iso(Date.now()),
      hospital: { id: 'demo', name: 'Demo hospital' },
      demo: true,
      storage: this.storage,
      wards: this.wards,
      ...(this.care?.path ? { alertPath: this.care.path } : {}),
      patients: this.patients
        .filter((patient) => !ward || patient.ward === ward)
        .map((patient) => this.patient(patient)),
    };
  }

  /** The messages of one second. */
  step() {
    this.seq++;
    const now = Date.now();
    const wearing = this.patients.filter((patient) => patient.device !== null);
    return wearing.map((patient) => {
      const body = {
        patient: patient.id,
        vitals: this.vitals(patient, now),
        attention: this.attention(patient, now),
        seq: this.seq,
      };
      if (this.silentSince.has(patient.id))
        return { target: 'StatusUpdated', body: { ...body, device: this.device(patient, now) } };
      return {
        target: 'VitalsUpdated',
        body: {
          ...body,
          device: patient.device,
          at: iso(now),
          anomaly: this.anomaly(patient, now),
          news2: this.news2(patient, now),
          late: false,
        },
      };
    });
  }

  reading(patient, at) {
    // Some of each minute, so that there are late ones however long the tests before have taken.
    const late = patient.id === 'p1' && at % 60_000 < 20_000;
    const vitals = this.values(patient, at);
    return {
      at: iso(at),
      receivedAt: iso(at + (late ? 45_000 : 40)),
      device: patient.device,
      late,
      vitals: { ...vitals, acvpu: 'A', o2: this.oxygen(patient) },
      anomaly: { score: this.anomalyScore(patient, at), drivers: this.drivers() },
      news2: { min: this.news2(patient, at).min, max: this.news2(patient, at).max },
    };
  }

  recent(ward, minutes) {
    const now = Date.now();
    return {
      patients: this.patients
        .filter((patient) => !ward || patient.ward === ward)
        .map((patient) => {
          const readings = [];
          for (let at = now - minutes * 60_000; at < now; at += 1000)
            if (!this.gap(patient, at))
              readings.push({ at: iso(at), ...this.values(patient, at), anomaly: this.anomalyScore(patient, at) });
          return { id: patient.id, readings };
        }),
    };
  }

  latest(id) {
    const patient = this.find(id);
    const last = this.lastHeard(patient, Date.now());
    const recent = Array.from({ length: 100 }, (_, index) => this.reading(patient, last - (99 - index) * 1000));
    return { ...this.patient(patient), recent };
  }

  history(id, query) {
    const patient = this.find(id);
    const start = Date.parse(query.get('start'));
    const end = Math.min(Date.parse(query.get('end')), Date.now());
    if (!query.has('bucket'))
      return this.readings(patient, Number(query.get('after') ?? start), end, Number(query.get('limit') ?? 1000));
    const given = query.get('bucket');
    const bucketSeconds =
      given === 'auto' ? Math.max(1, Math.ceil((end - start) / 600_000)) : Number.parseInt(given, 10);
    const items = [];
    const anomalies = [];
    for (
      let at = Math.ceil(start / 1000 / bucketSeconds) * bucketSeconds * 1000;
      at < end;
      at += bucketSeconds * 1000
    ) {
      if (this.gap(patient, at)) continue;
      const samples = [0, 0.25, 0.5, 0.75].map((part) => this.values(patient, at + part * bucketSeconds * 1000));
      const spread = (all) => ({
        min: Math.min(...all),
        mean: all.reduce((a, b) => a + b, 0) / all.length,
        max: Math.max(...all),
        count: bucketSeconds,
      });
      const vitals = Object.fromEntries(
        ['hr', 'spo2', 'rr', 'temp'].map((key) => [key, spread(samples.map((one) => one[key]))]),
      );
      if (at - this.cuffTime(patient, at) < bucketSeconds * 1000)
        for (const key of ['sbp', 'dbp']) vitals[key] = spread([samples[0][key]]);
      const scores = [0, 0.5].map((part) => this.anomalyScore(patient, at + part * bucketSeconds * 1000));
      const { min, max } = this.news2(patient, at);
      items.push({ start: iso(at), count: bucketSeconds, vitals, anomaly: spread(scores), news2: { min, max } });
      if (Math.max(...scores) >= 0.6)
        anomalies.push({ at: iso(at), score: Math.max(...scores), drivers: this.drivers() });
    }
    return { bucketSeconds, start: iso(start), end: iso(end), items, anomalies: anomalies.slice(-500), next: null };
  }

  readings(patient, from, end, limit) {
    const items = [];
    let at = Math.ceil(from / 1000) * 1000;
    for (; at < end && items.length < limit; at += 1000)
      if (!this.gap(patient, at)) items.push(this.reading(patient, at));
    return { items, next: at < end ? String(at) : null };
  }
}
