/** Keys that do something wherever one is: how they are written, when they are meant, and how they are shown. */
export interface KeyPress {
  key: string;
  /** The place on the keyboard, whatever the layout writes there. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/**
 * `mod+k` (Ctrl, or Command on Apple’s systems), `?`, `F6`, `shift+F6`, or two keys one after the other: `g h`. Letters
 * are meant by their place where the layout writes no Latin ones, so that they work with any language.
 */
export type Keys = string;

/** The second key of two must follow within this time. */
export const SEQUENCE_MS = 1500;

export interface Reading {
  /** The first key of two, and when it was pressed. */
  begun?: { key: string; at: number };
}

/** What a press means among `all`, given what was pressed before. */
export function readKey<Binding extends { keys: Keys }>(
  reading: Reading,
  press: KeyPress,
  all: readonly Binding[],
  now: number,
): { reading: Reading; binding?: Binding } {
  const key = writtenKey(press);
  if (key === undefined) return { reading };
  const { begun } = reading;
  if (begun && now - begun.at <= SEQUENCE_MS) {
    const second = all.find(({ keys }) => keys === `${begun.key} ${key}`);
    if (second) return { reading: {}, binding: second };
  }
  const single = all.find(({ keys }) => keys === key);
  if (single) return { reading: {}, binding: single };
  return { reading: all.some(({ keys }) => keys.startsWith(`${key} `)) ? { begun: { key, at: now } } : {} };
}

/** A press as {@link Keys} write it; undefined for modifiers alone and combinations that nothing is bound to. */
export function writtenKey(press: KeyPress): string | undefined {
  if (press.altKey || ['Control', 'Meta', 'Shift', 'Alt'].includes(press.key)) return undefined;
  const key = keyOf(press);
  if (press.ctrlKey || press.metaKey) return `mod+${key}`;
  return press.shiftKey && press.key.length > 1 ? `shift+${key}` : key;
}

function keyOf({ key, code, shiftKey }: KeyPress): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  if (key === '؟') return '?';
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return letter.toLowerCase();
  // Where this place writes a full stop or a letter of another script.
  if (code === 'Slash' && !shiftKey && (key === '.' || key > '\u007f')) return '/';
  return key;
}

/** A single character, which a person may type by mistake or dictate: these can be switched off (WCAG 2.1.4). */
export const isCharacter = (keys: Keys): boolean => !keys.includes('+') && !/^F\d+$/.test(keys);

const WRITES = 'input, textarea, select, [contenteditable=""], [contenteditable="true"], [role="textbox"]';
/** There, letters look for an item by its first ones. */
const TYPES_AHEAD = '[role="grid"], [role="treegrid"], [role="listbox"], [role="menu"], [role="tree"]';
const MODAL = '[role="dialog"], [role="alertdialog"]';

/** Whether a key pressed here belongs to what has the focus instead. */
export function isTaken(keys: Keys, target: Element, document: Document): boolean {
  if (document.querySelector(MODAL)) return true;
  if (target.closest(WRITES)) return isCharacter(keys);
  return /^[a-z]( [a-z,])?$/.test(keys) && target.closest(TYPES_AHEAD) !== null;
}

/** The parts of a shortcut as caps on the keyboard show them. */
export function keyCaps(keys: Keys, apple: boolean): string[] {
  return keys
    .split(/[+ ]/)
    .map((part) =>
      part === 'mod'
        ? apple
          ? '⌘'
          : 'Ctrl'
        : part === 'shift'
          ? '⇧'
          : part.length === 1
            ? part.toUpperCase()
            : part,
    );
}

/** Apple’s keyboards have a Command key where others use Control. */
export const isApple = ({ platform }: { platform: string }): boolean => /^(Mac|iP)/.test(platform);
