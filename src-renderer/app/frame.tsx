import { Eye, Languages, Monitor, Moon, Search, Sun } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { ProgramCompanion } from '../features/desktop/index.ts';
import { PausedBadge, useNodeStatus } from '../features/node/index.ts';
import { TaskTray, useTasks } from '../features/tasks/index.ts';
import { useDesktop } from '../platform/desktop.ts';
import { languageNames, languages } from '../platform/i18n.ts';
import { useConnection } from '../platform/node-link.ts';
import { useOperator } from '../platform/operator.ts';
import { themes, usePreferences } from '../platform/preferences.ts';
import { isApple, keyCaps } from '../platform/shortcuts.ts';
import { useWindowTasks } from '../platform/window-tasks.ts';
import { Badge } from '../ui/badge.tsx';
import { ChoiceMenu } from '../ui/choice-menu.tsx';
import { ToastRegion } from '../ui/toasts.tsx';
import { CommandCenter, useCommandCenter } from './command-center.tsx';
import { ConnectionBanner, useGate } from './connection.tsx';
import { FirstRun } from './first-run.tsx';
import styles from './frame.module.css';
import { Navigation } from './navigation.tsx';
import { placeOf } from './places.ts';
import { keysOf } from './shortcuts.ts';

/** Around every page: where one can go, how the node is, how it looks and speaks. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('frame');
  const gate = useGate();
  const inWindow = useDesktop() !== undefined;
  return (
    <CommandCenter>
      <div className={styles['frame']}>
        <a className={styles['skip']} href="#main" onClick={skipToMain}>
          {t('skip')}
        </a>
        <Navigation />
        <Header />
        <main id="main" tabIndex={-1} className={styles['main']} data-region>
          <ConnectionBanner />
          {gate ?? (
            <FirstRun>
              <FocusOnArrival>{children}</FocusOnArrival>
            </FirstRun>
          )}
        </main>
        <Tray />
        <ToastRegion />
        {inWindow && (
          <Suspense>
            <ProgramCompanion />
          </Suspense>
        )}
      </div>
    </CommandCenter>
  );
}

/** The address’s hash is the route, so the skip link moves the focus itself. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Screen readers hear of a new page when the focus moves to it and the title changes. */
function FocusOnArrival({ children }: { children: ReactNode }) {
  const { t } = useTranslation('frame');
  const [path] = useLocation();
  const place = placeOf(path);
  const last = useRef(place);
  useEffect(() => {
    document.title = t('title', { page: t(`nav.${place}`) });
    if (last.current === place) return;
    last.current = place;
    const main = document.getElementById('main');
    main?.focus({ preventScroll: true });
    main?.scrollTo({ top: 0 });
  }, [place, t]);
  return <>{children}</>;
}

/** At the bottom while something takes long, or ended and was not put away. */
function Tray() {
  const some = useTasks((state) => state.items.length > 0);
  const own = useWindowTasks((state) => state.items.length > 0);
  if (!some && !own) return null;
  return (
    <div className={styles['tray']} data-region>
      <Suspense>
        <TaskTray />
      </Suspense>
    </div>
  );
}

const themeIcons = { system: Monitor, light: Sun, dark: Moon };

function Header() {
  const { t } = useTranslation('frame');
  const theme = usePreferences((state) => state.theme);
  const language = usePreferences((state) => state.language);
  const setTheme = usePreferences((state) => state.setTheme);
  const setLanguage = usePreferences((state) => state.setLanguage);
  return (
    <header className={styles['header']} data-region>
      <NodeState />
      <div className={styles['choices']}>
        <PaletteButton />
        <ChoiceMenu
          label={t('theme.label')}
          icon={themeIcons[theme]}
          value={theme}
          options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={setTheme}
        />
        <ChoiceMenu
          label={t('language')}
          icon={Languages}
          value={language}
          options={languages.map((value) => ({ value, label: languageNames[value], lang: value }))}
          onChange={(next) => void setLanguage(next)}
        />
      </div>
    </header>
  );
}

/** The palette for those who do not know its keys, and the keys for those who would like to. */
function PaletteButton() {
  const { t } = useTranslation('frame');
  const { open } = useCommandCenter();
  const keys = keysOf('palette') ?? '';
  return (
    <button
      type="button"
      className={styles['find']}
      aria-keyshortcuts={isApple(navigator) ? 'Meta+K' : 'Control+K'}
      onClick={() => open('palette')}
    >
      <Search aria-hidden size="1rem" />
      <span>{t('find')}</span>
      <span aria-hidden dir="ltr" className={styles['caps']}>
        {keyCaps(keys, isApple(navigator)).map((cap) => (
          <kbd key={cap}>{cap}</kbd>
        ))}
      </span>
    </button>
  );
}

/** Who is not the owner sees at every page why some of what it offers is not his. */
function RoleBadge() {
  const { t } = useTranslation('frame');
  const { role = 'owner' } = useOperator() ?? {};
  if (role === 'owner') return null;
  return (
    <Badge tone="info" icon={Eye}>
      {t(`role.${role}`)}
    </Badge>
  );
}

/** One line on how the node is; its changes are announced. */
function NodeState() {
  const { t } = useTranslation('frame');
  const status = useNodeStatus();
  const { phase } = useConnection();
  const connected = phase === 'connected';
  return (
    <div className={styles['state']} role="status">
      {connected ? (
        <Badge tone="ok">{t('state.running')}</Badge>
      ) : (
        <Badge tone={phase === 'refused' || phase === 'closed' ? 'bad' : 'busy'}>{t(`state.${phase}`)}</Badge>
      )}
      {connected && <PausedBadge />}
      {connected && <RoleBadge />}
      {connected && status && (
        <span className={styles['facts']}>
          {status.displayName && <strong>{status.displayName}</strong>}
          <span>{t('state.peers', { count: status.peers })}</span>
        </span>
      )}
    </div>
  );
}
