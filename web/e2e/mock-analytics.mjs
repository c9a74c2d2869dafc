/** The mock's figures: occupancy and readings that go up and down with the hour, the same at each call. */
const HOUR = 3_600_000;

export function dashboardOf(registry, ward) {
  const wards = registry.ward.wards.filter((one) => !ward || one.id === ward);
  if (wards.length === 0) return null;
  const until = Date.now();
  const from = Math.floor(until / HOUR) * HOUR - 7 * 24 * HOUR;
  const beds = wards.reduce((sum, one) => sum + one.beds.length, 0);
  const present = (id) =>
    [...registry.records.values()].filter((one) => one.ward === id && one.status !== 'discharged');
  const occupied = wards.reduce((sum, one) => sum + present(one.id).length, 0);
  const figures = (hours, index) => {
    const wave = Math.sin(index / 4);
    const readings = Math.round((900 + 60 * wave) * 60 * hours);
    return {
      admissions: Math.max(0, Math.round(wave * 2)) * Math.ceil(hours / 4),
      discharges: Math.max(0, Math.round(-wave * 2)) * Math.ceil(hours / 4),
      transfers: hours > 1 ? 1 : 0,
      turnedCritical: index % 40 === 7 ? 1 : 0,
      occupancy: Math.round((0.8 + wave / 8) * 10_000) / 10_000,
      readings,
      lateReadings: index % 30,
      readingsPerMinute: Math.round((readings / (hours * 60)) * 100) / 100,
    };
  };
  const timed = (count, step) =>
    Array.from({ length: count }, (_, index) => ({
      at: new Date(from + index * step).toISOString(),
      figures: figures(step / HOUR, index),
    }));
  return {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    beds,
    occupied,
    total: figures(168, 3),
    lengthOfStayHours: { count: 12, median: 61.5, p90: 140.2 },
    waitingMinutes: { count: 1, median: 48, p90: 48 },
    wards: wards.map((one) => ({
      id: one.id,
      name: one.name,
      beds: one.beds.length,
      occupied: present(one.id).length,
      figures: figures(168, 5),
    })),
    days: timed(8, 24 * HOUR),
    hours: timed(169, HOUR),
  };
}

const TYPES = [
  ['spo2-low', 'Low oxygen saturation'],
  ['hr-high', 'Tachycardia'],
  ['rr-high', 'Rapid breathing'],
  ['battery-low', 'Battery low'],
];

const judged = (count, real) => ({
  judged: count,
  real,
  noAction: Math.floor((count - real) / 2),
  artefact: Math.ceil((count - real) / 2),
  judgedShare: 0.5263,
  neededActionShare: count > 0 ? Math.round((real / count) * 10_000) / 10_000 : null,
});

/** Alert load: at its pace the first ward goes above its budget. */
export function alertLoadOf(registry, ward, budgets) {
  const wards = registry.ward.wards.filter((one) => !ward || one.id === ward);
  if (wards.length === 0) return null;
  const until = Date.now();
  const spread = (median, p90) => ({ count: 498, median, p90 });
  const response = {
    priority: null,
    incidents: 512,
    acknowledgedFromOnset: spread(41.2, 133.8),
    acknowledgedFromOpened: spread(26.4, 118),
    acknowledgedFromDelivery: spread(24.9, 116.1),
    reviewed: spread(412, 1530),
    resolved: spread(1805, 7260),
    outcomes: judged(300, 114),
  };
  return {
    from: new Date(Math.floor(until / HOUR) * HOUR - 7 * 24 * HOUR).toISOString(),
    until: new Date(until).toISOString(),
    timeZone: 'Europe/Berlin',
    bedDays: 101.4,
    alerts: 1216,
    technical: 102,
    perBedDay: 11.99,
    judgements: judged(640, 243),
    byPriority: ['high', 'medium', 'low'].map((priority) => ({ priority, alerts: 10, perBedDay: 0.1 })),
    byType: [],
    byHourOfDay: Array.from({ length: 24 }, (_, hour) => {
      const perHour = Math.round((7 + 4 * Math.sin((hour - 6) / 3)) * 100) / 100;
      return { hour, alerts: Math.round(perHour * 7), perHour };
    }),
    topCauses: wards.flatMap((one) =>
      TYPES.map(([type, name], index) => ({
        ward: one.id,
        wardName: one.name,
        type,
        name,
        alerts: 288 - index * 60,
        share: Math.round((288 - index * 60) / 12.16) / 100,
        judgements: judged(index === 3 ? 0 : 100, index === 3 ? 0 : 45 - index * 15),
      })),
    ),
    response,
    responseByPriority: ['high', 'medium', 'low'].map((priority) => ({ ...response, priority })),
    wards: wards.map((one, index) => ({
      id: one.id,
      name: one.name,
      alerts: 702,
      bedDays: 52.1,
      perBedDay: 13.47,
      judgements: judged(320, 120),
      budget: budgets.has(one.id)
        ? {
            alertsPerBedDay: budgets.get(one.id),
            default: 12,
            from: 'ward',
            owner: 'Charge nurse M. Lind',
            setAt: '2026-11-22T08:00:00Z',
          }
        : index === 0
          ? { alertsPerBedDay: 10, default: 12, from: 'ward', owner: 'Aoife Keane', setAt: '2026-11-20T08:00:00Z' }
          : { alertsPerBedDay: 12, default: 12, from: 'default', owner: null, setAt: null },
      burn:
        index === 0
          ? { alerts: 61, allowed: 80, usedShare: 0.7625, pacePerBedDay: 14.2, projectedShare: 1.21, willExceed: true }
          : { alerts: 20, allowed: 96, usedShare: 0.2083, pacePerBedDay: 4.1, projectedShare: 0.4, willExceed: false },
    })),
  };
}
