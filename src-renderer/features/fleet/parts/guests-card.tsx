import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fleet, FleetGuest } from '#shared/features/fleet/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { TextField } from '../../../ui/fields.tsx';
import { Card, Inline } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { nameOfNode } from '../rules.ts';
import { Digits } from './digits.tsx';
import { PassphraseField } from './passphrase-field.tsx';

/** Machines that wait for a yes: first of all that is on the page. */
export function GuestsCard({ fleet: { guests, passphraseProtected } }: { fleet: Fleet }) {
  return guests.map((guest) => <GuestCard key={guest.id} guest={guest} locked={passphraseProtected} />);
}

function GuestCard({ guest, locked }: { guest: FleetGuest; locked: boolean }) {
  const { t } = useTranslation('fleet');
  const node = useNode();
  const toasts = useToasts();
  const [name, setName] = useState(guest.label);
  const [passphrase, setPassphrase] = useState('');
  const answer = useCommand(async (signal, accept: boolean) => {
    const label = name.trim();
    const signed = { ...(label ? { label } : {}), ...(locked ? { passphrase } : {}) };
    await node['fleet.answer']({ id: guest.id, accept, ...(accept ? signed : {}) }, { signal });
    toasts.say(t(accept ? 'guest.accepted' : 'guest.declined', { name: label || nameOfNode(guest) }));
  });
  return (
    <Card title={t('guest.title', { name: nameOfNode(guest) })} lead={t('guest.lead')}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void answer.run(true);
        }}
      >
        <Digits label={t('digits')} digits={guest.digits} />
        <TextField label={t('name')} value={name} onChange={setName} />
        {locked && <PassphraseField value={passphrase} onChange={setPassphrase} />}
        <FaultNote fault={answer.fault} />
        <Inline>
          <Button type="submit" look="primary" command={answer}>
            {t('guest.accept')}
          </Button>
          <Button isDisabled={answer.pending} onPress={() => void answer.run(false)}>
            {t('guest.decline')}
          </Button>
        </Inline>
      </form>
    </Card>
  );
}
