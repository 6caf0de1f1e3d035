import { useTranslation } from 'react-i18next';
import type { Fleet, FleetPolicy } from '#shared/features/fleet/contract.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode, useNodeLink } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Badge } from '../../../ui/badge.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Note } from '../../../ui/note.tsx';
import { Card } from '../../../ui/page.tsx';
import { nameOfNode } from '../rules.ts';

/** Changes that are shown before the list gets long. */
const SHOWN = 8;

/** What the operator decides once for all nodes. `fleet` changes with it, so that it is read again. */
export function PolicyCard({ fleet }: { fleet: Fleet }) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const { data, fault, reload } = useQuery((link, signal) => link['fleet.policy']({}, { signal }), [fleet]);
  const turn = useCommand(async (signal, on: boolean) => {
    await node['fleet.setPolicy']({ on }, { signal });
    reload();
  });
  if (!data) return <FaultNote fault={fault} />;
  return (
    <Card title={t('policy.title')} lead={t('policy.lead')}>
      <Checkbox
        selected={data.on}
        disabled={turn.pending}
        onChange={(on) => void turn.run(on)}
        description={t('policy.switchHelp')}
      >
        {t('policy.switch')}
      </Checkbox>
      <FaultNote fault={turn.fault} />
      {data.on && <Shared fleet={fleet} policy={data} />}
    </Card>
  );
}

function Shared({ fleet, policy }: { fleet: Fleet; policy: FleetPolicy }) {
  const { t } = useTranslation('fleet');
  const format = useFormats();
  const { clock } = useNodeLink();
  const nameOf = (peerId: string) =>
    nameOfNode(fleet.nodes.find((one) => one.peerId === peerId) ?? { label: '', peerId });
  const parts = policy.kinds.map(({ count, kind }) => t(`policy.count.${kind}`, { count }));
  return (
    <>
      <p>
        {t('policy.shared')}: {parts.length > 0 ? format.list(parts) : t('policy.nothing')}
      </p>
      {policy.nodes.length === 0 && <p>{t('policy.alone')}</p>}
      {policy.nodes.map(({ at, peerId }) => (
        <p key={peerId}>{t('policy.sameAt', { name: nameOf(peerId), when: format.ago(at, clock.now()) })}</p>
      ))}
      {policy.failed > 0 && <Note tone="warn">{t('policy.failed', { count: policy.failed })}</Note>}
      {policy.changes.length > 0 && (
        <List label={t('policy.changes')}>
          {policy.changes.slice(0, SHOWN).map((change) => (
            <ListRow
              key={`${change.kind} ${change.key} ${change.at}`}
              title={
                <bdi>
                  {t(change.ended ? `policy.end.${change.kind}` : `policy.set.${change.kind}`, {
                    key: change.key,
                  })}
                </bdi>
              }
              sub={t('policy.from', { name: nameOf(change.node), when: format.ago(change.at, clock.now()) })}
              states={change.replaced && <Badge tone="warn">{t('policy.replaced')}</Badge>}
            />
          ))}
        </List>
      )}
    </>
  );
}
