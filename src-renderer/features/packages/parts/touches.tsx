import { FilePen, FileSearch, Globe, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PackageReview } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import styles from '../packages.module.css';
import { chosenBy, type Touch, touchesOf, visible } from '../rules.ts';
import type { Settings } from '../settings.ts';

const MIB = 1024 * 1024;
const icons: Record<Touch['kind'], LucideIcon> = { host: Globe, read: FileSearch, write: FilePen };

interface TouchesProps {
  permissions: PackageReview['permissions'];
  /** What of it the installed version may not. */
  wider?: PackageReview['wider'] | undefined;
  /** Names of folders that a person chooses. */
  settings: Settings;
}

/** What a package may touch, in sentences; plainly said where it is nothing. */
export function Touches({ permissions, settings, wider }: TouchesProps) {
  const { t } = useTranslation('packages');
  const touches = touchesOf(permissions, wider);
  return (
    <>
      {touches.length === 0 ? (
        <p>
          <Badge tone="ok">{t('touch.nothing')}</Badge>
        </p>
      ) : (
        <List label={t('touch.title')}>
          {touches.map((touch) => (
            <TouchRow key={`${touch.kind} ${touch.what}`} touch={touch} settings={settings} />
          ))}
        </List>
      )}
      {permissions.hosts.length === 0 && touches.length > 0 && <p>{t('touch.noNetwork')}</p>}
      {permissions.hosts.length > 0 && touches.length === permissions.hosts.length && (
        <p>{t('touch.noFiles')}</p>
      )}
      <Limits permissions={permissions} wider={wider} />
    </>
  );
}

function TouchRow({ settings, touch: { kind, what, wider } }: { touch: Touch; settings: Settings }) {
  const { t } = useTranslation('packages');
  const Icon = icons[kind];
  const key = chosenBy(what);
  return (
    <ListRow
      title={
        <span className={styles['touch']}>
          <Icon aria-hidden size="1.125rem" />
          <span>
            {t(`touch.${kind}`)}{' '}
            {key === undefined ? (
              <code dir="ltr">{visible(what)}</code>
            ) : (
              <bdi>{t('touch.chosen', { setting: visible(settings[key]?.title ?? key) })}</bdi>
            )}
          </span>
        </span>
      }
      states={wider && <Badge tone="warn">{t('touch.new')}</Badge>}
    />
  );
}

function Limits({ permissions, wider }: Omit<TouchesProps, 'settings'>) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const isMore = wider?.memoryMb !== undefined || wider?.processes !== undefined;
  return (
    <p className={styles['soft']}>
      {t('touch.limits', {
        memory: format.bytes(permissions.memoryMb * MIB),
        count: permissions.processes,
      })}{' '}
      {isMore && <Badge tone="warn">{t('touch.more')}</Badge>}
    </p>
  );
}
