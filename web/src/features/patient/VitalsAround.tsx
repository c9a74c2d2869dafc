import type { ServerClock } from '../../live/clock';
import { Trends } from './trends/Trends';
import { useTrends } from './trends/useHistory';
import { useMarks } from './useMarks';
import './patient.css';

/** The trends of a patient around a time: what led to it, and what came of it. */
export function VitalsAround({ patientId, clock, at }: { patientId: string; clock: ServerClock; at: number }) {
  const trends = useTrends(patientId, clock, at);
  const marks = useMarks(patientId, trends.span, clock.now());
  return <Trends patientId={patientId} clock={clock} trends={trends} marks={marks} />;
}
