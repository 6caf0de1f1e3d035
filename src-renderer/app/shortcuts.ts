/** Every shortcut there is: the help sheet lists them, the palette shows them, the window listens to them. */
import { useEffect, useEffectEvent } from 'react';
import { useNodeLink } from '../platform/node-link.ts';
import { usePreferences } from '../platform/preferences.ts';
import { isCharacter, isTaken, type Keys, type Reading, readKey } from '../platform/shortcuts.ts';
import { places } from './places.ts';

export const commandShortcuts = [
  { id: 'palette', keys: 'mod+k' },
  { id: 'help', keys: '?' },
  { id: 'search', keys: '/' },
  { id: 'addServer', keys: 'n' },
  { id: 'regions', keys: 'F6' },
  { id: 'regionsBack', keys: 'shift+F6' },
] as const satisfies ReadonlyArray<{ id: string; keys: Keys }>;

export type CommandId = (typeof commandShortcuts)[number]['id'];
export type ShortcutId = CommandId | (typeof places)[number]['key'];

const bindings: ReadonlyArray<{ id: ShortcutId; keys: Keys }> = [
  ...commandShortcuts,
  ...places.map(({ key, keys }) => ({ id: key, keys })),
];

export const keysOf = (id: ShortcutId): Keys | undefined =>
  bindings.find((binding) => binding.id === id)?.keys;

/** Listens for as long as the component is there. */
export function useShortcuts(run: (id: ShortcutId) => void): void {
  const { clock } = useNodeLink();
  const singleKeys = usePreferences((state) => state.singleKeys);
  const runNow = useEffectEvent(run);
  useEffect(() => {
    let reading: Reading = {};
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.isComposing) return;
      const read = readKey(reading, event, bindings, clock.monotonic());
      reading = read.reading;
      const { binding } = read;
      if (!binding || (!singleKeys && isCharacter(binding.keys))) return;
      if (event.target instanceof Element && isTaken(binding.keys, event.target, document)) return;
      event.preventDefault();
      runNow(binding.id);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [clock, singleKeys]);
}
