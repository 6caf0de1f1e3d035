/** The XDG autostart entry of a Linux desktop, as text (Desktop Entry Specification 1.5). Pure. */

export interface AutostartCommand {
  /** Absolute path of the program. */
  program: string;
  args: readonly string[];
}

export interface AutostartWords {
  name: string;
  comment: string;
}

/** The whole file. Throws `RangeError` where a path has a line break, which no desktop could read. */
export function formatAutostart(
  { program, args }: AutostartCommand,
  { name, comment }: AutostartWords,
): string {
  const words = [program, ...args];
  if (words.some((word) => /[\n\r\0]/.test(word))) throw new RangeError('a path holds a line break');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    `Name=${escapeValue(name)}`,
    `Comment=${escapeValue(comment)}`,
    `Exec=${escapeValue(words.map(quoteWord).join(' '))}`,
    'Icon=toolswarm-desktop',
    // Where the program was removed, the desktop passes the entry over.
    `TryExec=${escapeValue(program)}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Characters that need no quotes anywhere. */
const PLAIN = /^[\w@+=:,./-]+$/;

/** One argument of `Exec`: quoted where it must be, `%` doubled because it introduces a field code. */
function quoteWord(word: string): string {
  const text = word.replaceAll('%', '%%');
  return PLAIN.test(word) ? text : `"${text.replaceAll(/["`$\\]/g, '\\$&')}"`;
}

/** Every value is a string in which a backslash is written twice; this comes on top of the quoting. */
const escapeValue = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
