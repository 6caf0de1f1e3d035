import { useTranslation } from 'react-i18next';
import { Tag } from '../../../ui/badge.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Id } from '../../../ui/id.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { annotationWords } from '../rules.ts';
import type { ToolDetail } from './tool-actions.tsx';
import styles from './tool-facts.module.css';

/** What a tool is and does, and who says so. */
export function ToolFacts({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  return (
    <Stack>
      {tool.description && (
        <p dir="auto" className={styles['description']}>
          {tool.description}
        </p>
      )}
      <section>
        <h3 className={styles['heading']}>{t('claims')}</h3>
        <ul className={styles['claims']}>
          {annotationWords(tool.annotations).map((word) => (
            <li key={word}>{t(`annotation.${word}`)}</li>
          ))}
        </ul>
      </section>
      <Facts
        items={[
          {
            label: t('facts.catalogName'),
            value: tool.catalogName ? <code dir="ltr">{tool.catalogName}</code> : t('facts.notInCatalog'),
          },
          { label: t('facts.name'), value: <code dir="ltr">{tool.name}</code> },
          { label: t('facts.server'), value: <bdi>{tool.server}</bdi> },
          {
            label: t('facts.provider'),
            value: (
              <Inline>
                {tool.origin === 'local' ? t('thisMachine') : <bdi>{tool.providerName}</bdi>}
                <Id value={tool.providerId} />
              </Inline>
            ),
          },
          { label: t('facts.version'), value: <bdi>{tool.version}</bdi> },
          tool.nodes.length > 1 && {
            label: t('facts.nodes'),
            value: t('nodes', { count: tool.nodes.length }),
          },
          tool.tags.length > 0 && {
            label: t('facts.tags'),
            value: (
              <Inline>
                {tool.tags.map((tag) => (
                  <Tag key={tag}>{tag}</Tag>
                ))}
              </Inline>
            ),
          },
        ]}
      />
      <CopyField label={t('facts.fingerprint')} value={tool.fingerprint} />
      <CopyField label={t('facts.id')} value={tool.id} />
    </Stack>
  );
}
