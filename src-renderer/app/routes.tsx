import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch } from 'wouter';
import { HomePage } from '../features/home/index.ts';
import { Loading } from '../ui/progress.tsx';

// Home is there at once; the other pages arrive when they are opened, so that the first one is drawn sooner.
const ServersPage = lazy(async () => ({
  default: (await import('../features/servers/page.tsx')).ServersPage,
}));
const CatalogPage = lazy(async () => ({
  default: (await import('../features/catalog/page.tsx')).CatalogPage,
}));
const ActivityPage = lazy(async () => ({
  default: (await import('../features/activity/index.ts')).ActivityPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import('../features/settings/index.ts')).SettingsPage,
}));

/** What stands encoded in an address; as it is where the encoding is broken. */
function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Which page an address shows. An address that is none leads home. */
export function Pages() {
  const { t } = useTranslation('frame');
  return (
    <Suspense fallback={<Loading label={t('opening')} />}>
      <Switch>
        <Route path="/">
          <HomePage />
        </Route>
        <Route path="/servers/:name?">{({ name }) => <ServersPage name={name} />}</Route>
        <Route path="/catalog/:id?">{({ id }) => <CatalogPage id={decoded(id)} />}</Route>
        <Route path="/activity">
          <ActivityPage />
        </Route>
        <Route path="/settings">
          <SettingsPage />
        </Route>
        <Route>
          <Redirect to="/" />
        </Route>
      </Switch>
    </Suspense>
  );
}
