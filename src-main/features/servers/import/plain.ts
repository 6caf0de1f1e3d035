/** Values as they come out of a file that anybody may have written. */
export type Plain = Record<string, unknown>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const plainList = (value: unknown): Plain[] => (Array.isArray(value) ? value.filter(isPlain) : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
