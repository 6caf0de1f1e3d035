/** Everything the pages stand on, built once at the start and closed together. */
import type { ReactNode } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import { I18nProvider } from 'react-aria-components';
import { I18nextProvider } from 'react-i18next';
import { CatalogProvider, createCatalogFeature } from '../features/catalog/index.ts';
import { createIdentityFeature, IdentityProvider } from '../features/identity/index.ts';
import { createNodeFeature, NodeProvider } from '../features/node/index.ts';
import { createPeersFeature, PeersProvider } from '../features/peers/index.ts';
import { createServersFeature, ServersProvider } from '../features/servers/index.ts';
import { createTasksFeature, TasksProvider } from '../features/tasks/index.ts';
import type { Translator } from '../platform/i18n.ts';
import { OperatorProvider } from '../platform/operator.ts';
import { useQuery } from '../platform/use-query.ts';
import { type NodeLink, NodeLinkProvider } from '../platform/node-link.ts';
import { type Preferences, PreferencesProvider, usePreferences } from '../platform/preferences.ts';
import { createWindowTasks, WindowTasksProvider } from '../platform/window-tasks.ts';
import { createToasts, ToastProvider } from '../ui/toasts.tsx';

export interface Services {
  link: NodeLink;
  translator: Translator;
  preferences: StoreApi<Preferences>;
  toasts: ReturnType<typeof createToasts>;
  windowTasks: ReturnType<typeof createWindowTasks>;
  tasks: ReturnType<typeof createTasksFeature>;
  node: ReturnType<typeof createNodeFeature>;
  identity: ReturnType<typeof createIdentityFeature>;
  peers: ReturnType<typeof createPeersFeature>;
  servers: ReturnType<typeof createServersFeature>;
  catalog: ReturnType<typeof createCatalogFeature>;
}

export const createServices = (
  link: NodeLink,
  translator: Translator,
  preferences: StoreApi<Preferences>,
): Services => ({
  link,
  translator,
  preferences,
  toasts: createToasts(),
  windowTasks: createWindowTasks(link.clock),
  tasks: createTasksFeature(link),
  node: createNodeFeature(link),
  identity: createIdentityFeature(link),
  peers: createPeersFeature(link),
  servers: createServersFeature(link),
  catalog: createCatalogFeature(link),
});

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return (
    <PreferencesProvider value={services.preferences}>
      <Languages translator={services.translator}>
        <NodeLinkProvider value={services.link}>
          <ToastProvider value={services.toasts}>
            <WindowTasksProvider value={services.windowTasks}>
              <TasksProvider value={services.tasks.store}>
                <NodeProvider node={services.node}>
                  <IdentityProvider value={services.identity.store}>
                    <PeersProvider value={services.peers.store}>
                      <ServersProvider value={services.servers.store}>
                        <CatalogProvider value={services.catalog.store}>
                          <Operating>{children}</Operating>
                        </CatalogProvider>
                      </ServersProvider>
                    </PeersProvider>
                  </IdentityProvider>
                </NodeProvider>
              </TasksProvider>
            </WindowTasksProvider>
          </ToastProvider>
        </NodeLinkProvider>
      </Languages>
    </PreferencesProvider>
  );
}

/** Asked again with every connection: another link may have signed this browser in with another role. */
function Operating({ children }: { children: ReactNode }) {
  const { data } = useQuery((node, signal) => node['operators.me']({}, { signal }), []);
  return <OperatorProvider value={data}>{children}</OperatorProvider>;
}

function Languages({ translator, children }: { translator: Translator; children: ReactNode }) {
  const language = usePreferences((state) => state.language);
  return (
    <I18nextProvider i18n={translator.i18n}>
      <I18nProvider locale={language}>{children}</I18nProvider>
    </I18nextProvider>
  );
}
