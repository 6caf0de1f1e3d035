import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fleet, FleetNode } from '#shared/features/fleet/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { nameOfNode, totals } from '../rules.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';

type Asked = { what: 'rename' | 'remove'; node: FleetNode };

/** Each node with what it does, and all of them together. */
export function NodesList({ fleet }: { fleet: Fleet }) {
  const { t } = useTranslation('fleet');
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const sums = totals(fleet.nodes);
  return (
    <>
      <List label={t('nodes.title')}>
        {fleet.nodes.map((node) => (
          <NodeRow key={node.peerId} node={node} canChange={fleet.rootHere} onAsk={setAsked} />
        ))}
      </List>
      {fleet.nodes.length > 1 && <p>{t('nodes.together', { ...sums, nodes: fleet.nodes.length })}</p>}
      <RenameDialog node={asked?.what === 'rename' ? asked.node : undefined} onClose={close} />
      <RemoveDialog
        node={asked?.what === 'remove' ? asked.node : undefined}
        locked={fleet.passphraseProtected}
        onClose={close}
      />
    </>
  );
}

interface NodeRowProps {
  node: FleetNode;
  canChange: boolean;
  onAsk(asked: Asked): void;
}

function NodeRow({ canChange, node, onAsk }: NodeRowProps) {
  const { t } = useTranslation('fleet');
  const name = nameOfNode(node);
  const actions = [
    { id: 'rename', label: t('rename.open'), icon: Pencil, run: () => onAsk({ what: 'rename', node }) },
    ...(node.self
      ? []
      : [
          {
            id: 'remove',
            label: t('remove.open'),
            icon: Trash2,
            danger: true,
            run: () => onAsk({ what: 'remove', node }),
          },
        ]),
  ];
  return (
    <ListRow
      title={<bdi>{name}</bdi>}
      sub={<Facts node={node} />}
      states={<States node={node} />}
      actions={canChange && node.listed && <Menu label={t('nodes.actions', { name })} actions={actions} />}
    />
  );
}

function States({ node }: { node: FleetNode }) {
  const { t } = useTranslation('fleet');
  const format = useFormats();
  const { clock } = useNodeLink();
  const { connected, facts, lastSeenAt, self } = node;
  return (
    <>
      {facts?.rootHere && <Badge tone="info">{t('nodes.key')}</Badge>}
      {self && <Badge tone="ok">{t('nodes.self')}</Badge>}
      {!self && connected && <Badge tone="ok">{t('nodes.connected')}</Badge>}
      {!connected && (
        <Badge tone="off">
          {lastSeenAt === undefined
            ? t('nodes.away')
            : t('nodes.awaySince', { when: format.ago(lastSeenAt, clock.now()) })}
        </Badge>
      )}
    </>
  );
}

function Facts({ node: { facts, latencyMs } }: { node: FleetNode }) {
  const { t } = useTranslation('fleet');
  const format = useFormats();
  if (!facts) return t('nodes.silent');
  const parts = [
    t('nodes.shares', { count: facts.shares }),
    t('nodes.calls', { count: facts.calls }),
    t('nodes.running', { count: facts.running }),
    ...(latencyMs === undefined ? [] : [format.duration(latencyMs)]),
    t('nodes.version', { version: facts.version }),
  ];
  return parts.join(' · ');
}
