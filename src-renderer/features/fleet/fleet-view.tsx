import { Link2, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Fleet } from '#shared/features/fleet/contract.ts';
import { useStream } from '../../platform/use-stream.ts';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Note } from '../../ui/note.tsx';
import { Card, Inline, Stack } from '../../ui/page.tsx';
import { Loading } from '../../ui/progress.tsx';
import { AddDialog } from './parts/add-dialog.tsx';
import { CodesCard } from './parts/codes-card.tsx';
import { GuestsCard } from './parts/guests-card.tsx';
import { JoinDialog } from './parts/join-dialog.tsx';
import { LeaveButton } from './parts/leave-button.tsx';
import { NodesList } from './parts/nodes-list.tsx';
import { PolicyCard } from './parts/policy-card.tsx';

export interface FleetViewProps {
  /** `add` and `join` open their dialogs. */
  dialog?: string | undefined;
  /** A code or link to join with, where one was opened. */
  code?: string | undefined;
}

/** Several machines that are one provider. */
export function FleetView({ code, dialog }: FleetViewProps) {
  const { t } = useTranslation('fleet');
  const { value: fleet, fault } = useStream((node, options) => node['fleet.watch']({}, options));
  const [, go] = useLocation();
  if (!fleet) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  const close = () => go('/network/nodes');
  return (
    <Stack>
      {fleet.removed && <RemovedNote />}
      <GuestsCard fleet={fleet} />
      <Card
        title={t('nodes.title')}
        lead={t('nodes.lead')}
        actions={
          <Inline>
            <Button icon={Link2} onPress={() => go('/network/nodes/join')}>
              {t('join.open')}
            </Button>
            <Button
              look="primary"
              icon={Plus}
              isDisabled={!fleet.rootHere}
              onPress={() => go('/network/nodes/add')}
            >
              {t('add.open')}
            </Button>
          </Inline>
        }
      >
        <Joined fleet={fleet} />
        <NodesList fleet={fleet} />
      </Card>
      <CodesCard codes={fleet.codes} />
      {(fleet.nodes.length > 1 || !fleet.rootHere) && <PolicyCard fleet={fleet} />}
      <AddDialog isOpen={dialog === 'add'} guests={fleet.guests} onClose={close} />
      <JoinDialog isOpen={dialog === 'join'} code={code} fleet={fleet} onClose={close} />
    </Stack>
  );
}

/** Where nodes are not added here, and how to be on one's own again. */
function Joined({ fleet }: { fleet: Fleet }) {
  const { t } = useTranslation('fleet');
  if (fleet.rootHere) return null;
  return (
    <Note>
      <p>{t('joined.words', { name: fleet.displayName })}</p>
      <LeaveButton />
    </Note>
  );
}

function RemovedNote() {
  const { t } = useTranslation('fleet');
  return (
    <Note tone="warn">
      <p>{t('removed.words')}</p>
      <LeaveButton />
    </Note>
  );
}
