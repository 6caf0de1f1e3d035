import { FileInput, FolderOpen } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { DropZone, type FileDropItem, FileTrigger, Text } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Note } from '../../../ui/note.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { type ImportPreview, type ImportSource, LONGEST_FILE } from '../import.ts';
import styles from './import.module.css';

export interface ImportChoiceProps {
  onFound(source: ImportSource, preview: ImportPreview): void;
  onClose(): void;
}

type Look = Command<[ImportSource], void>;
type Way = 'found' | 'file' | 'text' | 'path';

/** Where the configuration is: found on the node's machine, a file of this one, pasted, or at a path. */
export function ImportChoice({ onFound, onClose }: ImportChoiceProps) {
  const { t } = useTranslation(['servers', 'common']);
  const node = useNode();
  const [way, setWay] = useState<Way>('found');
  const look = useCommand(async (signal, source: ImportSource) =>
    onFound(source, await node['servers.previewImport'](source, { signal })),
  );
  const ways: Record<Way, ReactNode> = {
    found: <Found look={look} />,
    file: <FromFile look={look} />,
    text: <FromText look={look} />,
    path: <FromPath look={look} />,
  };
  return (
    <div className="form">
      <p>{t('import.words')}</p>
      <Tabs<Way>
        label={t('import.from')}
        selected={way}
        onSelect={(next) => {
          look.clear();
          setWay(next);
        }}
        items={(Object.keys(ways) as Way[]).map((id) => ({
          id,
          label: t(`import.way.${id}`),
          content: ways[id],
        }))}
      />
      <FaultNote fault={look.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
      </div>
    </div>
  );
}

const managers = { 'docker-mcp': 'Docker MCP Toolkit', 'mcp-hub': 'MCP Hub' } as const;

/** Configurations of this machine, by the name of whose they are. */
function Found({ look }: { look: Look }) {
  const { t } = useTranslation('servers');
  const clients = useQuery((node, signal) => node['clients.detect']({}, { signal }), []);
  const others = useQuery((node, signal) => node['servers.importSources']({}, { signal }), []);
  const sources = [
    ...(clients.data?.items ?? [])
      .filter(({ exists }) => exists)
      .map(({ file, name }) => ({ name, path: file })),
    ...(others.data?.items ?? []).map(({ manager, path }) => ({ name: managers[manager], path })),
  ];
  const read = clients.data !== undefined && others.data !== undefined;
  if (read && sources.length === 0) return <Note>{t('import.noneFound')}</Note>;
  return (
    <>
      <FaultNote fault={clients.fault ?? others.fault} />
      <List label={t('import.way.found')}>
        {sources.map(({ name, path }) => (
          <ListRow
            key={path}
            title={<bdi>{name}</bdi>}
            sub={<code dir="ltr">{path}</code>}
            actions={
              <Button
                size="small"
                icon={FileInput}
                isDisabled={look.pending}
                aria-label={t('import.lookInto', { name })}
                onPress={() => void look.run({ path })}
              >
                {t('import.preview')}
              </Button>
            }
          />
        ))}
      </List>
    </>
  );
}

/** A file of the machine in front of the person, which need not be the node's. */
function FromFile({ look }: { look: Look }) {
  const { t } = useTranslation('servers');
  const [tooLong, setTooLong] = useState<string>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    setTooLong(file.size > LONGEST_FILE ? file.name : undefined);
    if (file.size <= LONGEST_FILE) await look.run({ text: await file.text() });
  };
  return (
    <>
      <DropZone
        className={styles['drop'] ?? ''}
        aria-label={t('import.drop')}
        onDrop={({ items }) =>
          void items
            .find((item): item is FileDropItem => item.kind === 'file')
            ?.getFile()
            .then(read)
        }
      >
        <Text slot="label">{t('import.drop')}</Text>
        <FileTrigger
          acceptedFileTypes={['.json', '.jsonc', '.yaml', '.yml', '.toml']}
          onSelect={(files) => void read(files?.[0])}
        >
          <Button icon={FolderOpen} command={look}>
            {t('import.choose')}
          </Button>
        </FileTrigger>
      </DropZone>
      {tooLong !== undefined && <Note tone="warn">{t('import.tooLong', { name: tooLong })}</Note>}
    </>
  );
}

function FromText({ look }: { look: Look }) {
  const { t } = useTranslation('servers');
  const [text, setText] = useState('');
  return (
    <Typed look={look} source={{ text }} empty={text.trim() === ''}>
      <TextField
        label={t('import.textLabel')}
        value={text}
        onChange={setText}
        rows={9}
        code
        placeholder='{ "mcpServers": { … } }'
      />
    </Typed>
  );
}

function FromPath({ look }: { look: Look }) {
  const { t } = useTranslation('servers');
  const [path, setPath] = useState('');
  return (
    <Typed look={look} source={{ path: path.trim() }} empty={path.trim() === ''}>
      <TextField
        label={t('import.pathLabel')}
        description={t('import.pathHelp')}
        value={path}
        onChange={setPath}
        code
        placeholder="/home/me/.cursor/mcp.json"
      />
    </Typed>
  );
}

interface TypedProps {
  look: Look;
  source: ImportSource;
  empty: boolean;
  children: ReactNode;
}

function Typed({ children, empty, look, source }: TypedProps) {
  const { t } = useTranslation('servers');
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void look.run(source);
      }}
    >
      {children}
      <div className="form-actions">
        <Button type="submit" look="primary" command={look} isDisabled={empty}>
          {t('import.preview')}
        </Button>
      </div>
    </form>
  );
}
