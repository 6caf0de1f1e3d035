import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../platform/formats.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyField } from '../../../ui/copy.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox, Select, TextField } from '../../../ui/fields.tsx';
import { Note } from '../../../ui/note.tsx';
import { networkChanged, useNetwork } from '../store.ts';
import styles from './invite.module.css';
import { useNetworkName } from './network-name.tsx';

const QrCode = lazy(async () => ({ default: (await import('../../../ui/qr-code.tsx')).QrCode }));

const HOUR_MS = 3_600_000;
const terms = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const;
type Term = keyof typeof terms;
const termNames = ['hour', 'day', 'week', 'month'] as const satisfies readonly Term[];

/** Longer texts make pictures that cameras cannot read from a screen. */
const MAX_QR_TEXT = 1300;

interface Written {
  link: string;
  short: string;
  code: string;
  expiresAt: number;
  reach: 'machine' | 'lan' | 'internet';
  network?: string | undefined;
}

export interface InviteDialogProps {
  isOpen: boolean;
  /** Into which network, where that is decided. */
  network?: string | undefined;
  onClose(): void;
}

export function InviteDialog({ isOpen, network, onClose }: InviteDialogProps) {
  const { t } = useTranslation('network');
  const [written, setWritten] = useState<Written>();
  const close = () => {
    setWritten(undefined);
    onClose();
  };
  return (
    <Dialog wide title={t('invite.title')} isOpen={isOpen} onClose={close}>
      {written ? (
        <Result written={written} onClose={close} />
      ) : (
        <InviteForm network={network} onWritten={setWritten} onClose={close} />
      )}
    </Dialog>
  );
}

interface InviteFormProps {
  network: string | undefined;
  onWritten(written: Written): void;
  onClose(): void;
}

function InviteForm({ network: given, onWritten, onClose }: InviteFormProps) {
  const { t } = useTranslation(['network', 'common']);
  const node = useNode();
  const nameOf = useNetworkName();
  const running = (useNetwork().data?.networks ?? []).filter(({ state }) => state === 'running');
  const [chosen, setChosen] = useState<string>();
  const network = chosen ?? running.find(({ id }) => id === given)?.id ?? running[0]?.id;
  const [term, setTerm] = useState<Term>('week');
  const [pin, setPin] = useState(true);
  const [note, setNote] = useState('');
  const invite = useCommand(async (signal) => {
    const expiresInMs = terms[term];
    const words = note.trim();
    onWritten(
      await node['network.invite'](
        { expiresInMs, pin, ...(words ? { note: words } : {}), ...(network ? { network } : {}) },
        { signal },
      ),
    );
    networkChanged();
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void invite.run();
      }}
    >
      <p>{t('invite.words')}</p>
      {running.length > 1 && network && (
        <Select
          label={t('invite.network')}
          value={network}
          onChange={setChosen}
          options={running.map((one) => ({ value: one.id, label: nameOf(one) }))}
        />
      )}
      <Select<Term>
        label={t('invite.expires')}
        value={term}
        onChange={setTerm}
        options={termNames.map((value) => ({ value, label: t(`invite.${value}`) }))}
      />
      <Checkbox selected={pin} onChange={setPin} description={t('invite.pinHelp')}>
        {t('invite.pin')}
      </Checkbox>
      {pin && <TextField label={t('invite.note')} value={note} onChange={setNote} />}
      <FaultNote fault={invite.fault} />
      <div className="form-actions">
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" look="primary" command={invite}>
          {t('invite.confirm')}
        </Button>
      </div>
    </form>
  );
}

function Result({ written, onClose }: { written: Written; onClose(): void }) {
  const { t } = useTranslation('network');
  const format = useFormats();
  const { code, expiresAt, link, network, reach, short } = written;
  return (
    <div className="form">
      {reach === 'machine' && <Note tone="warn">{t('invite.reachMachine')}</Note>}
      {reach === 'lan' && <Note>{t('invite.reachLan')}</Note>}
      {network !== undefined && <Note tone="warn">{t('invite.secretNetwork', { name: network })}</Note>}
      <div className={styles['result']}>
        <div className={styles['fields']}>
          <CopyField label={t('invite.link')} value={link} />
          <CopyField label={t('invite.code')} value={code} />
          <p>{t('invite.once', { when: format.dateTime(expiresAt) })}</p>
        </div>
        {short.length <= MAX_QR_TEXT && (
          <Suspense>
            <QrCode text={short} label={t('invite.picture')} />
          </Suspense>
        )}
      </div>
      <div className="form-actions">
        <Button look="primary" onPress={onClose}>
          {t('invite.done')}
        </Button>
      </div>
    </div>
  );
}
