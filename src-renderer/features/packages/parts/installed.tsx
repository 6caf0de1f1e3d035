import { ArrowUpCircle, PackageOpen, Search, ShieldCheck, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { InstalledPackage } from '#shared/features/packages/views.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { List, ListRow } from '../../../ui/list.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Inline, Stack } from '../../../ui/page.tsx';
import { Prose } from '../../../ui/prose.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage, addressOfReview, addressOfTab } from '../address.ts';
import styles from '../packages.module.css';
import { visible } from '../rules.ts';
import { useNodeTask } from '../use-packages.ts';
import { InARow } from './in-a-row.tsx';
import { usePublisherName } from './publisher-name.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';

type Asked = { what: 'rollback' | 'remove'; item: InstalledPackage };

/** What is installed here. */
export function Installed({ items }: { items: readonly InstalledPackage[] }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  if (items.length === 0)
    return (
      <EmptyState
        picture="servers"
        title={t('installed.empty.title')}
        action={
          <Button look="primary" icon={Search} onPress={() => go(addressOfTab('discover'))}>
            {t('installed.empty.find')}
          </Button>
        }
      >
        {t('installed.empty.words')}
      </EmptyState>
    );
  return (
    <Stack>
      <List label={t('tab.installed')}>
        {items.map((item) => (
          <InstalledRow key={item.id} item={item} onAsk={setAsked} />
        ))}
      </List>
      <Verify />
      <RollbackDialog item={asked?.what === 'rollback' ? asked.item : undefined} onClose={close} />
      <RemoveDialog item={asked?.what === 'remove' ? asked.item : undefined} onClose={close} />
    </Stack>
  );
}

function InstalledRow({ item, onAsk }: { item: InstalledPackage; onAsk(asked: Asked): void }) {
  const { t } = useTranslation('packages');
  const [, go] = useLocation();
  const { update } = item;
  const title = visible(item.title);
  const actions = [
    { id: 'open', label: t('act.open'), icon: PackageOpen, run: () => go(addressOfPackage(item.id)) },
    ...(update
      ? [
          {
            id: 'update',
            label: t('act.update', { version: update.version }),
            icon: ArrowUpCircle,
            run: () => go(addressOfReview(update.release)),
          },
        ]
      : []),
    ...(item.generation > 1
      ? [
          {
            id: 'rollback',
            label: t('act.rollback'),
            icon: Undo2,
            run: () => onAsk({ what: 'rollback', item }),
          },
        ]
      : []),
    {
      id: 'remove',
      label: t('act.remove'),
      icon: Trash2,
      danger: true,
      run: () => onAsk({ what: 'remove', item }),
    },
  ];
  return (
    <ListRow
      title={
        <Link href={addressOfPackage(item.id)}>
          <bdi>{title}</bdi>
        </Link>
      }
      sub={<Words item={item} />}
      states={<States item={item} />}
      actions={
        <>
          <Link className={styles['server']} href={`/servers/${item.server}`}>
            {t('act.server')}
            <span className="visually-hidden"> {item.server}</span>
          </Link>
          <Menu label={t('act.more', { name: title })} actions={actions} />
        </>
      }
    />
  );
}

function Words({ item }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const nameOf = usePublisherName();
  const { message, advice } = item.problem ?? {};
  const facts = [
    item.foreign ? t('byNobody') : t('by', { name: nameOf(item.publisher) }),
    t('version', { version: item.version }),
    t('runsAs', { server: item.server }),
    format.bytes(item.size),
  ];
  return (
    <>
      <span className={styles['line']}>
        <InARow facts={facts} />
      </span>
      {message !== undefined && (
        <span className={styles['line']}>
          <bdi>
            <Prose>{`${message} ${advice ?? ''}`}</Prose>
          </bdi>
        </span>
      )}
    </>
  );
}

function States({ item: { foreign, pins, problem, update } }: { item: InstalledPackage }) {
  const { t } = useTranslation('packages');
  return (
    <>
      {problem && <Badge tone="bad">{t('state.problem')}</Badge>}
      {update && <Badge tone="info">{t('state.update', { version: update.version })}</Badge>}
      {pins.length > 0 && <Badge tone="idle">{t('state.pins', { count: pins.length })}</Badge>}
      {foreign && <Badge tone="warn">{t('state.foreign')}</Badge>}
    </>
  );
}

/** Reads everything that is kept again, and mends what was damaged. */
function Verify() {
  const { t } = useTranslation('packages');
  const format = useFormats();
  const node = useNode();
  const toasts = useToasts();
  const verify = useNodeTask(async (signal) => {
    const { checked, damaged, mended } = await node['packages.verify']({}, { signal });
    if (damaged.length > 0) toasts.warn(t('verify.damaged', { names: format.list(damaged) }));
    else
      toasts.say(mended > 0 ? t('verify.mended', { count: mended }) : t('verify.good', { count: checked }));
  });
  return (
    <div>
      <Inline>
        <Button icon={ShieldCheck} command={verify} onPress={() => void verify.run()}>
          {t('verify.open')}
        </Button>
        <span className={styles['soft']}>{t('verify.words')}</span>
      </Inline>
      <FaultNote fault={verify.fault} />
    </div>
  );
}
