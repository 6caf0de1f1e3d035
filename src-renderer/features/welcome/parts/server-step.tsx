import { FileInput, Plus } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ChoiceCards } from '../../../ui/choice-cards.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Note } from '../../../ui/note.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { ImportDialog, ServerStateBadge, useServers } from '../../servers/index.ts';
import type { StepProps } from '../page.tsx';
import { isWholePath, type Starter, starterRequest, starters, wantsFolder } from '../starters.ts';
import styles from '../welcome.module.css';

/** One server to begin with, so that there is a tool to call. */
export function ServerStep({ onDone }: StepProps) {
  const { t } = useTranslation('setup');
  const servers = useServers((state) => state.items);
  const [importing, setImporting] = useState(false);
  const some = servers !== undefined && servers.length > 0;
  const done = useEffectEvent(onDone);
  useEffect(() => {
    if (some) done();
  }, [some]);
  return (
    <>
      {some && (
        <List label={t('server.here')}>
          {servers.map((server) => (
            <ListRow
              key={server.name}
              title={server.name}
              sub={t('server.tools', { count: server.toolCount })}
              states={<ServerStateBadge state={server.state} />}
            />
          ))}
        </List>
      )}
      <StarterForm taken={servers?.map(({ name }) => name) ?? []} />
      <div className={styles['row']}>
        <p>{t('server.importWords')}</p>
        <Button icon={FileInput} onPress={() => setImporting(true)}>
          {t('server.import')}
        </Button>
      </div>
      <Note>{t('server.sharingOff')}</Note>
      <ImportDialog isOpen={importing} onClose={() => setImporting(false)} />
    </>
  );
}

function StarterForm({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation(['setup', 'common']);
  const node = useNode();
  const [starter, setStarter] = useState<Starter>('filesystem');
  const [folder, setFolder] = useState('');
  const [tried, setTried] = useState(false);
  const [added, setAdded] = useState<{ name: string; tools: number }>();
  const folderWrong = wantsFolder(starter) && !isWholePath(folder);
  const add = useCommand(async (signal) => {
    setTried(true);
    setAdded(undefined);
    if (folderWrong) return;
    const server = await node['servers.add'](starterRequest(starter, folder, taken), { signal });
    setAdded({ name: server.name, tools: server.toolCount });
    setTried(false);
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <ChoiceCards
        label={t('server.question')}
        value={starter}
        onChange={(next) => setStarter(next)}
        choices={starters.map((value) => ({
          value,
          label: t(`server.starter.${value}.name`),
          help: t(`server.starter.${value}.help`),
        }))}
      />
      {wantsFolder(starter) && (
        <TextField
          label={t('server.folder')}
          description={t('server.folderHelp')}
          placeholder="/home/ada/Documents"
          value={folder}
          onChange={setFolder}
          error={tried && folderWrong ? t('server.folderWrong') : undefined}
          code
          required
        />
      )}
      <FaultNote fault={add.fault} />
      <div aria-live="polite">
        {add.pending && (
          <>
            <ProgressBar label={t('server.adding')} />
            <p>{t('server.adding')}</p>
          </>
        )}
        {added && <Badge tone="ok">{t('server.added', { name: added.name, count: added.tools })}</Badge>}
      </div>
      <div className="form-actions">
        {add.pending && <Button onPress={add.cancel}>{t('common:stop')}</Button>}
        <Button type="submit" look="primary" icon={Plus} command={add}>
          {t('server.add')}
        </Button>
      </div>
    </form>
  );
}
