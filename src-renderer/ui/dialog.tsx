import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../platform/use-command.ts';
import { Button, IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { FaultNote } from './fault-note.tsx';
import styles from './dialog.module.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose(): void;
  children: ReactNode;
  /** Buttons; they stay in view when the content scrolls. */
  footer?: ReactNode;
  wide?: boolean;
  /** A question that wants an answer: it does not close when the page behind is pressed. */
  alert?: boolean;
}

export function Dialog({ title, isOpen, onClose, children, footer, wide, alert }: DialogProps) {
  const { t } = useTranslation('common');
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!alert}
    >
      <Modal className={classes(styles['modal'], wide && styles['wide'])}>
        <AriaDialog className={styles['dialog'] ?? ''} role={alert ? 'alertdialog' : 'dialog'}>
          <header className={styles['head']}>
            <Heading slot="title" className={styles['title'] ?? ''}>
              {title}
            </Heading>
            <IconButton icon={X} label={t('close')} onPress={onClose} />
          </header>
          <div className={styles['body']}>{children}</div>
          {footer && <footer className={styles['foot']}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmDialogProps {
  title: string;
  isOpen: boolean;
  onClose(): void;
  children: ReactNode;
  confirmLabel: string;
  /** Closes when it has succeeded; stays with the fault when not. */
  onConfirm(): Promise<unknown>;
  danger?: boolean;
}

/** Asks before something that cannot be taken back lightly. The safe answer has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, isOpen, onClose, children, confirmLabel, onConfirm, danger = true } = props;
  const { t } = useTranslation('common');
  const command = useCommand(async () => {
    await onConfirm();
    onClose();
  });
  const close = () => {
    command.clear();
    onClose();
  };
  return (
    <Dialog
      alert
      title={title}
      isOpen={isOpen}
      onClose={close}
      footer={
        <>
          <Button autoFocus onPress={close}>
            {t('cancel')}
          </Button>
          <Button look={danger ? 'danger' : 'primary'} command={command} onPress={() => void command.run()}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
      <FaultNote fault={command.fault} />
    </Dialog>
  );
}
