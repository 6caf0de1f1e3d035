/** One chunk with every text of this language, loaded when it is chosen. */
export const files = import.meta.glob<Record<string, unknown>>('../../../locales/ru/*.json', {
  eager: true,
  import: 'default',
});
