import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useToolCounts } from '../features/catalog/index.ts';
import { useAttention } from '../features/node/index.ts';
import { useFormats } from '../platform/formats.ts';
import { classes } from '../ui/classes.ts';
import { Mark } from '../ui/mark.tsx';
import styles from './navigation.module.css';
import { grouped, type Place, placeOf } from './places.ts';

/** The same in every language. */
const PRODUCT = 'Toolswarm';

export function Navigation() {
  const { t } = useTranslation('frame');
  return (
    <nav className={styles['nav']} aria-label={t('navigation')} data-region>
      <div className={styles['brand']}>
        <Mark />
        <span>{PRODUCT}</span>
      </div>
      <ul>
        {grouped().map(({ group, places }) =>
          group === undefined ? (
            places.map((place) => <Entry key={place.key} place={place} />)
          ) : (
            <li key={group} className={styles['group']}>
              <span id={`nav-${group}`} className={styles['heading']}>
                {t(`nav.group.${group}`)}
              </span>
              <ul aria-labelledby={`nav-${group}`}>
                {places.map((place) => (
                  <Entry key={place.key} place={place} />
                ))}
              </ul>
            </li>
          ),
        )}
      </ul>
    </nav>
  );
}

function Entry({ place: { path: to, key, icon: Icon } }: { place: Place }) {
  const { t } = useTranslation('frame');
  const [path] = useLocation();
  const isHere = placeOf(path) === key;
  return (
    <li>
      <Link
        href={to}
        className={classes(styles['place'], isHere && styles['here'])}
        aria-current={isHere ? 'page' : undefined}
      >
        <Icon aria-hidden size="1.25rem" />
        <span>{t(`nav.${key}`)}</span>
        {key === 'catalog' && <Waiting />}
        {key === 'access' && <Requests />}
      </Link>
    </li>
  );
}

/** How many tools wait for a decision. */
function Waiting() {
  const { t } = useTranslation('frame');
  const format = useFormats();
  const counts = useToolCounts();
  const waiting = (counts?.pending ?? 0) + (counts?.changed ?? 0);
  if (waiting === 0) return null;
  return (
    <span className={styles['count']}>
      {format.number(waiting)}
      <span className="visually-hidden"> {t('waiting', { count: waiting })}</span>
    </span>
  );
}

/** How many requests for access are open. */
function Requests() {
  const { t } = useTranslation('frame');
  const format = useFormats();
  const open = (useAttention() ?? []).filter(({ kind }) => kind.startsWith('access.'));
  const count = open.reduce((sum, item) => sum + (item.count ?? 1), 0);
  if (count === 0) return null;
  return (
    <span className={styles['count']}>
      {format.number(count)}
      <span className="visually-hidden"> {t('requests', { count })}</span>
    </span>
  );
}
