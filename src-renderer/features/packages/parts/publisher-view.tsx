import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List } from '../../../ui/list.tsx';
import { Card, Page } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { addressOfTab } from '../address.ts';
import { PackageRow } from './package-row.tsx';
import { TierBadge, usePublisherName } from './publisher-name.tsx';

/** One publisher with everything that he offers. */
export function PublisherView({ provider }: { provider: string }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const nameOf = usePublisherName();
  const { data, fault } = useQuery(
    (node, signal) => node['packages.publisher']({ provider }, { signal }),
    [provider],
  );
  return (
    <Page
      title={data ? nameOf(data.publisher) : t('publisher.title')}
      lead={data && <TierBadge publisher={data.publisher} />}
      actions={
        <Button icon={Undo2} onPress={() => go(addressOfTab('discover'))}>
          {t('all')}
        </Button>
      }
    >
      <FaultNote fault={fault} />
      {!data && !fault && <Loading label={t('reading')} />}
      {data && (
        <>
          <Card
            title={t('publisher.who')}
            lead={t(data.publisher.self ? 'publisher.selfLead' : 'publisher.lead')}
          >
            <CopyField label={t('review.signer.id')} value={data.publisher.provider} />
          </Card>
          {data.items.length === 0 ? (
            <EmptyState picture="tools" title={t('publisher.none')} />
          ) : (
            <List label={t('publisher.packages')}>
              {data.items.map((item) => (
                <PackageRow key={item.id} item={item} />
              ))}
            </List>
          )}
        </>
      )}
    </Page>
  );
}
