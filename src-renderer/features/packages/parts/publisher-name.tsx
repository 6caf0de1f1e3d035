import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { PackageSummary } from '#shared/features/packages/views.ts';
import { Badge, type Tone } from '../../../ui/badge.tsx';
import { useProviderNames } from '../../peers/index.ts';
import { addressOfPublisher } from '../address.ts';
import { visible } from '../rules.ts';

type Publisher = PackageSummary['publisher'];

/** What a publisher is called here, as text. */
export function usePublisherName(): (publisher: Publisher) => string {
  const { t } = useTranslation('packages');
  const nameOf = useProviderNames();
  return ({ name, provider, self }) =>
    self ? t('publisher.you') : visible(nameOf(provider, name) || provider);
}

/** The way to everything that he publishes. */
export function PublisherLink({ publisher }: { publisher: Publisher }) {
  const nameOf = usePublisherName();
  return (
    <Link href={addressOfPublisher(publisher.provider)}>
      <bdi>{nameOf(publisher)}</bdi>
    </Link>
  );
}

const tones = { self: 'ok', known: 'ok', blocked: 'bad', unknown: 'idle' } as const satisfies Record<
  string,
  Tone
>;
const tierOf = ({ self, tier }: Publisher): keyof typeof tones => {
  if (self) return 'self';
  return tier === 'known' || tier === 'blocked' ? tier : 'unknown';
};

/** Whether one knows him. */
export function TierBadge({ plain = false, publisher }: { publisher: Publisher; plain?: boolean }) {
  const { t } = useTranslation('packages');
  const tier = tierOf(publisher);
  return (
    <Badge tone={tones[tier]} plain={plain}>
      {t(`tier.${tier}`)}
    </Badge>
  );
}
