/** Reads an invitation from a picture of a QR code: a file, one that is dropped, or one from the clipboard. */
import { ScanQrCode } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { DropZone, FileTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import styles from './invite.module.css';
import { textInPicture } from './qr-text.ts';

export function ReadPicture({ onText }: { onText(text: string): void }) {
  const { t } = useTranslation('network');
  const [nothing, setNothing] = useState(false);
  const reading = useCommand(async (_signal, picture: Blob) => {
    const text = await textInPicture(picture);
    setNothing(text === undefined);
    if (text !== undefined) onText(text);
  });
  const read = useEffectEvent((picture: Blob | undefined) => picture && void reading.run(picture));
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (picture) event.preventDefault();
      read(picture);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
  return (
    <DropZone
      aria-label={t('picture.drop')}
      className={styles['drop'] ?? ''}
      getDropOperation={(types) => ([...PICTURES].some((type) => types.has(type)) ? 'copy' : 'cancel')}
      onDrop={({ items }) => {
        const item = items.find((one) => one.kind === 'file');
        if (item) void item.getFile().then((file) => reading.run(file));
      }}
    >
      <FileTrigger
        acceptedFileTypes={PICTURES}
        onSelect={(files) => {
          const file = files?.[0];
          if (file) void reading.run(file);
        }}
      >
        <Button icon={ScanQrCode} command={reading}>
          {t('picture.read')}
        </Button>
      </FileTrigger>
      <span className={styles['hint']}>{t('picture.hint')}</span>
      {(nothing || reading.fault) && (
        <span role="alert" className={styles['nothing']}>
          {t('picture.nothing')}
        </span>
      )}
    </DropZone>
  );
}

const PICTURES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
