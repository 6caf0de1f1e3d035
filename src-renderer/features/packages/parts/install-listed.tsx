import { PackagePlus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button.tsx';
import { bringable } from '../listed.ts';
import { ListedDialog } from './listed-dialog.tsx';

/** @param serverJson as its registry has it */
export function InstallListed({ serverJson }: { serverJson: string }) {
  const { t } = useTranslation('packages');
  const [isOpen, setOpen] = useState(false);
  const described = useMemo(() => bringable(serverJson), [serverJson]);
  if (!described) return null;
  return (
    <>
      <p>{t('listed.words')}</p>
      <div>
        <Button icon={PackagePlus} onPress={() => setOpen(true)}>
          {t('listed.open')}
        </Button>
      </div>
      <ListedDialog isOpen={isOpen} described={described} onClose={() => setOpen(false)} />
    </>
  );
}
