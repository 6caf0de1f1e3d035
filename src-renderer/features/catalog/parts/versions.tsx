import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KnownVersion } from '#shared/features/registry/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { Diff } from './diff.tsx';
import type { ToolDetail } from './tool-actions.tsx';
import styles from './versions.module.css';

/** Definitions that the tool had while it meant something here, each compared with what it is now. */
export function Versions({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  const [compared, setCompared] = useState<string>();
  const versions = tool.versions ?? [];
  if (versions.length === 0) return <Note>{t('versions.none')}</Note>;
  const offered = versions.filter(({ nodes }) => nodes.length > 0).length;
  return (
    <Stack>
      {offered > 1 && <Note>{t('versions.several', { count: offered })}</Note>}
      <ol className={styles['versions']}>
        {versions.map((version) => (
          <li key={version.fingerprint} className={styles['version']}>
            <Version version={version} />
            {!version.current && (
              <Button
                size="small"
                aria-expanded={compared === version.fingerprint}
                onPress={() =>
                  setCompared(compared === version.fingerprint ? undefined : version.fingerprint)
                }
              >
                {t('versions.compare')}
              </Button>
            )}
            {compared === version.fingerprint && (
              <Comparison id={tool.id} before={version.fingerprint} after={tool.fingerprint} />
            )}
          </li>
        ))}
      </ol>
      {versions.length === 1 && <p className={styles['soft']}>{t('versions.only')}</p>}
    </Stack>
  );
}

function Version({ version }: { version: KnownVersion }) {
  const { t } = useTranslation('catalog');
  const format = useFormats();
  return (
    <div>
      <Inline>
        <strong>
          <bdi>{version.version}</bdi>
        </strong>
        {version.current && <Badge tone="info">{t('versions.current')}</Badge>}
        {version.approved && <Badge tone="ok">{t('state.approved')}</Badge>}
      </Inline>
      <p className={styles['soft']}>
        <code dir="ltr">{version.fingerprint.slice(0, 12)}…</code>{' '}
        {t('versions.seen', { first: format.dateTime(version.firstSeenAt) })}
        {' · '}
        {version.nodes.length > 0
          ? t('versions.offered', { count: version.nodes.length })
          : t('versions.gone', { last: format.dateTime(version.lastSeenAt) })}
      </p>
    </div>
  );
}

function Comparison({ id, before, after }: { id: string; before: string; after: string }) {
  const { t } = useTranslation('catalog');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.compare']({ id, before, after }, { signal }),
    [id, before, after],
  );
  if (fault) return <FaultNote fault={fault} />;
  if (!data) return <Loading label={t('versions.comparing')} />;
  return (
    <Diff
      title={t('versions.since')}
      words={data.changes.length === 0 ? t('versions.same') : t('versions.sinceWords')}
      changes={data.changes}
      breaking={data.breaking}
    />
  );
}
