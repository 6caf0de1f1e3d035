import { useTranslation } from 'react-i18next';
import { CopyField } from '../../../ui/copy.tsx';
import { Card, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { useNodeStatus } from '../../node/index.ts';
import { byReach, reachOf } from '#shared/features/p2p/addresses.ts';

/** Addresses to give to a peer, the farthest-reaching first. */
export function AddressesCard() {
  const { t } = useTranslation('home');
  const addresses = useNodeStatus()?.addresses;
  return (
    <Card title={t('addresses.title')} lead={t('addresses.lead')}>
      {!addresses ? (
        <Loading label={t('addresses.reading')} />
      ) : addresses.length === 0 ? (
        <p>{t('addresses.none')}</p>
      ) : (
        <Stack>
          {byReach(addresses).map((address, index) => (
            <CopyField
              key={address}
              value={address}
              label={
                reachOf(address) === 'machine'
                  ? t('addresses.loopback')
                  : t('addresses.address', { number: index + 1 })
              }
            />
          ))}
        </Stack>
      )}
    </Card>
  );
}
