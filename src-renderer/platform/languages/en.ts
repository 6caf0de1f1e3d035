/** One chunk with every English text. Errors are left out: the node says them in English itself. */
export const files = import.meta.glob<Record<string, unknown>>(
  ['../../../locales/en/*.json', '!../../../locales/en/errors.json'],
  { eager: true, import: 'default' },
);
