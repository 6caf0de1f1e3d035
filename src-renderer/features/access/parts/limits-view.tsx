import { Gauge, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeGrantView } from '#shared/features/access/grants-contract.ts';
import type { LimitScope, ScopedLimit } from '#shared/features/access/limits.ts';
import { scopeName } from '#shared/features/access/limits.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useStream } from '../../../platform/use-stream.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Card } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useProviderNames } from '../../peers/index.ts';
import styles from '../access.module.css';
import { byScope, LIMIT_NUMBERS } from '../rules.ts';
import { useAccessQuery } from '../use-access.ts';
import { LimitDialog } from './limit-dialog.tsx';
import { useMore } from './use-more.tsx';

/** How much others may use, in words, and the ways to change that. */
export function LimitsView() {
  const { t } = useTranslation('access');
  const { data, fault, reload } = useAccessQuery(async (node, signal) => {
    const [{ items }, { made }] = await Promise.all([
      node['access.limits']({}, { signal }),
      node['access.grants']({}, { signal }),
    ]);
    return { items, grants: new Map(made.map((grant) => [grant.id, grant])) };
  });
  const [editing, setEditing] = useState<ScopedLimit | 'new'>();
  const [removing, setRemoving] = useState<ScopedLimit>();
  if (!data) return fault ? <FaultNote fault={fault} /> : <Loading label={t('reading')} />;
  return (
    <Card
      title={t('limits.title')}
      lead={t('limits.lead')}
      actions={
        <Button size="small" icon={Gauge} onPress={() => setEditing('new')}>
          {t('limits.add')}
        </Button>
      }
    >
      <Limits
        grants={data.grants}
        limits={byScope(data.items.filter(isSet))}
        onEdit={setEditing}
        onRemove={setRemoving}
      />
      <LimitDialog
        limit={editing}
        limits={data.items}
        onClose={() => setEditing(undefined)}
        onSaved={reload}
      />
      <RemoveDialog
        grants={data.grants}
        limit={removing}
        onClose={() => setRemoving(undefined)}
        onDone={reload}
      />
    </Card>
  );
}

/** A default that was taken away is kept without numbers. */
const isSet = (limit: ScopedLimit): boolean => LIMIT_NUMBERS.some((name) => limit[name] !== undefined);

type Grants = ReadonlyMap<string, MadeGrantView>;

interface LimitsProps {
  grants: Grants;
  limits: readonly ScopedLimit[];
  onEdit(limit: ScopedLimit): void;
  onRemove(limit: ScopedLimit): void;
}

function Limits({ grants, limits, onEdit, onRemove }: LimitsProps) {
  const { t } = useTranslation('access');
  const scopeText = useScopeText(grants);
  const limitText = useLimitText();
  const usedText = useUsedText();
  const { more, shown } = useMore(limits);
  if (limits.length === 0) return <p className={styles['soft']}>{t('limits.none')}</p>;
  return (
    <>
      <List label={t('limits.title')}>
        {shown.map((limit) => {
          const name = scopeText(limit.scope);
          return (
            <ListRow
              key={scopeName(limit.scope)}
              title={<bdi>{name}</bdi>}
              sub={[limitText(limit), usedText(limit)].filter(Boolean).join(' · ')}
              actions={
                <>
                  <Button
                    size="small"
                    icon={Pencil}
                    aria-label={`${t('limits.change')}: ${name}`}
                    onPress={() => onEdit(limit)}
                  >
                    {t('limits.change')}
                  </Button>
                  <Button
                    size="small"
                    look="quiet"
                    icon={Trash2}
                    aria-label={`${t('limits.remove')}: ${name}`}
                    onPress={() => onRemove(limit)}
                  >
                    {t('limits.remove')}
                  </Button>
                </>
              }
            />
          );
        })}
      </List>
      {more}
    </>
  );
}

/** How much of a limit is used now; empty while nothing is. */
function useUsedText(): (limit: ScopedLimit) => string {
  const { t } = useTranslation('access');
  const format = useFormats();
  const { value } = useStream((node, options) => node['relay.load']({}, options));
  const used = new Map(value?.limits.map((one) => [scopeName(one.scope), one.used]));
  return ({ scope }) => {
    const share = used.get(scopeName(scope)) ?? 0;
    return share > 0 ? t('limits.used', { share: format.percent(share) }) : '';
  };
}

/** Whom or what a limit is about. */
function useScopeText(grants: Grants): (scope: LimitScope) => string {
  const { t } = useTranslation('access');
  const nameOf = useProviderNames();
  return (scope) => {
    switch (scope.kind) {
      case 'all':
      case 'each':
        return t(`scope.${scope.kind}`);
      case 'provider':
        return nameOf(scope.provider);
      case 'server':
        return t('scope.server', { server: scope.server });
      case 'tool':
        return t('scope.tool', { server: scope.server, tool: scope.tool });
      case 'grant': {
        const grant = grants.get(scope.grant);
        return grant
          ? t('scope.grant', { name: nameOf(grant.to, grant.toName), server: grant.server })
          : t('scope.goneGrant');
      }
    }
  };
}

function useLimitText(): (limit: ScopedLimit) => string {
  const { t } = useTranslation('access');
  const format = useFormats();
  return (limit) =>
    format.list(
      LIMIT_NUMBERS.flatMap((name) => {
        const count = limit[name];
        return count === undefined ? [] : [t(`limit.${name}`, { count })];
      }),
    );
}

interface RemoveDialogProps {
  grants: Grants;
  limit: ScopedLimit | undefined;
  onClose(): void;
  onDone(): void;
}

function RemoveDialog({ grants, limit, onClose, onDone }: RemoveDialogProps) {
  const { t } = useTranslation('access');
  const node = useNode();
  const toasts = useToasts();
  const scopeText = useScopeText(grants);
  if (!limit) return null;
  const { scope } = limit;
  const name = scopeText(scope);
  return (
    <ConfirmDialog
      isOpen
      title={t('limits.removeTitle', { name })}
      confirmLabel={t('limits.remove')}
      onClose={onClose}
      onConfirm={async () => {
        await node['access.setLimit']({ scope });
        toasts.say(t('limits.removed', { name }));
        onDone();
      }}
    >
      <p>{t(scope.kind === 'each' ? 'limits.removeEach' : 'limits.removeWords')}</p>
    </ConfirmDialog>
  );
}
