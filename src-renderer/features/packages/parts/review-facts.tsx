import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { DependencyNode, PackageReview, Requirement } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card, Facts } from '../../../ui/page.tsx';
import { addressOfPackage } from '../address.ts';
import styles from '../packages.module.css';
import { dependencyProblem, touchesOf, unmetOf, visible } from '../rules.ts';
import { PublisherLink, TierBadge } from './publisher-name.tsx';
import { Touches } from './touches.tsx';

/** Who signs it: what he is called is a label, what he is, is his id. */
export function SignerCard({ review: { publisher, releasedAt } }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  return (
    <Card title={t('review.signer.title')} lead={t('review.signer.lead')}>
      <Facts
        items={[
          {
            label: t('review.signer.name'),
            value: (
              <span className={styles['named']}>
                <PublisherLink publisher={publisher} />
                <TierBadge publisher={publisher} />
              </span>
            ),
          },
          { label: t('review.signer.when'), value: format.dateTime(releasedAt) },
        ]}
      />
      {!publisher.self && <p className={styles['soft']}>{t('review.signer.label')}</p>}
      <CopyField label={t('review.signer.id')} value={publisher.provider} />
    </Card>
  );
}

export function TouchCard({ review }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  return (
    <Card title={t('touch.title')} lead={t(review.wider ? 'touch.leadWider' : 'touch.lead')}>
      <Touches permissions={review.permissions} wider={review.wider} settings={review.settings} />
    </Card>
  );
}

/** What must be there, what it costs, and what comes with it. */
export function NeedsCard({ review }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const { dependencies, price, requirements, size, toFetch } = review;
  // The tree tells of each package what is wrong with it.
  const checked = requirements.filter(({ kind }) => kind !== 'dependency');
  return (
    <Card title={t('needs.title')}>
      <Facts
        items={[
          { label: t('needs.price'), value: t(`needs.${price}`) },
          {
            label: t('needs.size'),
            value:
              toFetch === 0
                ? t('needs.here', { size: format.bytes(size) })
                : t('needs.fetch', { size: format.bytes(size), rest: format.bytes(toFetch) }),
          },
          {
            label: t('needs.depends'),
            value: dependencies.length === 0 ? t('needs.alone') : <Tree nodes={dependencies} />,
          },
        ]}
      />
      <Requirements requirements={checked} />
    </Card>
  );
}

/** What is missing stands in sight; what is there is told together. */
function Requirements({ requirements }: { requirements: readonly Requirement[] }) {
  const { t } = useTranslation('packages');
  const unmet = unmetOf(requirements);
  return (
    <>
      {unmet.length > 0 && (
        <List label={t('needs.missing')}>
          {unmet.map((one) => (
            <RequirementRow key={`${one.kind} ${one.needed}`} requirement={one} />
          ))}
        </List>
      )}
      <details>
        <summary>{unmet.length === 0 ? t('needs.allThere') : t('needs.requirements')}</summary>
        <div className={styles['disclosed']}>
          <List label={t('needs.requirements')}>
            {requirements
              .filter(({ met }) => met)
              .map((one) => (
                <RequirementRow key={`${one.kind} ${one.needed}`} requirement={one} />
              ))}
          </List>
        </div>
      </details>
    </>
  );
}

function RequirementRow({ requirement: { found, kind, met, needed } }: { requirement: Requirement }) {
  const { t } = useTranslation('packages');
  return (
    <ListRow
      title={t(`requirement.${kind}.name`)}
      sub={
        <>
          <span className={styles['line']}>
            {t('requirement.needed')} <bdi>{needed}</bdi> · {t('requirement.found')} <bdi>{found}</bdi>
          </span>
          {!met && <span className={styles['line']}>{t(`requirement.${kind}.advice`)}</span>}
        </>
      }
      states={<Badge tone={met ? 'ok' : 'bad'}>{t(met ? 'requirement.met' : 'requirement.unmet')}</Badge>}
    />
  );
}

function Tree({ nodes }: { nodes: readonly DependencyNode[] }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const touches = (permissions: PackageReview['permissions']): string => {
    const all = touchesOf(permissions);
    if (all.length === 0) return t('touch.nothing');
    return format.list(all.map(({ what }) => visible(what)));
  };
  return (
    <ul className={styles['tree']}>
      {nodes.map((node) => (
        <li key={node.release}>
          <Link href={addressOfPackage(node.id)}>
            <bdi>{`${node.id.split('/').at(-1) ?? node.id} ${node.version}`}</bdi>
          </Link>{' '}
          {node.installed && (
            <Badge plain tone="ok">
              {t('needs.installed')}
            </Badge>
          )}
          {node.problem !== undefined && (
            <Badge plain tone="bad">
              {t(`dependency.${dependencyProblem(node.problem)}`)}
            </Badge>
          )}
          {node.permissions && !node.installed && (
            <span className={styles['soft']}>{t('needs.touches', { what: touches(node.permissions) })}</span>
          )}
          {node.dependencies.length > 0 && <Tree nodes={node.dependencies} />}
        </li>
      ))}
    </ul>
  );
}

export function NotesCard({ review: { notes, version } }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  if (notes.trim() === '') return null;
  return (
    <Card title={t('review.notes', { version })} lead={t('review.notesLead')}>
      <p dir="auto" className={styles['notes']}>
        {visible(notes)}
      </p>
    </Card>
  );
}

/** For those who compare by hand. */
export function Technical({ review: { cid, id, license, release } }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  return (
    <details>
      <summary>{t('technical.title')}</summary>
      <div className={styles['disclosed']}>
        <CopyField label={t('technical.id')} value={id} />
        <CopyField label={t('technical.release')} value={release} />
        <CopyField label={t('technical.cid')} value={cid} />
        <p>{t('technical.license', { license: license || '–' })}</p>
      </div>
    </details>
  );
}
