import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { PackageReview } from '#shared/features/packages/views.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Page } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { addressOfPackage, addressOfTab } from '../address.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { InstallCard } from './install-card.tsx';
import { NeedsCard, NotesCard, SignerCard, Technical, TouchCard } from './review-facts.tsx';
import { ToolsCard } from './tools-card.tsx';
import { WarningNotes } from './warnings.tsx';

/** Everything to know before a yes; the yes stands at the end. */
export function ReviewView({ what }: { what: string }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const { data, fault } = useQuery((node, signal) => node['packages.review']({ what }, { signal }), [what]);
  const back = data?.installed ? addressOfPackage(data.id) : addressOfTab('discover');
  return (
    <Page
      title={data ? titleOf(data, t) : t('review.title')}
      lead={data && <span dir="auto">{visible(data.description)}</span>}
      actions={
        <Button icon={Undo2} onPress={() => go(back)}>
          {t('review.back')}
        </Button>
      }
    >
      <FaultNote fault={fault} />
      {!data && !fault && <Loading label={t('review.reading')} />}
      {data && <Review review={data} />}
    </Page>
  );
}

type Translate = ReturnType<typeof useTranslation<'packages'>>['t'];

function titleOf({ installed, title, version }: PackageReview, t: Translate): string {
  const name = visible(title);
  return installed
    ? t('review.update', { name, from: installed.version, to: version })
    : t('review.install', { name, version });
}

const Review = ({ review }: { review: PackageReview }) => (
  <div className={styles['review']}>
    <WarningNotes warnings={review.warnings} />
    <div className={styles['pair']}>
      <SignerCard review={review} />
      <TouchCard review={review} />
    </div>
    <ToolsCard review={review} />
    <NeedsCard review={review} />
    <NotesCard review={review} />
    <Technical review={review} />
    <InstallCard review={review} />
  </div>
);
