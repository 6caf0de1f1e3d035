/**
 * Money: a bigint of nano-units (10⁻⁹ of the currency's major unit) with its ISO 4217 code. Nothing here rounds; that
 * happens once, at the invoice line. `XXX` (ISO 4217: no currency) marks what is free.
 */
import { AppError } from './errors.ts';

export interface Money {
  /** 10⁻⁹ of the major unit; may be negative. */
  nano: bigint;
  /** ISO 4217 code, upper case. */
  currency: string;
}

export const NANO_PER_UNIT = 1_000_000_000n;
/** Amounts beyond ±10¹² major units are mistakes or attacks. */
export const MAX_NANO = 1_000_000_000_000n * NANO_PER_UNIT;

/** Throws `money.invalid` unless the currency is three capitals and the amount within bounds. */
export function money(nano: bigint, currency: string): Money {
  if (!/^[A-Z]{3}$/.test(currency) || nano > MAX_NANO || nano < -MAX_NANO)
    throw new AppError('money.invalid', 'This amount of money is not valid.', {
      advice: 'Give an ISO 4217 code and at most 10¹² units.',
    });
  return { nano, currency };
}

/** Throws `money.currency_mismatch`: sums never cross currencies silently. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency)
    throw new AppError('money.currency_mismatch', `Cannot add ${b.currency} to ${a.currency}.`, {
      advice: 'Convert one of them first, with a recorded rate.',
    });
  return money(a.nano + b.nano, a.currency);
}

/** Parses a decimal such as `12.5` exactly; throws `money.invalid` on more than nine decimals or anything else. */
export function parseMoney(text: string, currency: string): Money {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match?.[2])
    throw new AppError('money.invalid', `“${text.slice(0, 40)}” is not an amount.`, {
      advice: 'Write it as 12.50: digits, a point, at most nine decimals.',
    });
  const nano = BigInt(match[2]) * NANO_PER_UNIT + BigInt((match[3] ?? '').padEnd(9, '0'));
  return money(match[1] ? -nano : nano, currency);
}

/** The exact decimal, without trailing zeros. */
export function formatMoney({ nano }: Money): string {
  const absolute = nano < 0n ? -nano : nano;
  const fraction = (absolute % NANO_PER_UNIT).toString().padStart(9, '0').replace(/0+$/, '');
  return `${nano < 0n ? '-' : ''}${absolute / NANO_PER_UNIT}${fraction ? `.${fraction}` : ''}`;
}
