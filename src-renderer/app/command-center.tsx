/** What can be done from anywhere, by key or by name: the shortcuts, the palette, and the sheet that lists the keys. */
import {
  CirclePause,
  CirclePlay,
  Compass,
  FileInput,
  Keyboard,
  KeyRound,
  Languages,
  type LucideIcon,
  Moon,
  PackagePlus,
  Plus,
  Sparkles,
  Sun,
} from 'lucide-react';
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useConditions, useSharingPause } from '../features/node/index.ts';
import { Palette, type PaletteItem, preloadPalette } from '../features/palette/index.ts';
import { languageNames, languages } from '../platform/i18n.ts';
import { useNodeLink } from '../platform/node-link.ts';
import { usePreferences } from '../platform/preferences.ts';
import { isApple, keyCaps } from '../platform/shortcuts.ts';
import { type Place, places } from './places.ts';
import { focusNextRegion, focusSearch } from './regions.ts';
import { keysOf, type ShortcutId, useShortcuts } from './shortcuts.ts';

const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'));

/** By then the first page is drawn. */
const PRELOAD_MS = 2000;

type Opened = 'palette' | 'help' | undefined;

const Context = createContext<{ open(what: Opened): void }>({ open: () => undefined });
/** Opens the palette or the sheet of shortcuts. */
export const useCommandCenter = () => useContext(Context);

export function CommandCenter({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<Opened>();
  const [, go] = useLocation();
  useShortcuts((id) => {
    if (id === 'palette' || id === 'help') setOpened(id);
    else if (id === 'search') {
      if (!focusSearch(document)) setOpened('palette');
    } else if (id === 'addServer') go('/servers/+add');
    else if (id === 'regions') focusNextRegion(document, 1);
    else if (id === 'regionsBack') focusNextRegion(document, -1);
    else go(places.find((place) => place.key === id)?.path ?? '/');
  });
  const { clock } = useNodeLink();
  useEffect(() => {
    const timer = clock.after(PRELOAD_MS, preloadPalette);
    return () => timer.cancel();
  }, [clock]);
  const context = useMemo(() => ({ open: setOpened }), []);
  const close = () => setOpened(undefined);
  return (
    <Context value={context}>
      {children}
      <Suspense>
        {opened === 'palette' && <Commands onClose={close} onHelp={() => setOpened('help')} />}
        {opened === 'help' && <ShortcutSheet onClose={close} />}
      </Suspense>
    </Context>
  );
}

function Commands({ onClose, onHelp }: { onClose(): void; onHelp(): void }) {
  const pages = usePageItems();
  const actions = useActionItems(onHelp);
  return <Palette onClose={onClose} pages={pages} actions={actions} />;
}

const capsOf = (id: ShortcutId): Pick<PaletteItem, 'keys'> => {
  const keys = keysOf(id);
  return keys === undefined ? {} : { keys: keyCaps(keys, isApple(navigator)) };
};

function usePageItems(): PaletteItem[] {
  const { t } = useTranslation('frame');
  const [, go] = useLocation();
  const item = (path: string, key: Place['key'] | 'discover' | 'welcome', icon: LucideIcon): PaletteItem => ({
    id: `page ${key}`,
    title: t(`nav.${key}`),
    // Whoever has read the guide in English finds a page by its English name as well.
    keywords: key,
    icon,
    run: () => go(path),
  });
  return [
    ...places.map(({ path, key, icon }) => ({ ...item(path, key, icon), ...capsOf(key) })),
    item('/discover', 'discover', Compass),
    item('/welcome', 'welcome', Sparkles),
  ];
}

function useActionItems(onHelp: () => void): PaletteItem[] {
  const { t } = useTranslation('frame');
  const [, go] = useLocation();
  const { theme, setTheme, setLanguage, language } = usePreferences((state) => state);
  const conditions = useConditions();
  const { pause, resume } = useSharingPause();
  const byPerson = conditions?.reasons.includes('person') ?? false;
  const nextTheme = theme === 'dark' ? 'light' : 'dark';
  const actions: PaletteItem[] = [
    {
      id: 'action addServer',
      title: t('action.addServer'),
      icon: Plus,
      ...capsOf('addServer'),
      run: () => go('/servers/+add'),
    },
    { id: 'action discover', title: t('action.discover'), icon: FileInput, run: () => go('/discover') },
    {
      id: 'action publish',
      title: t('action.publish'),
      icon: PackagePlus,
      run: () => go('/packages/published/publish'),
    },
    { id: 'action access', title: t('action.giveAccess'), icon: KeyRound, run: () => go('/access/give') },
    { id: 'action help', title: t('action.help'), icon: Keyboard, ...capsOf('help'), run: onHelp },
    {
      id: 'action theme',
      title: t(`action.${nextTheme}`),
      icon: nextTheme === 'dark' ? Moon : Sun,
      run: () => setTheme(nextTheme),
    },
  ];
  if (conditions)
    actions.push(
      byPerson
        ? {
            id: 'action resume',
            title: t('action.resume'),
            icon: CirclePlay,
            run: () => void resume.run(),
          }
        : { id: 'action pause', title: t('action.pause'), icon: CirclePause, run: () => void pause.run() },
    );
  for (const other of languages.filter((value) => value !== language))
    actions.push({
      id: `action language ${other}`,
      title: t('action.language', { language: languageNames[other] }),
      keywords: other,
      icon: Languages,
      run: () => void setLanguage(other),
    });
  return actions;
}
