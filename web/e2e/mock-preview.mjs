/** The mock's calendar of a schedule that is not saved: turns and times by UTC, from now on, as far as tests look at them. */
import { iso } from './mock-administration.mjs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const timeOf = (text) => {
  const [hours, minutes] = text.split(':').map(Number);
  return hours * HOUR + minutes * 60_000;
};

const lengthOf = ({ rotation, length, unit }) =>
  rotation === 'custom' ? length * (unit === 'hours' ? HOUR : DAY) : rotation === 'weekly' ? 7 * DAY : DAY;

function counts({ restrictions }, at) {
  if (restrictions.length === 0) return true;
  return restrictions.some(({ days, from, until }) => {
    const [begin, end] = [timeOf(from), timeOf(until)];
    return [0, DAY].some((back) => {
      const day = Math.floor((at - back) / DAY) * DAY;
      const last = day + (end <= begin ? end + DAY : end);
      return days.includes(WEEK[new Date(day).getUTCDay()]) && at >= day + begin && at < last;
    });
  });
}

/** Stretches of the same person and source, from steps of half an hour. */
function joined(steps) {
  const rows = [];
  for (const step of steps) {
    const last = rows.at(-1);
    if (last && last.until === step.from && last.person?.id === step.person?.id && last.source === step.source)
      last.until = step.until;
    else rows.push({ ...step });
  }
  return rows.map((row) => ({ ...row, from: iso(row.from), until: iso(row.until) }));
}

export function previewOf(layers, overrides, tier, from, until) {
  const personAt = (layer, at) => {
    const start = Date.parse(`${layer.start}T00:00:00Z`) + timeOf(layer.handOver);
    const turn = Math.floor((at - start) / lengthOf(layer));
    return turn < 0 || !counts(layer, at) ? null : layer.members[turn % layer.members.length];
  };
  const steps = [];
  for (let at = from; at < until; at += HOUR / 2) steps.push(at);
  const ahead = steps.filter((at) => at + HOUR / 2 > Date.now());
  const row = (at, person, source) => ({ from: at, until: at + HOUR / 2, tier, person, source });
  const ofLayer = (layer) =>
    joined(ahead.map((at) => row(at, personAt(layer, at), 'rotation')).filter((one) => one.person));
  const byRotation = (at) =>
    ahead.includes(at) ? layers.reduce((found, layer) => personAt(layer, at) ?? found, null) : null;
  const byHand = (at) => overrides.find((one) => Date.parse(one.from) <= at && Date.parse(one.until) > at)?.person;
  const final = joined(
    steps.map((at) => {
      const [hand, turn] = [byHand(at), byRotation(at)];
      return row(at, hand ?? turn, hand ? 'override' : turn ? 'rotation' : 'gap');
    }),
  );
  return {
    final,
    rotation: joined(steps.map((at) => row(at, byRotation(at), 'rotation')).filter((one) => one.person)),
    overrides: final.filter(({ source }) => source === 'override'),
    layers: layers.map(ofLayer),
  };
}
