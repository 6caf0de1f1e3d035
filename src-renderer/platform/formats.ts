/** Dates, numbers, sizes, durations and lists as the chosen language writes them (CLDR through `Intl`). */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export interface Formats {
  number(value: number): string;
  /** 1536 → `1.5 kB`; decimal units, as file managers show them. */
  bytes(value: number): string;
  /** 250 → `250 ms`, 90 000 → `1 min 30 s`. */
  duration(ms: number): string;
  /** 0.667 → `67 %`. */
  percent(share: number): string;
  dateTime(at: number): string;
  /** Without the time of day, short. */
  date(at: number): string;
  time(at: number): string;
  /** Hours and minutes. */
  shortTime(at: number): string;
  /** The time of a moment of today, else date and time, both short. */
  when(at: number, now: number): string;
  /** `3 minutes ago`. */
  ago(at: number, now: number): string;
  list(items: readonly string[]): string;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const AGES = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

export function createFormats(language: string): Formats {
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'short' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const shortTime = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  const short = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  const unit = (value: number, name: string, digits: number) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);

  return {
    number: (value) => number.format(value),
    bytes(value) {
      const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), BYTE_UNITS.length - 1);
      const scaled = value / 1000 ** power;
      return unit(scaled, BYTE_UNITS[power] ?? 'byte', scaled < 10 && power > 0 ? 1 : 0);
    },
    duration(ms) {
      if (ms < 1000) return unit(ms, 'millisecond', ms < 10 ? 1 : 0);
      if (ms < 60_000) return unit(ms / 1000, 'second', ms < 10_000 ? 1 : 0);
      const large =
        ms < 3_600_000
          ? (['minute', 60_000, 'second', 1000] as const)
          : (['hour', 3_600_000, 'minute', 60_000] as const);
      const whole = Math.floor(ms / large[1]);
      const rest = Math.floor((ms % large[1]) / large[3]);
      return rest > 0 ? `${unit(whole, large[0], 0)} ${unit(rest, large[2], 0)}` : unit(whole, large[0], 0);
    },
    percent: (share) => percent.format(share),
    dateTime: (at) => dateTime.format(at),
    date: (at) => date.format(at),
    time: (at) => time.format(at),
    shortTime: (at) => shortTime.format(at),
    when: (at, now) => (isSameDay(at, now) ? time : short).format(at),
    ago(at, now) {
      const age = Math.max(0, now - at);
      const [name, size] = AGES.find(([, size]) => age >= size) ?? ['second', 1000];
      return relative.format(-Math.floor(age / size), name);
    },
    list: (items) => list.format(items),
  };
}

const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => createFormats(i18n.language), [i18n.language]);
}
