import { useTranslation } from 'react-i18next';
import type { InstalledPackage, PackageGeneration } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { stepBackFrom, visible } from '../rules.ts';
import { useRolledBack } from './rolled-back.ts';

interface RollbackDialogProps {
  item: InstalledPackage | undefined;
  /** Where to; absent: the one before. */
  to?: PackageGeneration | undefined;
  onClose(): void;
}

/** One step back, after it was said what else goes back with it. */
export function RollbackDialog({ item, onClose, to }: RollbackDialogProps) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const wordsOf = useRolledBack();
  const name = item ? visible(item.title) : '';
  return (
    <ConfirmDialog
      danger={false}
      title={t('rollback.title', { name })}
      isOpen={item !== undefined}
      onClose={onClose}
      confirmLabel={t('rollback.confirm')}
      onConfirm={async () => {
        if (!item) return;
        const wanted = to ? { generation: to.generation } : {};
        const done = await node['packages.rollback']({ id: item.id, ...wanted });
        toasts.say(wordsOf(name, done));
      }}
    >
      {item && (to ? <Target item={item} to={to} /> : <Before item={item} />)}
    </ConfirmDialog>
  );
}

/** Reads which generation it goes back to. */
function Before({ item }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const { data, fault } = useQuery(
    (node, signal) => node['packages.history']({ id: item.id }, { signal }),
    [item.id],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('history.reading')} />;
  const to = stepBackFrom(data.items);
  return to ? <Target item={item} to={to} /> : <p>{t('rollback.nowhere')}</p>;
}

function Target({ item, to }: { item: InstalledPackage; to: PackageGeneration }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { clock } = useNodeLink();
  const when = format.ago(to.at, clock.now());
  return (
    <>
      <p>
        {to.version === item.version
          ? t('rollback.sameVersion', { version: to.version, when })
          : t('rollback.words', { from: item.version, to: to.version, when })}
      </p>
      {to.version !== item.version && <p>{t('rollback.settings')}</p>}
      <Note tone="warn">{t('rollback.takesBack')}</Note>
      <p>{to.kept ? t('rollback.offline') : t('rollback.fetches')}</p>
    </>
  );
}
