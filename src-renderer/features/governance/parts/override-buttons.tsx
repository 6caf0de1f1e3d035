import { Ban, Power, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Override } from '#shared/features/governance/contract.ts';
import { useNode } from '../../../platform/node-link.ts';
import { useCommand } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Inline } from '../../../ui/page.tsx';

export interface OverrideButtonsProps {
  feature: string;
  override: Override | undefined;
  /** A decision is due and waits for the operator. */
  waits?: boolean;
  /** Whether it may be used before it was decided. */
  forcible?: boolean;
}

/** The operator's last word about a feature on his own node. Each choice is explained before it is made. */
export function OverrideButtons({ feature, override, waits = false, forcible = true }: OverrideButtonsProps) {
  const { t } = useTranslation('governance');
  const node = useNode();
  const [asking, setAsking] = useState<Override>();
  const choose = async (choice: Override | null) =>
    void (await node['governance.override']({ feature, choice }));
  const leave = useCommand(() => choose(null));
  const ask = asking ?? 'never';
  return (
    <>
      <Inline>
        {override !== undefined && (
          <Button size="small" icon={Undo2} command={leave} onPress={() => void leave.run()}>
            {t('override.leave')}
            <span className="visually-hidden"> {feature}</span>
          </Button>
        )}
        {override !== 'always' && forcible && (
          <Button
            size="small"
            icon={Power}
            look={waits ? 'primary' : 'secondary'}
            onPress={() => setAsking('always')}
          >
            {waits ? t('override.switchOn') : t('override.always')}
            <span className="visually-hidden"> {feature}</span>
          </Button>
        )}
        {override !== 'never' && (
          <Button size="small" icon={Ban} onPress={() => setAsking('never')}>
            {t('override.never')}
            <span className="visually-hidden"> {feature}</span>
          </Button>
        )}
      </Inline>
      <FaultNote fault={leave.fault} />
      <ConfirmDialog
        title={t(`override.title.${ask}`, { feature })}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        confirmLabel={t(`override.confirm.${ask}`)}
        danger={ask === 'never'}
        onConfirm={() => choose(ask)}
      >
        <p>{t(waits && ask === 'always' ? 'override.words.due' : `override.words.${ask}`)}</p>
      </ConfirmDialog>
    </>
  );
}
