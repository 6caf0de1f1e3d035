import { RefreshCw } from 'lucide-react';
import { Suspense, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { CentralState } from '#shared/features/registry/central.ts';
import { useFormats } from '../../platform/formats.ts';
import { useNode, useNodeLink } from '../../platform/node-link.ts';
import { useCommand } from '../../platform/use-command.ts';
import { useStream } from '../../platform/use-stream.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { NetworkOffers } from '../catalog/index.ts';
import { BrowseConsent } from './parts/browse-consent.tsx';
import { type Filter, Filters } from './parts/filters.tsx';
import { ListingDetail } from './parts/listing-detail.tsx';
import { Listings } from './parts/listings.tsx';

/** Where the network is searched; names in a registry have a slash in them. */
const NETWORK = 'network';

export interface DiscoverPageProps {
  /** `network`, or what is open of the registry. */
  name?: string | undefined;
}

export function DiscoverPage({ name }: DiscoverPageProps) {
  const { t } = useTranslation('discover');
  const [, go] = useLocation();
  const view = name === NETWORK ? 'network' : 'registry';
  const registry = useRegistry();
  return (
    <Page
      fill
      title={t('title')}
      lead={view === 'network' ? t('networkLead') : t('lead')}
      actions={view === 'registry' && registry.action}
    >
      <Tabs<typeof view>
        fill
        label={t('view.label')}
        selected={view}
        onSelect={(next) => go(next === 'network' ? `/discover/${NETWORK}` : '/discover')}
        items={[
          {
            id: 'registry',
            label: t('view.registry'),
            content: view === 'registry' && <Registry {...registry} name={name} />,
          },
          {
            id: 'network',
            label: t('view.network'),
            content: view === 'network' && (
              <Suspense fallback={<Loading label={t('opening')} />}>
                <NetworkOffers />
              </Suspense>
            ),
          },
        ]}
      />
    </Page>
  );
}

function useRegistry() {
  const { t } = useTranslation('discover');
  const node = useNode();
  const { value: state, fault } = useStream((client, options) => client['central.watch']({}, options));
  const sync = useCommand((signal) => node['central.sync']({}, { signal }));
  const reading = sync.pending || state?.syncing === true;
  const known = state !== undefined && (state.count > 0 || state.syncedAt !== undefined);
  const read = () => void sync.run();
  const action = known && (
    <Button icon={RefreshCw} isPending={reading} onPress={read}>
      {t('sync')}
    </Button>
  );
  return { state, fault: sync.fault ?? fault, reading, known, read, action };
}

type RegistryProps = ReturnType<typeof useRegistry> & { name: string | undefined };

function Registry({ fault, known, name, read, reading, state }: RegistryProps) {
  const { t } = useTranslation('discover');
  return (
    <>
      <FaultNote fault={fault} />
      {!state ? (
        <Loading label={t('opening')} />
      ) : known ? (
        <Browse state={state} name={name} />
      ) : (
        <BrowseConsent url={state.url} reading={reading} onBrowse={read} />
      )}
    </>
  );
}

function Browse({ state, name }: { state: CentralState; name: string | undefined }) {
  const [, go] = useLocation();
  const [filter, setFilter] = useState<Filter>({ text: '', kind: 'any' });
  // Typing comes first: the list follows when the hands rest.
  const wanted = useDeferredValue(filter);
  const open = (next: string | undefined) => go(next ? `/discover/${encodeURIComponent(next)}` : '/discover');
  return (
    <>
      <Filters filter={filter} onChange={setFilter} />
      <Freshness state={state} />
      <Split
        list={
          <Listings
            filter={wanted}
            revision={`${state.count} ${state.syncedAt ?? ''}`}
            openName={name}
            onOpen={open}
            onAll={() => setFilter({ text: '', kind: 'any' })}
          />
        }
        detail={
          name
            ? { id: name, title: <bdi>{name}</bdi>, content: <ListingDetail key={name} name={name} /> }
            : undefined
        }
        onClose={() => open(undefined)}
      />
    </>
  );
}

/** How old the copy is, and how many it holds. */
function Freshness({ state: { count, syncedAt, syncing, url } }: { state: CentralState }) {
  const { t } = useTranslation('discover');
  const format = useFormats();
  const { clock } = useNodeLink();
  const host = URL.parse(url)?.host ?? url;
  return (
    <p role="status">
      {syncing
        ? t('state.reading', { count, host })
        : syncedAt === undefined
          ? t('state.partly', { count, host })
          : t('state.read', { count, host, when: format.ago(syncedAt, clock.now()) })}
    </p>
  );
}
