import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useServers } from '../../servers/index.ts';
import { type PermissionRow, withoutParty } from '../permissions.ts';
import { useWhoText } from '../use-access.ts';

export interface StopDialogProps {
  /** What is to end; undefined: nothing is asked. */
  row: PermissionRow | undefined;
  /** Whether the row stands for one tool alone. */
  byTool: boolean;
  share: Share | undefined;
  /** Whether grants open the server to others. */
  hasGrants: boolean;
  onClose(): void;
  onDone(): void;
}

/** Asks before a party may no longer call a server, or one tool of it; revokes the grant where one lets them in. */
export function StopDialog({ row, byTool, share, hasGrants, onClose, onDone }: StopDialogProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const readShares = useServers((state) => state.readShares);
  const whoText = useWhoText();
  if (!row) return null;
  const { grant, server } = row;
  const who = whoText(row.who);
  const tool = byTool && !grant ? row.tools[0] : undefined;
  const left = share && withoutParty(share, row, { tool: tool !== undefined, hasGrants });
  const end = async () => {
    if (grant) await node['access.revoke']({ id: grant.id });
    else if (left) await node['servers.share'](requestOf(left));
    else await node['servers.unshare']({ name: server });
    await readShares();
    toasts.say(t(grant ? 'revoke.done' : 'stop.done', { who, server }));
    onDone();
  };
  return (
    <ConfirmDialog
      isOpen
      title={t(grant ? 'revoke.title' : 'stop.title', { who, server })}
      confirmLabel={t(grant ? 'revoke.open' : 'stop.open')}
      onClose={onClose}
      onConfirm={end}
    >
      <p>
        {grant
          ? t('revoke.words')
          : tool !== undefined
            ? t('stop.toolWords', { who, tool })
            : !left
              ? t('stop.allWords', { server })
              : t('stop.words', { who, server })}
      </p>
    </ConfirmDialog>
  );
}

/** It only narrows what was said yes to before: nobody has to be warned of everyone again. */
const requestOf = ({ server, sharedAt: _sharedAt, ...share }: Share) => ({
  ...share,
  name: server,
  confirmed: share.audience.kind === 'everyone',
});
