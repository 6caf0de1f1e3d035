/** Readers of option values. What they refuse is wrong usage (exit code 2). */
import { InvalidArgumentError } from 'commander';

/** For options that may be repeated. */
export const collect = (value: string, previous: string[] = []): string[] => [...previous, value];

export const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number.');
  return number;
};

/** An ISO 8601 time, as epoch ms. */
export function moment(value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a time as in 2026-11-22T18:00:00Z.');
  return at;
}

export const port = (value: string): number => {
  const number = wholeNumber(value);
  if (number > 65_535) throw new InvalidArgumentError('Ports end at 65535.');
  return number;
};

/** `K=V`, repeated, into one record. */
export function collectPairs(value: string, previous: Record<string, string> = {}): Record<string, string> {
  const split = value.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It must be written as NAME=VALUE.');
  return { ...previous, [value.slice(0, split)]: value.slice(split + 1) };
}

export function jsonObject(value: string): Record<string, unknown> {
  const parsed = parseJson(value);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new InvalidArgumentError('It must be a JSON object, as in \'{"path":"."}\'.');
  return parsed as Record<string, unknown>;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Said by the caller in words for a person; the parser's position means little in a quoted argument.
    return undefined;
  }
}

/** A setting's value: JSON where it is JSON, else the text as it stands. */
export function jsonOrText(value: string): unknown {
  const parsed = parseJson(value);
  return parsed === undefined ? value : parsed;
}
