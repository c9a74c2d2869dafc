import { useEffect, useLayoutEffect, useRef } from 'react';
import { readPalette } from '../../../draw/palette';
import { type ChartData, type ChartEvents, type ChartSpec, TrendChart } from '../../../draw/trendChart';
import { onThemeChange } from '../../../ui/theme';

interface ChartProps {
  spec: ChartSpec;
  data: ChartData;
  events: ChartEvents;
  width: number;
  height: number;
}

/** Hands data and size to the chart, which draws by itself. The table beside it holds the same data for those who cannot see it. */
export function Chart({ spec, data, events, width, height }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<TrendChart | null>(null);
  const current = useRef(events);
  current.current = events;

  useLayoutEffect(() => {
    if (!host.current) return;
    const made = new TrendChart(host.current, spec, readPalette(document.documentElement), {
      pointer: (seconds) => current.current.pointer(seconds),
      select: (from, to) => current.current.select(from, to),
      reset: () => current.current.reset(),
    });
    chart.current = made;
    const forget = onThemeChange(() => made.recolour(readPalette(document.documentElement)));
    return () => {
      forget();
      made.stop();
      chart.current = null;
    };
  }, [spec]);

  useLayoutEffect(() => chart.current?.resize(width, height), [width, height]);
  useEffect(() => chart.current?.draw(data), [data]);
  return <div ref={host} className="chart-host" aria-hidden="true" />;
}
