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
