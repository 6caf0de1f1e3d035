import { useTranslation } from 'react-i18next';
import { useQuery } from '../../../platform/use-query.ts';
import { CopyField } from '../../../ui/copy.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import styles from '../data.module.css';

/** A running node cannot replace itself: what to do is said with the exact commands. */
export function RestoreCard() {
  const { t } = useTranslation('data');
  const { data: status } = useQuery((node, signal) => node['node.status']({}, { signal }), []);
  const { data: suggested } = useQuery((node, signal) => node['recovery.suggest']({}, { signal }), []);
  return (
    <Card title={t('restore.title')} lead={t('restore.lead')}>
      <ol className={styles['steps']}>
        <li>
          <p>{t('restore.stop')}</p>
          <CopyField label={t('restore.command')} value="toolswarm stop" hideLabel />
        </li>
        <li>
          <p>{t('restore.run')}</p>
          <CopyField
            hideLabel
            label={t('restore.command')}
            value={`toolswarm restore ${quoted(suggested?.file ?? 'FILE')} --data-dir ${quoted(`${status?.dataDir ?? 'FOLDER'}-restored`)}`}
          />
        </li>
        <li>
          <p>{t('restore.start')}</p>
          <CopyField
            hideLabel
            label={t('restore.command')}
            value={`toolswarm daemon --data-dir ${quoted(`${status?.dataDir ?? 'FOLDER'}-restored`)}`}
          />
        </li>
      </ol>
      <Stack>
        <p>{t('restore.words')}</p>
        <CopyField label={t('restore.phrase')} value="toolswarm recover --data-dir FOLDER" />
      </Stack>
    </Card>
  );
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w./~:-]+$/.test(text) ? text : `"${text}"`);
