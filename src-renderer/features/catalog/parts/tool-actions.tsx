import { Check, EyeOff, type LucideProps, Pin, Star, Tag } from 'lucide-react';
import { forwardRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { toolDetailSchema } from '#shared/features/registry/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { AskButton } from '../../asking/index.ts';
import { ShareOnButton, ViaNote } from '../../resharing/index.ts';
import { isLacking } from '#shared/features/registry/critical.ts';
import { labelOf } from '../rules.ts';
import { CriticalButton } from './critical-button.tsx';
import { PinDialog } from './pin-dialog.tsx';
import { Resembles } from './resembles.tsx';
import { ToolStateBadge } from './state-badge.tsx';

export type ToolDetail = z.output<typeof toolDetailSchema>;

/** The tool's state, what speaks against it, and the operator's decisions about it. */
export function ToolActions({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  const node = useNode();
  const toasts = useToasts();
  const [asking, setAsking] = useState<'reject' | 'alias' | 'pin' | 'approve'>();
  const name = labelOf(tool);
  const approve = useCommand(async (signal) => {
    const { id, fingerprint } = tool;
    const approved = await node['tools.approve']({ id, fingerprint }, { signal });
    toasts.say(t('approve.done', { name, catalogName: approved.catalogName ?? approved.name }));
  });
  const mark = useCommand((signal) =>
    node['tools.favourite']({ id: tool.id, favourite: !tool.favourite }, { signal }),
  );
  const foreign = tool.origin === 'network';
  const resembles = tool.resembles ?? [];
  const looksAlike = resembles.some(({ kind }) => kind === 'confusable');
  const isPinnedAway = tool.pin?.holds === false;
  const approvable =
    !isPinnedAway && (tool.state === 'pending' || tool.state === 'changed' || tool.state === 'rejected');
  return (
    <Stack>
      <Inline>
        <Marks tool={tool} />
        {foreign && approvable && (
          <Button
            size="small"
            look="primary"
            icon={Check}
            command={approve}
            onPress={() => (looksAlike ? setAsking('approve') : void approve.run())}
          >
            {tool.state === 'changed' ? t('approve.again') : t('approve.open')}
          </Button>
        )}
        {foreign && tool.state !== 'rejected' && (
          <Button size="small" icon={EyeOff} onPress={() => setAsking('reject')}>
            {t('reject.open')}
          </Button>
        )}
        <AskFor tool={tool} />
        <ShareOn tool={tool} />
        <Button size="small" look="quiet" icon={Tag} onPress={() => setAsking('alias')}>
          {t('alias.open')}
        </Button>
        <CriticalButton tool={tool} />
        <Button size="small" look="quiet" icon={Pin} onPress={() => setAsking('pin')}>
          {tool.pin ? t('pin.change') : t('pin.open')}
        </Button>
        <Button
          size="small"
          look="quiet"
          icon={tool.favourite ? FilledStar : Star}
          aria-pressed={tool.favourite === true}
          command={mark}
          onPress={() => void mark.run()}
        >
          {t('favourite.mark')}
        </Button>
      </Inline>
      <FaultNote fault={approve.fault ?? mark.fault} />
      {tool.rule && <Note>{tool.state === 'rejected' ? t('byRule.rejected') : t('byRule.approved')}</Note>}
      {isPinnedAway && <Note tone="warn">{t('pin.away', { pinned: pinText(tool), now: tool.version })}</Note>}
      {tool.newest && <Note>{t('pin.keeps', { newest: tool.newest, version: tool.version })}</Note>}
      {tool.via && <ViaNote via={tool.via} />}
      <Warnings codes={tool.warnings} />
      <Resembles items={resembles} />
      <ConfirmDialog
        danger
        title={t('approve.alikeTitle', { name })}
        isOpen={asking === 'approve'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('approve.alikeConfirm')}
        onConfirm={() => approve.run()}
      >
        <p>{t('approve.alikeWords')}</p>
        <Resembles items={resembles} />
      </ConfirmDialog>
      <ConfirmDialog
        title={t('reject.title', { name })}
        isOpen={asking === 'reject'}
        onClose={() => setAsking(undefined)}
        confirmLabel={t('reject.confirm')}
        onConfirm={async () => {
          await node['tools.reject']({ id: tool.id });
          toasts.say(t('reject.done', { name }));
        }}
      >
        <p>{t('reject.words')}</p>
      </ConfirmDialog>
      <Dialog title={t('alias.title')} isOpen={asking === 'alias'} onClose={() => setAsking(undefined)}>
        <AliasForm tool={tool} onDone={() => setAsking(undefined)} />
      </Dialog>
      {asking === 'pin' && <PinDialog tool={tool} onClose={() => setAsking(undefined)} />}
    </Stack>
  );
}

/** What the operator decided of it, and whether it can be called. */
function Marks({ tool }: { tool: ToolDetail }) {
  const { t } = useTranslation('catalog');
  return (
    <>
      <ToolStateBadge state={tool.state} />
      {tool.ask && <Badge tone="info">{t('askMark')}</Badge>}
      {tool.critical && (
        <Badge tone={isLacking(tool.critical) ? 'bad' : 'ok'}>{t('critical.mark', tool.critical)}</Badge>
      )}
      {!tool.reachable && <Badge tone="bad">{t('unreachable')}</Badge>}
    </>
  );
}

/** What not everyone who sees it may call, can be asked for. */
function AskFor({ tool: { ask, name, origin, providerId, providerName, server } }: { tool: ToolDetail }) {
  if (!ask || origin !== 'network') return null;
  return <AskButton provider={providerId} providerName={providerName} server={server} tool={name} />;
}

/** What is approved here, its provider may let be shared on. */
function ShareOn({ tool: { depth, origin, providerId, server, state } }: { tool: ToolDetail }) {
  if (!depth || origin !== 'network' || state !== 'approved') return null;
  return <ShareOnButton provider={providerId} server={server} depth={depth} />;
}

const FilledStar = forwardRef<SVGSVGElement, LucideProps>((props, ref) => (
  <Star {...props} ref={ref} fill="currentcolor" />
));

/** A fingerprint is told by its beginning. */
const pinText = ({ pin }: ToolDetail): string =>
  pin?.kind === 'fingerprint' ? `${pin.value.slice(0, 12)}…` : (pin?.value ?? '');

function Warnings({ codes }: { codes: readonly string[] }) {
  const { t, i18n } = useTranslation('catalog');
  if (codes.length === 0) return null;
  const words = (code: string) => {
    const key = `warning.${code.split(':', 1)[0] ?? code}` as 'warning.hidden_characters';
    return i18n.exists(`catalog:${key}`) ? t(key) : code;
  };
  return (
    <Note tone="warn">
      <ul>
        {codes.map((code) => (
          <li key={code}>{words(code)}</li>
        ))}
      </ul>
    </Note>
  );
}

function AliasForm({ tool, onDone }: { tool: ToolDetail; onDone(): void }) {
  const { t } = useTranslation(['catalog', 'common']);
  const node = useNode();
  const toasts = useToasts();
  const [alias, setAlias] = useState(tool.alias ?? '');
  const wrong = !/^[a-zA-Z0-9_-]{0,40}$/.test(alias);
  const save = useCommand(async (signal) => {
    if (wrong) return;
    await node['tools.alias']({ id: tool.id, alias }, { signal });
    toasts.say(alias ? t('alias.done', { name: tool.name, alias }) : t('alias.removed', { name: tool.name }));
    onDone();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t('alias.label')}
        description={t('alias.help')}
        value={alias}
        onChange={setAlias}
        error={wrong ? t('alias.wrong') : undefined}
        code
        autoFocus
      />
      <FaultNote fault={save.fault} />
      <div className="form-actions">
        <Button onPress={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={save} isDisabled={wrong}>
          {t('common:save')}
        </Button>
      </div>
    </form>
  );
}
