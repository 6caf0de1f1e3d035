import { Redirect, Route, Switch } from 'wouter';
import { ActivityPage } from '../features/activity/index.ts';
import { CatalogPage } from '../features/catalog/index.ts';
import { HomePage } from '../features/home/index.ts';
import { ServersPage } from '../features/servers/index.ts';
import { SettingsPage } from '../features/settings/index.ts';

/** Which page an address shows. An address that is none leads home. */
export function Pages() {
  return (
    <Switch>
      <Route path="/">
        <HomePage />
      </Route>
      <Route path="/servers/:name?">{({ name }) => <ServersPage name={name} />}</Route>
      <Route path="/catalog/:id?">{({ id }) => <CatalogPage id={id} />}</Route>
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
  );
}
