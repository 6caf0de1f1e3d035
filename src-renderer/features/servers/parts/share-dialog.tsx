import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Audience, Share } from '#shared/features/access/contract.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { isProviderId } from '#shared/kernel/ids.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { usePeers } from '../../peers/index.ts';
import { useServers } from '../store.ts';
import styles from './share-dialog.module.css';

export interface ShareDialogProps {
  server: ServerView;
  share: Share | undefined;
  isOpen: boolean;
  onClose(): void;
}

const kinds = ['providers', 'known', 'everyone'] as const;

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
  const node = useNode();
  const toasts = useToasts();
  const readShares = useServers((state) => state.readShares);
  const [kind, setKind] = useState<Audience['kind']>(share?.audience.kind ?? 'providers');
  const [providers, setProviders] = useState<readonly string[]>(
    share?.audience.kind === 'providers' ? share.audience.providers : [],
  );
  const [tools, setTools] = useState<readonly string[] | undefined>(share?.tools);
  const [problem, setProblem] = useState<'noProviders' | 'noTools'>();
  const save = useCommand(async (signal, confirmed: boolean) => {
    const missing =
      kind === 'providers' && providers.length === 0
        ? 'noProviders'
        : tools?.length === 0
          ? 'noTools'
          : undefined;
    setProblem(missing);
    if (missing) return;
    const audience: Audience = kind === 'providers' ? { kind, providers: [...providers] } : { kind };
    await node['servers.share'](
      { name: server.name, audience, confirmed, ...(tools ? { tools: [...tools] } : {}) },
      { signal },
    );
    await readShares();
    toasts.say(t('done', { name: server.name }));
    onClose();
  });
  const asksAgain = save.fault?.code === 'access.confirm_everyone';
  if (asksAgain) {
    return (
      <div className="form">
        <FaultNote fault={save.fault} />
        <p>{t('confirm.words', { name: server.name })}</p>
        <div className="form-actions">
          <Button autoFocus onPress={save.clear}>
            {t('common:back')}
          </Button>
          <Button look="danger" isPending={save.pending} onPress={() => void save.run(true)}>
            {t('confirm.yes')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run(false);
      }}
    >
      <RadioGroup
        className={styles['group'] ?? ''}
        value={kind}
        onChange={(value) => setKind(value as Audience['kind'])}
      >
        <Label>{t('with')}</Label>
        {kinds.map((value) => (
          <Radio key={value} value={value} className={styles['radio'] ?? ''}>
            <span className={styles['dot']} aria-hidden />
            <span>
              <span className={styles['name']}>{t(`kind.${value}.name`)}</span>
              <span className={styles['help']}>{t(`kind.${value}.help`)}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {kind === 'providers' && <ProviderPicker chosen={providers} onChange={setProviders} />}
      {kind === 'everyone' && <Note tone="warn">{t('warning')}</Note>}
      <ToolPicker server={server.name} chosen={tools} onChange={setTools} />
      {problem && (
        <p role="alert" className={styles['problem']}>
          {t(problem)}
        </p>
      )}
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" isPending={save.pending}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function ProviderPicker({ chosen, onChange }: { chosen: readonly string[]; onChange(ids: string[]): void }) {
  const { t } = useTranslation('sharing');
  const peers = usePeers() ?? [];
  const [typed, setTyped] = useState('');
  const names = new Map(
    peers.flatMap((peer) => (peer.providerId && !peer.blocked ? [[peer.providerId, peer.displayName]] : [])),
  );
  for (const id of chosen) if (!names.has(id)) names.set(id, undefined);
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  const add = () => {
    if (!isProviderId(typed.trim())) return;
    if (!chosen.includes(typed.trim())) toggle(typed.trim(), true);
    setTyped('');
  };
  const wrong = typed !== '' && !isProviderId(typed.trim());
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('providers')}</legend>
      <div className={styles['scroll']}>
        {[...names].map(([id, name]) => (
          <Checkbox
            key={id}
            selected={chosen.includes(id)}
            onChange={(on) => toggle(id, on)}
            description={<code dir="ltr">{id}</code>}
          >
            {name || t('nameless')}
          </Checkbox>
        ))}
      </div>
      <div className={styles['add']}>
        <TextField
          label={t('byId')}
          placeholder="z6Mk…"
          value={typed}
          onChange={setTyped}
          code
          error={wrong ? t('badId') : undefined}
        />
        <Button isDisabled={typed === '' || wrong} onPress={add}>
          {t('addId')}
        </Button>
      </div>
    </fieldset>
  );
}

function ToolPicker({
  server,
  chosen,
  onChange,
}: {
  server: string;
  chosen: readonly string[] | undefined;
  onChange(tools: readonly string[] | undefined): void;
}) {
  const { t } = useTranslation('sharing');
  const { data, fault } = useQuery(
    (node, signal) => node['tools.list']({ scope: 'local' }, { signal }),
    [server],
  );
  const tools = data?.items.filter((tool) => tool.server === server) ?? [];
  const toggle = (name: string, on: boolean) =>
    onChange(on ? [...(chosen ?? []), name] : (chosen ?? []).filter((other) => other !== name));
  return (
    <fieldset className={styles['picker']}>
      <legend>{t('tools.title')}</legend>
      <Checkbox
        selected={chosen === undefined}
        disabled={!data}
        onChange={(all) => onChange(all ? undefined : tools.map((tool) => tool.name))}
        description={t('tools.allHelp')}
      >
        {t('tools.all')}
      </Checkbox>
      {chosen !== undefined && (
        <div className={styles['scroll']}>
          <FaultNote fault={fault} />
          {!data && !fault && <Loading label={t('tools.reading')} />}
          {tools.map((tool) => (
            <Checkbox
              key={tool.name}
              selected={chosen.includes(tool.name)}
              onChange={(on) => toggle(tool.name, on)}
              description={tool.title}
            >
              <code dir="ltr">{tool.name}</code>
            </Checkbox>
          ))}
        </div>
      )}
    </fieldset>
  );
}
