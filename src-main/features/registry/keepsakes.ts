/** What the operator keeps of tools: pins and favourites. In the store before they take effect. */
import type { AnchoredPin } from '#shared/features/registry/pin-rules.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Pins and favourites, each; people keep dozens. */
export const MAX_KEPT = 5000;

export interface Keepsakes {
  pin(tool: string): AnchoredPin | undefined;
  /** Throws `registry.too_many_kept`. */
  setPin(tool: string, pin: AnchoredPin | undefined): void;
  isFavourite(tool: string): boolean;
  /** Throws `registry.too_many_kept`. */
  setFavourite(tool: string, favourite: boolean): void;
  /** A provider goes by a new key. */
  follow(from: string, to: string): void;
}

export function createKeepsakes(db: Database, clock: Clock): Keepsakes {
  const pins = new Map<string, AnchoredPin>();
  for (const { pin, tool } of db.prepare('SELECT tool, pin FROM registry_pins').all() as PinRow[])
    pins.set(tool, JSON.parse(pin) as AnchoredPin);
  const favourites = new Set(
    (db.prepare('SELECT tool FROM registry_favourites').all() as PinRow[]).map(({ tool }) => tool),
  );
  const sql = {
    pin: db.prepare('INSERT OR REPLACE INTO registry_pins VALUES (?, ?, ?)'),
    unpin: db.prepare('DELETE FROM registry_pins WHERE tool = ?'),
    mark: db.prepare('INSERT OR IGNORE INTO registry_favourites VALUES (?, ?)'),
    unmark: db.prepare('DELETE FROM registry_favourites WHERE tool = ?'),
  };

  function setPin(tool: string, pin: AnchoredPin | undefined): void {
    if (!pin) {
      sql.unpin.run(tool);
      pins.delete(tool);
      return;
    }
    if (!pins.has(tool)) checkRoom(pins.size);
    sql.pin.run(tool, JSON.stringify(pin), clock.now());
    pins.set(tool, pin);
  }

  function setFavourite(tool: string, favourite: boolean): void {
    if (!favourite) {
      sql.unmark.run(tool);
      favourites.delete(tool);
      return;
    }
    if (!favourites.has(tool)) checkRoom(favourites.size);
    sql.mark.run(tool, clock.now());
    favourites.add(tool);
  }

  return {
    pin: (tool) => pins.get(tool),
    setPin,
    isFavourite: (tool) => favourites.has(tool),
    setFavourite,
    follow(from, to) {
      const next = (tool: string) => to + tool.slice(from.length);
      // Taken away first: what moves needs no room of its own, and nothing may be left behind for want of it.
      for (const [tool, pin] of [...pins]) {
        if (!tool.startsWith(from)) continue;
        setPin(tool, undefined);
        if (!pins.has(next(tool))) setPin(next(tool), pin);
      }
      for (const tool of [...favourites]) {
        if (!tool.startsWith(from)) continue;
        setFavourite(tool, false);
        setFavourite(next(tool), true);
      }
    },
  };
}

interface PinRow {
  tool: string;
  pin: string;
}

function checkRoom(kept: number): void {
  if (kept < MAX_KEPT) return;
  throw new AppError('registry.too_many_kept', `${MAX_KEPT} tools are kept so already.`, {
    advice: 'Take the pin or the mark from tools that do not need it any more.',
  });
}
