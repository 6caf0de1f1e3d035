import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InstalledPackage, UpdatePolicy } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Select, TextField } from '../../../ui/fields.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { channels } from '../rules.ts';

const takes = ['manual', 'patch', 'minor'] as const satisfies ReadonlyArray<UpdatePolicy['take']>;
const MOST_PEERS = 100;
const MOST_HOURS = 24 * 365;

/** A whole number within its bounds; `undefined` where it is none. */
function numberIn(text: string, most: number): number | undefined {
  const value = Number(text.trim() || '0');
  return Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
}

/** When updates are taken without asking. */
export function PolicyCard({ item: { id, policy } }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const [take, setTake] = useState(policy.take);
  const [channel, setChannel] = useState(policy.channel);
  const [peers, setPeers] = useState(String(policy.afterPeers));
  const [hours, setHours] = useState(String(policy.afterHours));
  const afterPeers = numberIn(peers, MOST_PEERS);
  const afterHours = numberIn(hours, MOST_HOURS);
  const isRead = afterPeers !== undefined && afterHours !== undefined;
  const save = useSave(id);
  return (
    <Card title={t('policy.title')} lead={t('policy.lead')}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRead) void save.run({ take, channel, afterPeers, afterHours });
        }}
      >
        <Select<UpdatePolicy['take']>
          label={t('policy.take')}
          options={takes.map((value) => ({ value, label: t(`policy.${value}`) }))}
          value={take}
          onChange={setTake}
        />
        <Select<UpdatePolicy['channel']>
          label={t('channel.label')}
          description={t(`policy.${channel}Help`)}
          options={channels.map((value) => ({ value, label: t(`channel.${value}`) }))}
          value={channel}
          onChange={setChannel}
        />
        {take !== 'manual' && (
          <>
            <TextField
              inputMode="numeric"
              label={t('policy.peers')}
              description={t('policy.peersHelp')}
              value={peers}
              onChange={setPeers}
              error={afterPeers === undefined ? t('policy.between', { most: MOST_PEERS }) : undefined}
            />
            <TextField
              inputMode="numeric"
              label={t('policy.hours')}
              description={t('policy.hoursHelp')}
              value={hours}
              onChange={setHours}
              error={afterHours === undefined ? t('policy.between', { most: MOST_HOURS }) : undefined}
            />
          </>
        )}
        <FaultNote fault={save.fault} />
        <div className="form-actions">
          <Button type="submit" command={save} isDisabled={!isRead}>
            {t('policy.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function useSave(id: string) {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  return useCommand(async (signal, policy: UpdatePolicy) => {
    await node['packages.setPolicy']({ id, policy }, { signal });
    toasts.say(t('policy.saved'));
  });
}
