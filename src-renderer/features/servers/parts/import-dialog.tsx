import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { serversContract } from '#shared/features/servers/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useToasts } from '../../../ui/toasts.tsx';

type Preview = z.output<(typeof serversContract)['servers.previewImport']['output']>;
type Source = { text: string } | { path: string };

/** Takes servers over from another program's configuration: first what is in it, then the ones that are wanted. */
export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation('servers');
  return (
    <Dialog wide title={t('import.title')} isOpen={isOpen} onClose={onClose}>
      <Steps onDone={onClose} />
    </Dialog>
  );
}

function Steps({ onDone }: { onDone(): void }) {
  const [found, setFound] = useState<{ source: Source; preview: Preview }>();
  if (!found) return <Choose onFound={(source, preview) => setFound({ source, preview })} onClose={onDone} />;
  return <Pick {...found} onBack={() => setFound(undefined)} onDone={onDone} />;
}

function Choose({ onFound, onClose }: { onFound(source: Source, preview: Preview): void; onClose(): void }) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const [way, setWay] = useState<'text' | 'path'>('text');
  const [text, setText] = useState('');
  const [path, setPath] = useState('');
  const look = useCommand(async (signal) => {
    const source: Source = way === 'text' ? { text } : { path };
    onFound(source, await node['servers.previewImport'](source, { signal }));
  });
  const empty = (way === 'text' ? text : path).trim() === '';
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void look.run();
      }}
    >
      <p>{t('import.words')}</p>
      <Tabs<'text' | 'path'>
        label={t('import.from')}
        selected={way}
        onSelect={setWay}
        items={[
          {
            id: 'text',
            label: t('import.text'),
            content: (
              <TextField
                label={t('import.textLabel')}
                value={text}
                onChange={setText}
                rows={9}
                code
                placeholder='{ "mcpServers": { … } }'
              />
            ),
          },
          {
            id: 'path',
            label: t('import.path'),
            content: (
              <TextField
                label={t('import.pathLabel')}
                description={t('import.pathHelp')}
                value={path}
                onChange={setPath}
                code
                placeholder="~/.cursor/mcp.json"
              />
            ),
          },
        ]}
      />
      <FaultNote fault={look.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" isPending={look.pending} isDisabled={empty}>
          {t('import.preview')}
        </Button>
      </div>
    </form>
  );
}

function Pick({
  source,
  preview,
  onBack,
  onDone,
}: {
  source: Source;
  preview: Preview;
  onBack(): void;
  onDone(): void;
}) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const possible = preview.items.filter((item) => item.problem === undefined).map((item) => item.name);
  const [names, setNames] = useState<readonly string[]>(possible);
  const take = useCommand(async (signal) => {
    const { added, skipped } = await node['servers.import']({ ...source, names: [...names] }, { signal });
    toasts.say(t('import.done', { count: added.length }));
    for (const { name, reason } of skipped) toasts.warn(t('import.skipped', { name, reason }));
    onDone();
  });
  const toggle = (name: string, on: boolean) =>
    setNames(on ? [...names, name] : names.filter((other) => other !== name));
  return (
    <div className="form">
      <p>{t('import.found', { count: preview.items.length, format: preview.format })}</p>
      {preview.items.length === 0 && <Note tone="warn">{t('import.nothing')}</Note>}
      <ul className="form">
        {preview.items.map(({ name, problem, config }) => (
          <li key={name}>
            <Checkbox
              selected={names.includes(name)}
              onChange={(on) => toggle(name, on)}
              disabled={problem !== undefined}
              description={problem ?? <code dir="ltr">{config && sourceText(config.transport)}</code>}
            >
              {name}
            </Checkbox>
          </li>
        ))}
      </ul>
      <FaultNote fault={take.fault} />
      <div className="form-actions">
        <Button onPress={onBack}>{t('common:back')}</Button>
        <Button
          look="primary"
          isPending={take.pending}
          isDisabled={names.length === 0}
          onPress={() => void take.run()}
        >
          {t('import.confirm', { count: names.length })}
        </Button>
      </div>
    </div>
  );
}

const sourceText = (transport: NonNullable<Preview['items'][number]['config']>['transport']): string =>
  transport.type === 'stdio' ? [transport.command, ...transport.args].join(' ') : transport.url;
