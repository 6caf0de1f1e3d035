/** What a person types as one line, taken apart as a POSIX shell would, without expanding anything. */

export type CommandLine = { command: string; args: string[] };

/** `undefined`: a quote is not closed, or there is no word at all. */
export function splitCommandLine(line: string): CommandLine | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let index = 0; index < line.length; index++) {
    const char = line.charAt(index);
    if (quote) {
      if (char === quote) quote = undefined;
      else if (char === '\\' && quote === '"' && /["\\]/.test(line.charAt(index + 1)))
        word += line.charAt(++index);
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      // Windows paths keep their backslashes: only one before a space or a quote escapes.
      const escaped = char === '\\' && /[\s"']/.test(line.charAt(index + 1));
      word = (word ?? '') + (escaped ? line.charAt(++index) : char);
    }
  }
  if (quote) return undefined;
  if (word !== undefined) words.push(word);
  const [command, ...args] = words;
  return command ? { command, args } : undefined;
}

/** The line that {@link splitCommandLine} takes apart into these words again. */
export const joinCommandLine = ({ command, args }: CommandLine): string =>
  [command, ...args].map(quoted).join(' ');

/** In single quotes nothing has a meaning of its own; a single quote itself stands between double ones. */
const quoted = (word: string): string =>
  /^[^\s"'\\]+$/.test(word)
    ? word
    : word
        .split("'")
        .map((part) => (part === '' ? '' : `'${part}'`))
        .join(`"'"`) || "''";

const LONGEST_NAME = 31;
const noise = /^(npx|uvx|node|python3?|bunx?|deno|docker|run|exec|-.*)$/;

/** A server name made from what is started: `npx -y @scope/server-files@1.2` → `files`. */
export function suggestName(source: CommandLine | { url: string }): string {
  const text =
    'url' in source
      ? (URL.parse(source.url)
          ?.hostname.replace(/^(www|mcp|api)\./, '')
          .split('.')[0] ?? '')
      : ([source.command, ...source.args].find((word) => !noise.test(baseName(word))) ??
        baseName(source.command));
  return baseName(text)
    .replace(/(?<=.)@.*$/, '')
    .toLowerCase()
    .replace(/^(mcp-)?server-|^mcp-|-mcp(-server)?$|-server$|\.(m?js|ts|py|exe)$/g, '')
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, LONGEST_NAME);
}

const baseName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
