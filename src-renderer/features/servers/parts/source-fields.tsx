import { useTranslation } from 'react-i18next';
import { TextField } from '../../../ui/fields.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { type ServerDraft, sourceProblem } from '../draft.ts';
import { VariableRows } from './variable-rows.tsx';

export interface SourceFieldsProps {
  draft: ServerDraft;
  onChange(part: Partial<ServerDraft>): void;
  /** Whether the person tried to send it: before that, nothing is called wrong. */
  tried: boolean;
}

/** What a server is: a command with its environment, or an address with its headers. */
export function SourceFields(props: SourceFieldsProps) {
  const { t } = useTranslation('servers');
  return (
    <Tabs
      label={t('add.kind')}
      selected={props.draft.kind}
      onSelect={(kind) => props.onChange({ kind })}
      items={[
        { id: 'stdio', label: t('add.command'), content: <CommandFields {...props} /> },
        { id: 'http', label: t('add.url'), content: <AddressFields {...props} /> },
      ]}
    />
  );
}

function CommandFields({ draft, onChange, tried }: SourceFieldsProps) {
  const { t } = useTranslation('servers');
  return (
    <div className="form">
      <TextField
        label={t('add.commandLine')}
        description={t('add.commandHelp')}
        placeholder="npx -y @modelcontextprotocol/server-everything"
        value={draft.commandLine}
        onChange={(commandLine) => onChange({ commandLine })}
        error={tried && sourceProblem(draft) ? t('add.badCommand') : undefined}
        code
        required
        autoFocus
      />
      <VariableRows words="env" items={draft.variables} onChange={(variables) => onChange({ variables })} />
    </div>
  );
}

function AddressFields({ draft, onChange, tried }: SourceFieldsProps) {
  const { t } = useTranslation('servers');
  return (
    <div className="form">
      <TextField
        label={t('add.address')}
        placeholder="https://example.org/mcp"
        value={draft.url}
        onChange={(url) => onChange({ url })}
        error={tried && sourceProblem(draft) ? t('add.badUrl') : undefined}
        inputMode="url"
        code
        required
      />
      <VariableRows
        words="headers"
        items={draft.variables}
        onChange={(variables) => onChange({ variables })}
      />
    </div>
  );
}
