import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge, Tag } from '../../../ui/badge.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Id } from '../../../ui/id.tsx';
import { Facts, Inline, Stack } from '../../../ui/page.tsx';
import { usePeers } from '../../peers/index.ts';
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
        <h3 className={styles['heading']}>{tool.origin === 'local' ? t('claimsLocal') : t('claims')}</h3>
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
                {tool.origin === 'network' && <Standing providerId={tool.providerId} />}
              </Inline>
            ),
          },
          { label: t('facts.version'), value: <bdi>{tool.version}</bdi> },
          tool.origin === 'network' && {
            label: t('facts.nodes'),
            value: <Nodes nodes={tool.nodes} />,
          },
          tool.seal !== undefined &&
            tool.seal !== 'off' && {
              label: t('facts.seal'),
              value: (
                <Badge tone="ok" icon={Lock} plain>
                  {t(`seal.${tool.seal}`)}
                </Badge>
              ),
            },
          tool.pin && {
            label: t('facts.pin'),
            value: (
              <Inline>
                <span>{t(`pin.kind.${tool.pin.kind}`)}</span>
                <code dir="ltr" className={styles['pin']}>
                  {tool.pin.value}
                </code>
              </Inline>
            ),
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

/** What stands behind the provider's name: his key signed this; the name is what he calls himself. */
function Standing({ providerId }: { providerId: string }) {
  const { t } = useTranslation('catalog');
  const isKnown = usePeers()?.some((peer) => peer.providerId === providerId && peer.known);
  return (
    <>
      <Badge tone="ok">{t('provider.signed')}</Badge>
      <Badge tone={isKnown ? 'ok' : 'idle'}>{isKnown ? t('provider.known') : t('provider.unknown')}</Badge>
    </>
  );
}

/** More nodes than these are counted. */
const MOST_NODES = 5;

function Nodes({ nodes }: { nodes: readonly string[] }) {
  const { t } = useTranslation('catalog');
  if (nodes.length > MOST_NODES) return t('nodes', { count: nodes.length });
  return (
    <Inline>
      {nodes.map((node) => (
        <Id key={node} value={node} />
      ))}
    </Inline>
  );
}
