/** Joins class names, leaving out what is absent. */
export const classes = (...names: Array<string | false | undefined>): string =>
  names.filter(Boolean).join(' ');
