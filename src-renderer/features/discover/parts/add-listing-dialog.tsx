import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { serverNameSchema } from '#shared/features/servers/config.ts';
import { useNode } from '../../../platform/node-link.ts';
import { type Command, useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { CodeBlock } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading, ProgressBar } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { type Candidate, missingValues, requestOf, whatRuns } from '../draft.ts';

export interface AddListingDialogProps {
  isOpen: boolean;
  /** Its name in the registry. */
  name: string;
  serverJson: string;
  onClose(): void;
}

/** The one confirmation: what will run here, what it still needs, under which name. */
export function AddListingDialog({ isOpen, name, serverJson, onClose }: AddListingDialogProps) {
  const { t } = useTranslation('discover');
  return (
    <Dialog wide title={t('add.title')} isOpen={isOpen} onClose={onClose}>
      <Preview name={name} serverJson={serverJson} onClose={onClose} />
    </Dialog>
  );
}

function Preview({ serverJson, onClose }: Omit<AddListingDialogProps, 'isOpen'>) {
  const { t } = useTranslation(['discover', 'common']);
  // Nothing else: what a stranger lists must not have this machine's variables filled in, as a client's own file has.
  const { data, fault } = useQuery(
    (node, signal) => node['servers.previewImport']({ text: serverJson, format: 'server.json' }, { signal }),
    [serverJson],
  );
  const candidate = data?.items[0];
  if (candidate?.config) return <AddForm candidate={candidate} onClose={onClose} />;
  if (!data && !fault) return <Loading label={t('add.reading')} />;
  return (
    <div className="form">
      <FaultNote fault={fault} />
      {data && <Note tone="warn">{candidate?.problem ?? t('add.impossible')}</Note>}
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:close')}</Button>
      </div>
    </div>
  );
}

function AddForm({ candidate, onClose }: { candidate: Candidate; onClose(): void }) {
  const { t } = useTranslation('discover');
  const node = useNode();
  const toasts = useToasts();
  const [, go] = useLocation();
  const [name, setName] = useState(candidate.name);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState(false);
  const isName = serverNameSchema.safeParse(name).success;
  const add = useCommand(async (signal) => {
    setTried(true);
    const request = isName ? requestOf(candidate, { name, values }) : undefined;
    if (!request) return;
    const server = await node['servers.add'](request, { signal });
    toasts.say(t('add.done', { name: server.name, count: server.toolCount }));
    onClose();
    go(`/servers/${server.name}`);
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <WhatRuns candidate={candidate} />
      <TextField
        label={t('add.name')}
        value={name}
        onChange={setName}
        error={tried && !isName ? t('add.badName') : undefined}
        code
        required
      />
      {missingValues(candidate).map((key) => (
        <TextField
          key={key}
          label={<code dir="ltr">{key}</code>}
          description={t('add.valueHelp')}
          type="password"
          value={values[key] ?? ''}
          onChange={(value) => setValues((now) => ({ ...now, [key]: value }))}
          error={tried && !values[key] ? t('add.valueMissing') : undefined}
          code
          required
        />
      ))}
      <FaultNote fault={add.fault} />
      <Footer command={add} onClose={onClose} />
    </form>
  );
}

function WhatRuns({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation('discover');
  const isRemote = candidate.config?.transport.type === 'http';
  return (
    <>
      <p>{isRemote ? t('add.remote') : t('add.local')}</p>
      <CodeBlock label={isRemote ? t('add.address') : t('add.command')} text={whatRuns(candidate)} />
      <Note tone="warn">{isRemote ? t('add.remoteRisk') : t('add.localRisk')}</Note>
    </>
  );
}

/** A first start may download the package, so it shows that it goes on and can be stopped. */
function Footer({ command, onClose }: { command: Command<[], unknown>; onClose(): void }) {
  const { cancel, pending } = command;
  const { t } = useTranslation(['discover', 'common']);
  return (
    <>
      <div aria-live="polite">
        {pending && (
          <>
            <ProgressBar label={t('add.running')} />
            <p>{t('add.running')}</p>
          </>
        )}
      </div>
      <div className="form-actions">
        <Button onPress={pending ? cancel : onClose}>
          {pending ? t('common:stop') : t('common:cancel')}
        </Button>
        <Button type="submit" look="primary" command={command}>
          {t('add.confirm')}
        </Button>
      </div>
    </>
  );
}
