import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Share } from '#shared/features/access/contract.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { type ShareDraft, shareDraftOf, shareProblem, shareRequestOf, withNetworks } from '../sharing.ts';
import { useNetwork } from '../../network/index.ts';
import { useServers } from '../store.ts';
import { AudienceFields } from './audience-fields.tsx';
import { SealField } from './seal-field.tsx';
import { ShareTools } from './share-tools.tsx';
import styles from './share-dialog.module.css';

export interface ShareDialogProps {
  server: ServerView;
  share: Share | undefined;
  isOpen: boolean;
  onClose(): void;
}

export function ShareDialog(props: ShareDialogProps) {
  const { t } = useTranslation('sharing');
  return (
    <Dialog
      wide
      title={t('title', { name: props.server.name })}
      isOpen={props.isOpen}
      onClose={props.onClose}
    >
      <ShareForm {...props} />
    </Dialog>
  );
}

function ShareForm({ server, share, onClose }: ShareDialogProps) {
  const { t } = useTranslation(['sharing', 'common']);
  const [said, setDraft] = useState(() => shareDraftOf(share));
  const networks = useNetwork().data?.networks;
  const draft = networks
    ? withNetworks(
        said,
        networks.map(({ id }) => id),
      )
    : said;
  const [problem, setProblem] = useState<ReturnType<typeof shareProblem>>();
  const save = useShare(server.name, draft, onClose);
  if (save.fault?.code === 'access.confirm_everyone') return <Confirm name={server.name} save={save} />;
  const submit = () => {
    const missing = shareProblem(draft);
    setProblem(missing);
    if (!missing) void save.run(false);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <AudienceFields server={server} draft={draft} networks={networks ?? []} onChange={setDraft} />
      <ShareTools server={server.name} draft={draft} onChange={setDraft} />
      <SealField
        label={t('seal.label')}
        description={t('seal.help')}
        value={draft.seal}
        onChange={(seal) => setDraft({ ...draft, seal: seal ?? 'off' })}
      />
      <TextField
        label={t('category.label')}
        description={t('category.help')}
        value={draft.category}
        onChange={(category) => setDraft({ ...draft, category })}
        maxLength={40}
      />
      {problem && (
        <p role="alert" className={styles['problem']}>
          {t(`problem.${problem}`)}
        </p>
      )}
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function useShare(name: string, draft: ShareDraft, onDone: () => void): Command<[boolean], void> {
  const { t } = useTranslation('sharing');
  const node = useNode();
  const toasts = useToasts();
  const readShares = useServers((state) => state.readShares);
  return useCommand(async (signal, confirmed: boolean) => {
    await node['servers.share'](shareRequestOf(name, draft, confirmed), { signal });
    await readShares();
    toasts.say(t('done', { name }));
    onDone();
  });
}

/** What everyone could do is asked for a second time. */
function Confirm({ name, save }: { name: string; save: Command<[boolean], void> }) {
  const { t } = useTranslation(['sharing', 'common']);
  return (
    <div className="form">
      <FaultNote fault={save.fault} />
      <p>{t('confirm.words', { name })}</p>
      <div className="form-actions">
        <Button autoFocus onPress={save.clear}>
          {t('common:back')}
        </Button>
        <Button look="danger" command={save} onPress={() => void save.run(true)}>
          {t('confirm.yes')}
        </Button>
      </div>
    </div>
  );
}
