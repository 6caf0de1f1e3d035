import { useEffect, useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { PackageReview } from '#shared/features/packages/views.ts';
import { useNode } from '../../../platform/node-link.ts';
import type { Command } from '../../../platform/use-command.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { Checkbox } from '../../../ui/fields.tsx';
import { Card } from '../../../ui/page.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { addressOfPackage } from '../address.ts';
import styles from '../packages.module.css';
import { type Consents, consentsFor, hindranceOf, visible } from '../rules.ts';
import { draftsOf, type ReadSettings, readDrafts } from '../settings.ts';
import { useNodeTask } from '../use-packages.ts';
import { SettingsFields, type SettingsForm } from './settings-fields.tsx';
import { TransferOf } from './transfers.tsx';

/** The settings, what must be agreed to by itself, and the yes. */
export function InstallCard({ review }: { review: PackageReview }) {
  const { t } = useTranslation('packages');
  const [consents, setConsents] = useState<Consents>({ stale: false, fetchedCode: false });
  const install = useInstall(review, consents);
  const { control, handleSubmit } = useForm<SettingsForm>({
    defaultValues: { given: draftsOf(review.settings, review.values) },
    mode: 'onTouched',
  });
  const asks = Object.keys(review.settings).length > 0;
  const submit = handleSubmit(({ given }) => install.run(readDrafts(review.settings, given)));
  return (
    <Card
      title={t(asks ? 'install.titleSettings' : 'install.title')}
      lead={t(review.installed ? 'install.leadUpdate' : 'install.lead')}
    >
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        <SettingsFields control={control} settings={review.settings} secretsSet={review.secretsSet} />
        <ConsentFields review={review} given={consents} onChange={setConsents} />
        {install.pending && <TransferOf id={review.id} version={review.version} />}
        <FaultNote fault={install.fault} />
        <Confirm review={review} consents={consents} install={install} />
      </form>
    </Card>
  );
}

type Install = Command<[ReadSettings], void>;

function useInstall(review: PackageReview, consents: Consents): Install {
  const { t } = useTranslation('packages');
  const node = useNode();
  const toasts = useToasts();
  const [, go] = useLocation();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => void (here.current = false);
  }, []);
  return useNodeTask(async (signal, given: ReadSettings) => {
    const { title, version } = await node['packages.install'](
      {
        release: review.release,
        ...given,
        acceptStale: consents.stale,
        acceptFetchedCode: consents.fetchedCode,
      },
      { signal },
    );
    toasts.say(t('install.done', { name: visible(title), version }));
    // Whoever went elsewhere meanwhile is not taken away from there.
    if (here.current) go(addressOfPackage(review.id));
  });
}

interface ConsentFieldsProps {
  review: PackageReview;
  given: Consents;
  onChange(given: Consents): void;
}

function ConsentFields({ given, onChange, review: { warnings } }: ConsentFieldsProps) {
  const { t } = useTranslation('packages');
  const wanted = consentsFor(warnings);
  return (
    <>
      {wanted.stale && (
        <Checkbox
          selected={given.stale}
          onChange={(stale) => onChange({ ...given, stale })}
          description={t('consent.staleHelp')}
        >
          {t('consent.stale')}
        </Checkbox>
      )}
      {wanted.fetchedCode && (
        <Checkbox
          selected={given.fetchedCode}
          onChange={(fetchedCode) => onChange({ ...given, fetchedCode })}
          description={t('consent.fetchedCodeHelp')}
        >
          {t('consent.fetchedCode')}
        </Checkbox>
      )}
    </>
  );
}

interface ConfirmProps {
  review: PackageReview;
  consents: Consents;
  install: Install;
}

function Confirm({ consents, install, review }: ConfirmProps) {
  const { t } = useTranslation(['packages', 'common']);
  const hindrance = hindranceOf(review, consents);
  const { installed, version } = review;
  return (
    <div className={styles['confirm']}>
      <p role="status" id="install-hindrance">
        {hindrance && t(`hindrance.${hindrance}`)}
      </p>
      <div className="form-actions">
        {install.pending && <Button onPress={install.cancel}>{t('common:stop')}</Button>}
        <Button
          type="submit"
          look="primary"
          command={install}
          isDisabled={hindrance !== undefined}
          {...(hindrance ? { 'aria-describedby': 'install-hindrance' } : {})}
        >
          {installed ? t('install.update', { version }) : t('install.confirm')}
        </Button>
      </div>
    </div>
  );
}
