import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { FeatureView, GovernanceView } from '#shared/features/governance/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { Badge } from '../../../ui/badge.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card, Facts } from '../../../ui/page.tsx';
import { featureState, featureTones } from '../rules.ts';
import { OverrideButtons } from './override-buttons.tsx';

/** Versions and features of this node, and peers that it could not understand. */
export function ThisNodeSpeaks({ view }: { view: GovernanceView }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const { automatic, electors, features, refusedVersions, versions } = view;
  const majors = Array.from({ length: versions.max - versions.min + 1 }, (_, index) =>
    format.number(versions.min + index),
  );
  return (
    <Card title={t('speaks.title')} lead={t('speaks.lead')}>
      {refusedVersions.newer > 0 && (
        <Note tone="warn">{t('speaks.newer', { count: refusedVersions.newer })}</Note>
      )}
      {refusedVersions.older > 0 && <Note>{t('speaks.older', { count: refusedVersions.older })}</Note>}
      <Facts
        items={[
          { label: t('speaks.versions'), value: format.list(majors) },
          { label: t('speaks.electors'), value: t('tally.electors', { count: electors }) },
          {
            label: t('speaks.automatic'),
            value: (
              <>
                {automatic ? t('speaks.on') : t('speaks.off')}{' '}
                <Link href="/settings">{t('speaks.change')}</Link>
              </>
            ),
          },
        ]}
      />
      <List label={t('speaks.features')}>
        {features.map((feature) => (
          <FeatureRow key={feature.name} feature={feature} />
        ))}
      </List>
    </Card>
  );
}

/** Features that have words in every language; one of a newer node than this page tells of itself in English. */
const words = {
  'feature-changes/1': 'changes',
  'reconcile/1': 'reconcile',
  'grants/1': 'grants',
  'fleet/1': 'fleet',
  'packages/1': 'packages',
  'texts-along/1': 'textsAlong',
} as const;
const wordOf = (name: string): (typeof words)[keyof typeof words] | undefined =>
  (words as Partial<Record<string, (typeof words)[keyof typeof words]>>)[name];

function FeatureRow({ feature }: { feature: FeatureView }) {
  const { t } = useTranslation('governance');
  const { about, activation, name, override, peers } = feature;
  const state = featureState(feature);
  const word = wordOf(name);
  return (
    <ListRow
      title={<bdi dir="ltr">{name}</bdi>}
      sub={
        <>
          {word ? (
            t(`feature.${word}`)
          ) : (
            <span lang="en" dir="ltr">
              {about}
            </span>
          )}{' '}
          · {t('speaks.peers', { count: peers })}
        </>
      }
      states={<Badge tone={featureTones[state]}>{t(`featureState.${state}`)}</Badge>}
      actions={<OverrideButtons feature={name} override={override} forcible={activation === 'decided'} />}
    />
  );
}
