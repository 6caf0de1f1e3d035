/** Names that other programs allow, made into names that we allow, each only once. */
const MAX_LENGTH = 31;

/** Lower-case letters, digits, `-` and `_`; at most 31; `server` when nothing is left. */
export function normalizeName(name: string): string {
  const cleaned = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, MAX_LENGTH)
    .replace(/[-_]+$/, '');
  return cleaned || 'server';
}

/** `name`, or `name-2`, `name-3`, … until it is free. */
export function uniqueName(name: string, taken: (name: string) => boolean): string {
  let unique = name;
  for (let count = 2; taken(unique); count += 1) {
    const suffix = `-${count}`;
    unique = `${name.slice(0, MAX_LENGTH - suffix.length)}${suffix}`;
  }
  return unique;
}
