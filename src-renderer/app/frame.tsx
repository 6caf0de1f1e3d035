import {
  Activity,
  Bot,
  House,
  Languages,
  Monitor,
  Moon,
  Server,
  Settings,
  Share2,
  Sun,
  Wrench,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useToolCounts } from '../features/catalog/index.ts';
import { useNodeStatus } from '../features/node/index.ts';
import { useFormats } from '../platform/formats.ts';
import { languageNames, languages } from '../platform/i18n.ts';
import { useConnection } from '../platform/node-link.ts';
import { themes, usePreferences } from '../platform/preferences.ts';
import { Badge } from '../ui/badge.tsx';
import { ChoiceMenu } from '../ui/choice-menu.tsx';
import { classes } from '../ui/classes.ts';
import { Mark } from '../ui/mark.tsx';
import { ToastRegion } from '../ui/toasts.tsx';
import { ConnectionBanner, useGate } from './connection.tsx';
import styles from './frame.module.css';

/** The same in every language. */
const PRODUCT = 'Toolswarm';

const places = [
  { path: '/', key: 'home', icon: House },
  { path: '/servers', key: 'servers', icon: Server },
  { path: '/catalog', key: 'catalog', icon: Wrench },
  { path: '/clients', key: 'clients', icon: Bot },
  { path: '/network', key: 'network', icon: Share2 },
  { path: '/activity', key: 'activity', icon: Activity },
  { path: '/settings', key: 'settings', icon: Settings },
] as const;

/** Around every page: where one can go, how the node is, how it looks and speaks. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('frame');
  const gate = useGate();
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main" onClick={skipToMain}>
        {t('skip')}
      </a>
      <Navigation />
      <Header />
      <main id="main" tabIndex={-1} className={styles['main']}>
        <ConnectionBanner />
        {gate ?? <FocusOnArrival>{children}</FocusOnArrival>}
      </main>
      <ToastRegion />
    </div>
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

/** Pages that one reaches from another page. */
const asides = [
  { path: '/discover', key: 'discover' },
  { path: '/welcome', key: 'welcome' },
] as const;

const placeOf = (path: string) =>
  [...places, ...asides].find((place) => place.path !== '/' && path.startsWith(place.path))?.key ?? 'home';

function Navigation() {
  const { t } = useTranslation('frame');
  const format = useFormats();
  const [path] = useLocation();
  const counts = useToolCounts();
  const waiting = (counts?.pending ?? 0) + (counts?.changed ?? 0);
  const here = placeOf(path);
  return (
    <nav className={styles['nav']} aria-label={t('navigation')}>
      <div className={styles['brand']}>
        <Mark />
        <span>{PRODUCT}</span>
      </div>
      <ul>
        {places.map(({ path: to, key, icon: Icon }) => (
          <li key={key}>
            <Link
              href={to}
              className={classes(styles['place'], here === key && styles['here'])}
              aria-current={here === key ? 'page' : undefined}
            >
              <Icon aria-hidden size="1.25rem" />
              <span>{t(`nav.${key}`)}</span>
              {key === 'catalog' && waiting > 0 && (
                <span className={styles['count']}>
                  {format.number(waiting)}
                  <span className="visually-hidden"> {t('waiting', { count: waiting })}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
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
    <header className={styles['header']}>
      <NodeState />
      <div className={styles['choices']}>
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
      {connected && status && (
        <span className={styles['facts']}>
          {status.displayName && <strong>{status.displayName}</strong>}
          <span>{t('state.peers', { count: status.peers })}</span>
        </span>
      )}
    </div>
  );
}
