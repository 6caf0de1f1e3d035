import { Suspense, useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { DeepLink, DeepLinkProblem } from '#shared/features/desktop/deep-links.ts';
import type { PendingLink } from '#shared/features/desktop/system.ts';
import { useDesktop } from '../../../platform/desktop.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Note } from '../../../ui/note.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { JoinNetwork } from '../../network/index.ts';
import { AddServerDialog, type ServerDraft } from '../../servers/index.ts';
import { draftOfCandidate, draftOfLink } from '../link-draft.ts';
import { useProgramStream } from '../use-program.ts';
import styles from './links.module.css';

/** Asks about the links that were opened outside, one after the other. Nothing follows from a link without a yes. */
export function DeepLinks() {
  const link = useDesktop();
  const pending = useProgramStream((program, options) => program['desktop.watchLinks']({}, options));
  const first = pending?.items[0];
  if (!first || !link) return null;
  const close = () => {
    link.program['desktop.closeLink']({ id: first.id }).catch((error: unknown) => {
      console.error('the link could not be closed', error);
    });
  };
  return (
    <Suspense>
      <LinkQuestion key={first.id} pending={first} onClose={close} />
    </Suspense>
  );
}

function LinkQuestion({
  pending: { id, link, problem },
  onClose,
}: {
  pending: PendingLink;
  onClose(): void;
}) {
  if (!link) return <RefusedLink problem={problem ?? 'unknown'} onClose={onClose} />;
  switch (link.kind) {
    case 'join':
      return <JoinQuestion code={link.code} onClose={onClose} />;
    case 'show':
      return <Shown path={link.path} onClose={onClose} />;
    case 'add':
      return <FilledForm draft={draftOfLink(link.server)} onClose={onClose} />;
    case 'describe':
    case 'fetch':
      return <DescriptionQuestion id={id} link={link} onClose={onClose} />;
  }
}

/** A page is shown at once: what can be done on it waits for the person there. */
function Shown({ onClose, path }: { path: string; onClose(): void }) {
  const [, go] = useLocation();
  const show = useEffectEvent(() => {
    go(path);
    onClose();
  });
  useEffect(() => show(), []);
  return null;
}

function RefusedLink({ problem, onClose }: { problem: DeepLinkProblem; onClose(): void }) {
  const { t } = useTranslation('desktop');
  return (
    <Dialog
      alert
      isOpen
      title={t('link.bad.title')}
      onClose={onClose}
      footer={
        <Button look="primary" autoFocus onPress={onClose}>
          {t('link.ok')}
        </Button>
      }
    >
      <p>{t(`link.problem.${problem}`)}</p>
      <p>{t('link.bad.advice')}</p>
    </Dialog>
  );
}

function JoinQuestion({ code, onClose }: { code: string; onClose(): void }) {
  const { t } = useTranslation('desktop');
  const toasts = useToasts();
  return (
    <Dialog alert wide isOpen title={t('link.join.title')} onClose={onClose}>
      <Note tone="warn">{t('link.join.words')}</Note>
      <JoinNetwork
        code={code}
        onCancel={onClose}
        onJoined={() => {
          toasts.say(t('link.join.done'));
          onClose();
        }}
      />
    </Dialog>
  );
}

/** A description is read, here or from its address, and becomes a filled-in form. */
function DescriptionQuestion({
  id,
  link,
  onClose,
}: {
  id: string;
  link: Extract<DeepLink, { kind: 'describe' | 'fetch' }>;
  onClose(): void;
}) {
  const { t } = useTranslation('desktop');
  const desktop = useDesktop();
  const node = useNode();
  const [draft, setDraft] = useState<ServerDraft>();
  const [useless, setUseless] = useState(false);
  const read = useCommand(async (signal) => {
    const text =
      link.kind === 'describe'
        ? link.text
        : (await desktop?.program['desktop.fetchLink']({ id }, { signal }))?.text;
    const { items } = await node['servers.previewImport'](
      { text: text ?? '', format: 'server.json' },
      { signal },
    );
    const found = items[0] && draftOfCandidate(items[0]);
    if (found) setDraft(found);
    else setUseless(true);
  });
  if (draft) return <FilledForm draft={draft} onClose={onClose} />;
  if (useless) return <RefusedLink problem="bad_server" onClose={onClose} />;
  return (
    <Dialog
      alert
      isOpen
      title={t('link.fetch.title')}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            {t('link.close')}
          </Button>
          <Button look="primary" command={read} onPress={() => void read.run()}>
            {t('link.fetch.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('link.fetch.words')}</p>
      {link.kind === 'fetch' && (
        <code dir="ltr" className={styles['address']}>
          {link.url}
        </code>
      )}
      <FaultNote fault={read.fault} />
    </Dialog>
  );
}

function FilledForm({ draft, onClose }: { draft: ServerDraft; onClose(): void }) {
  const { t } = useTranslation('desktop');
  const [, go] = useLocation();
  return (
    <AddServerDialog
      isOpen
      initial={draft}
      onClose={onClose}
      onAdded={(name) => {
        onClose();
        go(`/servers/${name}`);
      }}
    >
      <Note tone="warn">{t('link.add.words')}</Note>
    </AddServerDialog>
  );
}
