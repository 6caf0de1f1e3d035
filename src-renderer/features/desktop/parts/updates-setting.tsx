import { Download, RefreshCw, Settings } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DesktopClient } from '#shared/features/desktop/contract.ts';
import type { UpdatesView } from '#shared/features/desktop/system.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Inline } from '../../../ui/page.tsx';
import { updatesWords } from '../system-rules.ts';

export interface UpdatesSettingProps {
  updates: UpdatesView;
  program: DesktopClient;
}

export function UpdatesSetting({ updates, program }: UpdatesSettingProps) {
  const { t } = useTranslation(['desktop', 'common']);
  const [editing, setEditing] = useState(false);
  const check = useCommand((signal) => program['desktop.checkForUpdates']({}, { signal }));
  const install = useCommand((signal) => program['desktop.installUpdate']({}, { signal }));
  const { state, version = '', feed, fault } = updates;
  const isBusy = state === 'checking' || state === 'downloading' || check.pending;
  return (
    <section aria-label={t('updates.title')}>
      <h3>{t('updates.title')}</h3>
      <p role="status">{t(updatesWords(updates), { version })}</p>
      {state === 'failed' && <FaultNote fault={fault} />}
      {state !== 'unsupported' && (
        <Inline>
          {state === 'ready' && (
            <Button look="primary" icon={Download} command={install} onPress={() => void install.run()}>
              {t('updates.install')}
            </Button>
          )}
          {feed && state !== 'ready' && (
            <Button size="small" icon={RefreshCw} isPending={isBusy} onPress={() => void check.run()}>
              {t('updates.check')}
            </Button>
          )}
          <Button size="small" icon={Settings} onPress={() => setEditing(true)}>
            {t(feed ? 'updates.change' : 'updates.configure')}
          </Button>
        </Inline>
      )}
      <FaultNote fault={install.fault} />
      {editing && <FeedDialog updates={updates} program={program} onClose={() => setEditing(false)} />}
    </section>
  );
}

function FeedDialog({ updates, program, onClose }: UpdatesSettingProps & { onClose(): void }) {
  const { t } = useTranslation(['desktop', 'common']);
  const [feed, setFeed] = useState(updates.feed ?? '');
  const [publicKey, setPublicKey] = useState(updates.publicKey ?? '');
  const save = useCommand(async (signal) => {
    const wanted = feed.trim() === '' ? {} : { feed: feed.trim(), publicKey: publicKey.trim() };
    await program['desktop.setUpdates'](wanted, { signal });
    onClose();
  });
  return (
    <Dialog isOpen title={t('updates.title')} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <TextField
          code
          inputMode="url"
          label={t('updates.feed')}
          description={t('updates.feedHelp')}
          value={feed}
          onChange={setFeed}
        />
        <TextField
          code
          label={t('updates.key')}
          description={t('updates.keyHelp')}
          value={publicKey}
          onChange={setPublicKey}
        />
        <FaultNote fault={save.fault} />
        <div className="form-actions">
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" look="primary" command={save}>
            {t('updates.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
