import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { AccessPage } from '../features/access/index.ts';
import { ActivityPage } from '../features/activity/index.ts';
import { CatalogPage } from '../features/catalog/index.ts';
import { ClientsPage } from '../features/clients/index.ts';
import { DiscoverPage } from '../features/discover/index.ts';
import { UsagePage } from '../features/metrics/index.ts';
import { HomePage } from '../features/home/index.ts';
import { NetworkPage } from '../features/network/index.ts';
import { PackagesPage } from '../features/packages/index.ts';
import { ServersPage } from '../features/servers/index.ts';
import { SettingsPage } from '../features/settings/index.ts';
import { WelcomePage } from '../features/welcome/index.ts';
import { decoded } from '../platform/decoded.ts';
import { Loading } from '../ui/progress.tsx';
import { placeOf } from './places.ts';

/** Which page an address shows. An address that is none leads home. */
export function Pages() {
  const { t } = useTranslation('frame');
  const [path] = useLocation();
  // A page of its own for each place: while the next one arrives, the last one is gone with all it had set going.
  return (
    <Suspense key={placeOf(path)} fallback={<Loading label={t('opening')} />}>
      <Switch>
        <Route path="/">
          <HomePage />
        </Route>
        <Route path="/servers/:name?">{({ name }) => <ServersPage name={name} />}</Route>
        <Route path="/catalog/:view?/:tool?">
          {({ tool, view }) => <CatalogPage view={view} tool={decoded(tool)} />}
        </Route>
        <Route path="/discover/:name?">{({ name }) => <DiscoverPage name={decoded(name)} />}</Route>
        <Route path="/packages/:view?/:id?">
          {({ id, view }) => <PackagesPage view={decoded(view)} id={decoded(id)} />}
        </Route>
        <Route path="/clients/:name?">{() => <ClientsPage />}</Route>
        <Route path="/network/:view?/:id?">
          {({ view, id }) => <NetworkPage view={view} id={decoded(id)} />}
        </Route>
        <Route path="/access/:view?/:id?">
          {({ view, id }) => <AccessPage view={view} id={decoded(id)} />}
        </Route>
        <Route path="/welcome">
          <WelcomePage />
        </Route>
        <Route path="/activity/:view?/:call?">
          {({ view, call }) => <ActivityPage view={view} call={call} />}
        </Route>
        <Route path="/usage/:view?">{({ view }) => <UsagePage view={view} />}</Route>
        <Route path="/settings/:part?">{({ part }) => <SettingsPage part={part} />}</Route>
        <Route>
          <Redirect to="/" />
        </Route>
      </Switch>
    </Suspense>
  );
}
