/** Whether an offered tool is what was pinned. Pure. */
import { coerce, parse, satisfies, validRange } from 'semver';
import { AppError } from '../../kernel/errors.ts';
import { breakingChanges } from './breaking.ts';
import type { Pin } from './pin.ts';
import type { Tool } from './tool.ts';

/** A pin with the tool as it was when it was pinned. */
export interface AnchoredPin extends Pin {
  anchor: Tool;
  /** Of the anchor. */
  fingerprint: string;
  /** Of the anchor. */
  version: string;
}

export interface OfferedTool {
  tool: Tool;
  fingerprint: string;
  version: string;
}

/**
 * A fingerprint holds for exactly that definition. A version holds while the definition under it stays what it was: a
 * provider who changes a tool without a new number changes it all the same. A range holds for the versions in it that
 * still take every call that the pinned one took.
 */
export function pinHolds(pin: AnchoredPin, offered: OfferedTool): boolean {
  switch (pin.kind) {
    case 'fingerprint':
      return offered.fingerprint === pin.value;
    case 'version':
      return (
        offered.version === pin.value &&
        (pin.version !== pin.value || offered.fingerprint === pin.fingerprint)
      );
    case 'range':
      return isInRange(offered.version, pin.value) && isCompatible(pin, offered);
  }
}

const isCompatible = (pin: AnchoredPin, offered: OfferedTool): boolean =>
  offered.fingerprint === pin.fingerprint || breakingChanges(pin.anchor, offered.tool).length === 0;

/** Servers number themselves as they like: `v1.2` and `2026.8` are read as the versions they mean. */
function isInRange(version: string, range: string): boolean {
  const parsed = parse(version, { loose: true }) ?? coerce(version);
  return parsed !== null && satisfies(parsed, range, { includePrerelease: false });
}

/** Throws `registry.bad_pin` for what is neither a fingerprint, a version nor a range. */
export function checkPin({ kind, value }: Pin): void {
  const isFine = {
    fingerprint: () => /^[0-9a-f]{64}$/.test(value),
    version: () => value.length <= 64,
    range: () => validRange(value) !== null,
  }[kind]();
  if (!isFine)
    throw new AppError('registry.bad_pin', 'This is nothing that a tool can be pinned to.', {
      advice: 'Give a fingerprint of 64 hexadecimal digits, a version, or a range such as ^1.2 or 1.x.',
    });
}

/** What a person means who writes only a text: a fingerprint, a version that is there, or a range. */
export function pinOf(text: string, version: string): Pin {
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'fingerprint', value: text };
  return { kind: text === version || parse(text) ? 'version' : 'range', value: text };
}
