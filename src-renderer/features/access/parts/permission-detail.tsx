import { Ban, Server } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Share } from '#shared/features/access/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Note } from '../../../ui/note.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import styles from '../access.module.css';
import type { PermissionRow } from '../permissions.ts';
import { GrantFacts } from './grant-facts.tsx';
import { LastUse } from './permission-words.tsx';

export interface PermissionDetailProps {
  row: PermissionRow;
  share: Share | undefined;
  onStop(): void;
}

/** One permission: what lets them in, for which tools, since when, and the ways to change that. */
export function PermissionDetail({ row, share, onStop }: PermissionDetailProps) {
  const { t } = useTranslation('access');
  const format = useFormats();
  const { grant, server, tools, who } = row;
  return (
    <Stack>
      <Inline>
        <Button size="small" look="danger" icon={Ban} onPress={onStop}>
          {t(grant ? 'revoke.open' : 'stop.open')}
        </Button>
        <Link href={`/servers/${server}`} className={styles['go']}>
          <Server aria-hidden size="1rem" />
          {t('toServer')}
        </Link>
      </Inline>
      {row.idle && <Note tone="warn">{t('idleWords')}</Note>}
      <Facts
        items={[
          { label: t('fact.server'), value: <bdi dir="ltr">{server}</bdi> },
          { label: t('column.used'), value: <LastUse row={row} /> },
          share && !grant && { label: t('fact.since'), value: format.dateTime(share.sharedAt) },
          {
            label: t('fact.tools'),
            value:
              tools.length === 0 ? (
                t('tools.unknown')
              ) : (
                <ul className={styles['tools']}>
                  {tools.map((tool) => (
                    <li key={tool}>
                      <code dir="ltr">{tool}</code>
                    </li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
      {grant && <GrantFacts grant={grant} />}
      {who.kind === 'provider' && <CopyField label={t('fact.provider')} value={who.id} />}
    </Stack>
  );
}
