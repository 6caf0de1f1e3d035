/**
 * The engine keeps the text of a program as long as it runs: one byte a character where all of it is ASCII, else two. Other
 * characters are written as escapes, which mean the same in strings, templates and patterns.
 */
import { decode, encode } from '@jridgewell/sourcemap-codec';

const WIDE = /[^\0-\x7F]/g;
/** `\uXXXX` instead of one character. */
const LONGER = 5;

/**
 * A Vite plugin for bundles of one environment.
 * @param {string} environment
 * @returns {import('vite').Plugin}
 */
export function asciiOnly(environment) {
  return {
    name: 'ascii-only',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === environment,
    // After the minifier, which writes characters as they are.
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const wide = file.code.split('\n').map((line) => [...line.matchAll(WIDE)].map(({ index }) => index));
        file.code = escapeWide(file.code);
        if (file.map) file.map.mappings = shifted(file.map.mappings, wide);
      }
    },
  };
}

/**
 * @param {string} code
 */
export const escapeWide = (code) =>
  code.replace(WIDE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Mappings of a source map after the characters at these columns, line by line, became longer.
 * @param {string} mappings
 * @param {number[][]} wide ascending
 */
export function shifted(mappings, wide) {
  const lines = decode(mappings);
  for (const [line, segments] of lines.entries()) {
    const columns = wide[line] ?? [];
    let before = 0;
    for (const segment of segments) {
      while (before < columns.length && /** @type {number} */ (columns[before]) < segment[0]) before++;
      segment[0] += before * LONGER;
    }
  }
  return encode(lines);
}
