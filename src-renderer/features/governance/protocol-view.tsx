import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { GovernanceView, ProposalView } from '#shared/features/governance/contract.ts';
import { useFormats } from '../../platform/formats.ts';
import { useStream } from '../../platform/use-stream.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { List, ListRow } from '../../ui/list.tsx';
import { Card, Stack } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { Split } from '../../ui/split.tsx';
import { ProposalDetail } from './parts/proposal-detail.tsx';
import { ProposalState } from './parts/proposal-state.tsx';
import { ProposeDialog } from './parts/propose-dialog.tsx';
import { ThisNodeSpeaks } from './parts/this-node-speaks.tsx';
import { byUrgency, shortProvider } from './rules.ts';

/** What this node speaks, and what its neighbours would like to change. `id`: the opened proposal. */
export function ProtocolView({ id }: { id: string | undefined }) {
  const { t } = useTranslation('governance');
  const { fault, value } = useStream((node, options) => node['governance.watch']({}, options));
  if (!value) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  return (
    <Stack>
      <Proposals view={value} open={id} />
      <ThisNodeSpeaks view={value} />
    </Stack>
  );
}

function Proposals({ view, open }: { view: GovernanceView; open: string | undefined }) {
  const { t } = useTranslation('governance');
  const [, go] = useLocation();
  const [proposing, setProposing] = useState(false);
  const opened = view.proposals.find(({ id }) => id === open);
  const propose = (
    <Button icon={Megaphone} onPress={() => setProposing(true)}>
      {t('propose.open')}
    </Button>
  );
  return (
    <Card title={t('title')} lead={t('lead')} actions={view.proposals.length > 0 && propose}>
      {view.proposals.length === 0 ? (
        <EmptyState picture="peers" title={t('none.title')} action={propose}>
          {t('none.words')}
        </EmptyState>
      ) : (
        <Split
          list={
            <List label={t('title')}>
              {byUrgency(view.proposals).map((proposal) => (
                <ProposalRow key={proposal.id} proposal={proposal} isOpen={proposal.id === open} />
              ))}
            </List>
          }
          detail={
            opened && {
              id: opened.id,
              title: <bdi dir="ltr">{opened.feature}</bdi>,
              content: <ProposalDetail key={opened.id} proposal={opened} automatic={view.automatic} />,
            }
          }
          onClose={() => go('/network/protocol')}
        />
      )}
      <ProposeDialog isOpen={proposing} onClose={() => setProposing(false)} />
    </Card>
  );
}

function ProposalRow({ proposal, isOpen }: { proposal: ProposalView; isOpen: boolean }) {
  const { t } = useTranslation('governance');
  const format = useFormats();
  const [, go] = useLocation();
  const { class: kind, feature, id, opened, proposer } = proposal;
  const name = proposer.own ? t('you') : proposer.name || shortProvider(proposer.providerId);
  return (
    <ListRow
      open={isOpen}
      title={<bdi dir="ltr">{feature}</bdi>}
      sub={
        <>
          {t(`class.${kind}`)} · <bdi>{name}</bdi> · <bdi>{format.dateTime(opened)}</bdi>
          {!proposer.established && ` · ${t('stranger')}`}
        </>
      }
      states={<ProposalState proposal={proposal} />}
      actions={
        <Button
          size="small"
          aria-label={t('look', { feature })}
          onPress={() => go(`/network/protocol/${id}`)}
        >
          {t('open')}
        </Button>
      }
    />
  );
}
