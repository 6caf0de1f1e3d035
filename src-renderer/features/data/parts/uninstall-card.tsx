import { Unplug } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import styles from '../data.module.css';

/** What of us is on this machine, and how each of it goes: first our entries in other programs' files. */
export function UninstallCard() {
  const { t } = useTranslation('data');
  const { data: status } = useQuery((node, signal) => node['node.status']({}, { signal }), []);
  return (
    <Card title={t('uninstall.title')} lead={t('uninstall.lead')}>
      <Stack>
        <Entries />
        <div>
          <h3 className={styles['heading']}>{t('uninstall.folder')}</h3>
          <p>{t('uninstall.folderWords')}</p>
          <CopyField hideLabel label={t('uninstall.folder')} value={status?.dataDir ?? ''} />
        </div>
        <p>{t('uninstall.program')}</p>
      </Stack>
    </Card>
  );
}

function Entries() {
  const { t } = useTranslation('data');
  const node = useNode();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<string[]>([]);
  const { data, fault, reload } = useQuery((link, signal) => link['clients.detect']({}, { signal }), []);
  if (!data) return fault ? <FaultNote fault={fault} /> : <Loading label={t('uninstall.reading')} />;
  const ours = data.items.filter(({ entry }) => entry === 'present' || entry === 'stale');
  return (
    <div>
      <h3 className={styles['heading']}>{t('uninstall.entries')}</h3>
      {ours.length === 0 ? (
        <p>{t('uninstall.noEntries')}</p>
      ) : (
        <>
          <ul className={styles['entries']}>
            {ours.map((item) => (
              <li key={item.file}>
                <strong>{item.name}</strong> <code dir="ltr">{item.file}</code>
              </li>
            ))}
          </ul>
          <Button icon={Unplug} onPress={() => setAsking(true)}>
            {t('uninstall.remove')}
          </Button>
        </>
      )}
      {failed.length > 0 && (
        <Note tone="warn">
          {t('uninstall.failed')} <bdi>{failed.join(', ')}</bdi>
        </Note>
      )}
      <ConfirmDialog
        isOpen={asking}
        onClose={() => setAsking(false)}
        title={t('uninstall.question')}
        confirmLabel={t('uninstall.remove')}
        onConfirm={async () => {
          const { items } = await node['clients.disconnectAll']({});
          setFailed(items.filter(({ outcome }) => outcome === 'failed').map(({ file }) => file));
          reload();
        }}
      >
        <p>{t('uninstall.questionWords')}</p>
      </ConfirmDialog>
    </div>
  );
}
