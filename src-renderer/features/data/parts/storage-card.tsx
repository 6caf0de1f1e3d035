import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeStorage } from '#shared/features/node/upkeep.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import styles from '../data.module.css';

/** With less than this the next large result or update may not fit. */
const LITTLE_BYTES = 500_000_000;

export function StorageCard() {
  const { t } = useTranslation('data');
  const [erasing, setErasing] = useState(false);
  const { data, fault, reload } = useQuery((node, signal) => node['node.storage']({}, { signal }), []);
  return (
    <Card
      title={t('storage.title')}
      lead={t('storage.lead')}
      actions={
        <Button icon={Trash2} onPress={() => setErasing(true)}>
          {t('erase.open')}
        </Button>
      }
    >
      {data ? (
        <Usage storage={data} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('storage.reading')} />
      )}
      <EraseDialog isOpen={erasing} onClose={() => setErasing(false)} onErased={reload} />
    </Card>
  );
}

function Usage({ storage: { dataDir, freeBytes, items } }: { storage: NodeStorage }) {
  const { t } = useTranslation('data');
  const format = useFormats();
  const whole = items.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <>
      <p>
        {t('storage.whole', { size: format.bytes(whole) })} <code dir="ltr">{dataDir}</code>
      </p>
      <table className={styles['usage']}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('storage.what')}</th>
            <th scope="col">{t('storage.size')}</th>
            <th scope="col">{t('storage.share')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ kind, bytes }) => (
            <tr key={kind}>
              <th scope="row">{t(`storage.kind.${kind}`)}</th>
              <td className={styles['size']}>{format.bytes(bytes)}</td>
              <td className={styles['share']}>
                <Share part={whole > 0 ? bytes / whole : 0} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {freeBytes !== undefined &&
        (freeBytes < LITTLE_BYTES ? (
          <Note tone="warn">{t('storage.little', { size: format.bytes(freeBytes) })}</Note>
        ) : (
          <p>{t('storage.free', { size: format.bytes(freeBytes) })}</p>
        ))}
    </>
  );
}

/** The size beside it says the same. */
const Share = ({ part }: { part: number }) => (
  <svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">
    <rect width={part > 0 ? Math.max(0.5, part * 100) : 0} height="4" />
  </svg>
);

function EraseDialog({ isOpen, onClose, onErased }: { isOpen: boolean; onClose(): void; onErased(): void }) {
  const { t } = useTranslation('data');
  const node = useNode();
  const toasts = useToasts();
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('erase.title')}
      confirmLabel={t('erase.confirm')}
      onConfirm={async () => {
        const { erased } = await node['invocations.erase']({});
        toasts.say(t('erase.done', { count: erased }));
        onErased();
      }}
    >
      <p>{t('erase.words')}</p>
    </ConfirmDialog>
  );
}
