import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Command } from '../platform/use-command.ts';
import { Button } from './button.tsx';
import { FaultNote } from './fault-note.tsx';

export interface DialogFormProps {
  /** What is done when the form is sent; its fault stands above the buttons. */
  command: Pick<Command<[], unknown>, 'run' | 'cancel' | 'pending' | 'fault' | 'refusal'>;
  /** What the button that sends it says. */
  submit: string;
  onCancel(): void;
  /** Whether enough is filled in. */
  ready?: boolean;
  /** Can be called off once it is under way: for what takes long. */
  stoppable?: boolean;
  children: ReactNode;
}

/** The inside of a dialog that asks for something: fields, what went wrong, and the two ways out. */
export function DialogForm(props: DialogFormProps) {
  const { command, submit, onCancel, ready = true, stoppable = false, children } = props;
  const { t } = useTranslation('common');
  const stops = stoppable && command.pending;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void command.run();
      }}
    >
      {children}
      <FaultNote fault={command.fault} />
      <div className="form-actions">
        <Button onPress={stops ? command.cancel : onCancel}>{t(stops ? 'stop' : 'cancel')}</Button>
        <Button type="submit" look="primary" command={command} isDisabled={!ready}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
