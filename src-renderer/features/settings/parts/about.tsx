import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CONTRACT_VERSION } from '#shared/contract.ts';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '#shared/features/servers/mcp.ts';
import { useFormats } from '../../../platform/formats.ts';
import { useQuery } from '../../../platform/use-query.ts';
import { Button } from '../../../ui/button.tsx';
import { FaultNote } from '../../../ui/fault-note.tsx';
import { SearchField } from '../../../ui/fields.tsx';
import { Card, Facts, Stack } from '../../../ui/page.tsx';
import { Loading } from '../../../ui/progress.tsx';
import { type Fault, faultOf } from '../../../platform/faults.ts';
import styles from '../settings.module.css';

export function About() {
  const { t } = useTranslation('settings');
  const { data, fault } = useQuery((node, signal) => node['node.status']({}, { signal }), []);
  return (
    <Stack>
      <Card title={t('group.about')} lead={t('about.lead')}>
        {data ? (
          <Facts
            items={[
              { label: t('about.version'), value: data.version },
              {
                label: t('about.mcp'),
                value: <span dir="ltr">{[...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ')}</span>,
              },
              { label: t('about.contract'), value: String(CONTRACT_VERSION) },
              { label: t('about.peerId'), value: <code dir="ltr">{data.peerId}</code> },
              { label: t('about.folder'), value: <code dir="ltr">{data.dataDir}</code> },
            ]}
          />
        ) : fault ? (
          <FaultNote fault={fault} />
        ) : (
          <Loading label={t('reading')} />
        )}
      </Card>
      <Licences />
    </Stack>
  );
}

interface Package {
  name: string;
  version: string;
  licence: string;
  homepage?: string;
  /** Place of its text among all. */
  text?: number;
}
interface Shipped {
  packages: Package[];
  texts: string[];
}

/** Written by the build from what really went into the bundles; read when somebody wants to see it. */
function Licences() {
  const { t } = useTranslation('settings');
  const [wanted, setWanted] = useState(false);
  const { shipped, fault } = useShipped(wanted);
  return (
    <Card title={t('licences.title')} lead={t('licences.lead')}>
      {!wanted ? (
        <div>
          <Button onPress={() => setWanted(true)}>{t('licences.show')}</Button>
        </div>
      ) : shipped ? (
        <PackageList shipped={shipped} />
      ) : fault ? (
        <FaultNote fault={fault} />
      ) : (
        <Loading label={t('reading')} />
      )}
    </Card>
  );
}

function PackageList({ shipped: { packages, texts } }: { shipped: Shipped }) {
  const { t } = useTranslation('settings');
  const format = useFormats();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = packages.filter(({ licence, name }) => `${name} ${licence}`.toLowerCase().includes(wanted));
  return (
    <Stack>
      <SearchField label={t('licences.search')} value={text} onChange={setText} />
      <p role="status">{t('licences.count', { count: found.length, number: format.number(found.length) })}</p>
      <ul className={styles['licences']}>
        {found.map((item) => (
          <li key={`${item.name}@${item.version}`}>
            <details>
              <summary>
                <span dir="ltr">
                  {item.name} {item.version}
                </span>
                <span dir="ltr" className={styles['soft']}>
                  {item.licence}
                </span>
              </summary>
              {item.homepage && item.homepage.startsWith('https:') && (
                <p>
                  <a href={item.homepage} target="_blank" rel="noopener noreferrer" dir="ltr">
                    {item.homepage}
                  </a>
                </p>
              )}
              {item.text !== undefined && (
                <pre dir="ltr" lang="en" tabIndex={0} role="group" aria-label={item.name}>
                  {texts[item.text]}
                </pre>
              )}
            </details>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function useShipped(wanted: boolean) {
  const [state, setState] = useState<{ shipped?: Shipped; fault?: Fault }>({});
  useEffect(() => {
    if (!wanted) return;
    const stop = new AbortController();
    fetch(new URL('licences.json', document.baseURI), { signal: stop.signal })
      .then((answer) => answer.json() as Promise<Shipped>)
      .then((shipped) => setState({ shipped }))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setState({ fault: faultOf(error) });
      });
    return () => stop.abort();
  }, [wanted]);
  return state;
}
