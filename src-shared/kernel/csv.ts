/** Lines of CSV (RFC 4180) that spreadsheets open without harm. */

/** One line with its end. What is undefined is an empty field. */
export const csvLine = (fields: ReadonlyArray<string | number | undefined>): string =>
  `${fields.map(csvField).join(',')}\r\n`;

function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Names come from strangers, and spreadsheets run what begins so. */
const FORMULA = /^[=+\-@\t\r\n]/;
