import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMoney, formatMoney, MAX_NANO, money, parseMoney } from '#shared/kernel/money.ts';

const nano = fc.bigInt({ min: -MAX_NANO, max: MAX_NANO });
const half = fc.bigInt({ min: -MAX_NANO / 2n, max: MAX_NANO / 2n });
const coded = (code: string) => expect.objectContaining({ code });

test('text and amount are the same thing', () => {
  fc.assert(
    fc.property(nano, (amount) => {
      const value = money(amount, 'EUR');
      const text = formatMoney(value);
      expect(parseMoney(text, 'EUR')).toEqual(value);
      expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,8}[1-9])?$/);
    }),
  );
});

test('sums are exact, in any order', () => {
  fc.assert(
    fc.property(half, half, (a, b) => {
      const [first, second] = [money(a, 'USD'), money(b, 'USD')];
      expect(addMoney(first, second)).toEqual(addMoney(second, first));
      expect(addMoney(first, second).nano).toBe(a + b);
      expect(addMoney(addMoney(first, second), money(-b, 'USD'))).toEqual(first);
    }),
  );
});

test.each([
  ['0', 0n],
  ['-0', 0n],
  ['12.5', 12_500_000_000n],
  ['0.000000001', 1n],
  ['-0.1', -100_000_000n],
  ['1000000000000', MAX_NANO],
])('%s is read', (text, amount) => expect(parseMoney(text, 'EUR').nano).toBe(amount));

test.each([
  '',
  '-',
  '.5',
  '5.',
  '1e3',
  '1,5',
  ' 1',
  '+1',
  '0.0000000001',
  '1000000000000.1',
  '9'.repeat(100_000),
  '١',
])('%.40j is no amount', (text) => expect(() => parseMoney(text, 'EUR')).toThrow(coded('money.invalid')));

test('bounds and currencies are kept', () => {
  for (const currency of ['eur', 'EU', 'EURO', '', 'ЕUR'])
    expect(() => money(0n, currency)).toThrow(coded('money.invalid'));
  for (const amount of [MAX_NANO + 1n, -MAX_NANO - 1n])
    expect(() => money(amount, 'EUR')).toThrow(coded('money.invalid'));
  const most = money(MAX_NANO, 'EUR');
  expect(() => addMoney(most, money(1n, 'EUR'))).toThrow(coded('money.invalid'));
  expect(() => addMoney(most, money(1n, 'USD'))).toThrow(coded('money.currency_mismatch'));
});
