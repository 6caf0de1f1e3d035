/** Lines over time (uPlot). Heavy: import it lazily. It is a picture only; whoever shows it says the same in words beside it. */
import { useEffect, useEffectEvent, useRef } from 'react';
import { useLocale } from 'react-aria-components';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useNodeLink } from '../platform/node-link.ts';
import { useRem } from './use-rem.ts';
import styles from './time-chart.module.css';

/** Told apart by colour and by the pattern of the line. */
export type LineLook = 'first' | 'second' | 'third' | 'fault';

const patterns: Record<LineLook, number[]> = { first: [], second: [7, 4], third: [2, 3], fault: [] };

export interface TimeChartProps {
  /** Epoch ms, rising. */
  times: readonly number[];
  lines: ReadonlyArray<{ label: string; look: LineLook; values: readonly number[] }>;
  formatTime(at: number): string;
  formatValue(value: number): string;
  /** In rem. */
  height?: number;
}

export function TimeChart({ times, lines, formatTime, formatValue, height = 11 }: TimeChartProps) {
  const { direction } = useLocale();
  const { clock } = useNodeLink();
  const rem = useRem();
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = useEffectEvent(
    (): uPlot.AlignedData => [times.map((at) => at / 1000), ...lines.map(({ values }) => [...values])],
  );
  const timeOf = useEffectEvent((seconds: number) => formatTime(seconds * 1000));
  const valueOf = useEffectEvent((value: number) => formatValue(value));
  const looks = lines.map(({ look }) => look).join();

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const build = () => {
      chart.current?.destroy();
      chart.current = new uPlot(
        optionsFor(element, looks.split(',') as LineLook[], {
          direction,
          rem,
          height: height * rem,
          time: (seconds) => timeOf(seconds),
          value: (value) => valueOf(value),
        }),
        data(),
        element,
      );
    };
    build();
    const resized = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: height * rem }),
    );
    resized.observe(element);
    // Colours are drawn into the picture: another theme is another picture, once its colours are in place.
    const repaint = () => void clock.after(0, build);
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', repaint);
    return () => {
      resized.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', repaint);
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [direction, rem, height, looks, clock]);

  useEffect(() => chart.current?.setData(data()), [times, lines]);

  return (
    <div className={styles['chart']}>
      <div ref={frame} aria-hidden="true" className={styles['frame']} dir="ltr">
        {(['first', 'second', 'third', 'fault', 'ink', 'grid'] as const).map((name) => (
          <span key={name} data-colour={name} className={styles[name]} hidden />
        ))}
      </div>
      <ul className={styles['legend']} aria-hidden="true">
        {lines.map(({ label, look }) => (
          <li key={label}>
            <svg viewBox="0 0 24 4" className={styles[look]}>
              <path d="M1 2h22" strokeDasharray={patterns[look].join(' ')} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Shape {
  direction: 'ltr' | 'rtl';
  rem: number;
  height: number;
  time(at: number): string;
  value(value: number): string;
}

/** Canvas knows no variables: the colours are read from elements that have them. */
function optionsFor(element: HTMLElement, looks: readonly LineLook[], shape: Shape): uPlot.Options {
  const colour = (name: string) =>
    getComputedStyle(element.querySelector(`[data-colour=${name}]`) ?? element).color;
  const { direction, rem, height } = shape;
  const mirrored = direction === 'rtl';
  const axis = {
    stroke: colour('ink'),
    font: `${0.75 * rem}px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: true, dir: mirrored ? -1 : 1 },
      y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 1.75 * rem,
        space: 6 * rem,
        values: (_, ticks) => ticks.map(shape.time),
      },
      {
        ...axis,
        side: mirrored ? 1 : 3,
        size: 3 * rem,
        space: 2.5 * rem,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000],
        values: (_, ticks) => ticks.map(shape.value),
      },
    ],
    series: [
      {},
      ...looks.map((look) => ({
        stroke: colour(look),
        width: 2,
        dash: patterns[look],
        points: { show: false },
      })),
    ],
  };
}
