import '../ui/styles/tokens.css';
import '../ui/styles/base.css';
import { createRoot } from 'react-dom/client';
import type { Connect } from '#shared/kernel/rpc/index.ts';
import { createBrowserClock } from '../platform/clock.ts';
import { createTranslator } from '../platform/i18n.ts';
import { type DesktopLink, DesktopProvider, findDesktopBridge } from '../platform/desktop.ts';
import { createNodeLink } from '../platform/node-link.ts';
import { createPreferences } from '../platform/preferences.ts';
import { createBrowserRandom } from '../platform/random.ts';
import { connectOverWebSocket, openSession, takeLinkToken } from '../platform/session.ts';
import { App } from './app.tsx';
import { createServices } from './services.tsx';

const clock = createBrowserClock();
const token = takeLinkToken(location, history);
const translator = await createTranslator(document.documentElement);
const preferences = await createPreferences({
  translator,
  storage: localStorage,
  root: document.documentElement,
  browserLanguages: navigator.languages,
});
const random = createBrowserRandom();
const bridge = findDesktopBridge(window);
const desktop =
  bridge &&
  (await import('../platform/desktop-link.ts')).createDesktopLink({ page: window, bridge, clock, random });
const link = createNodeLink(desktop?.connectToNode ?? connectFromBrowser(), { clock, random });
if (desktop) followProgram(desktop);
const services = createServices(link, translator, preferences);
const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <DesktopProvider value={desktop}>
    <App services={services} />
  </DesktopProvider>,
);

function connectFromBrowser(): Connect {
  const session = token ? openSession(token) : Promise.resolve();
  const connect = connectOverWebSocket(location, clock);
  return async (signal) => {
    await session;
    return connect(signal);
  };
}

/** In a window: the node is asked as soon as it runs, and what is around the page has the page’s theme. */
function followProgram({ getState, program, subscribe }: DesktopLink): void {
  subscribe(() => {
    if (getState()?.state === 'running') link.retry();
  });
  const tell = () => {
    const { theme } = preferences.getState();
    program['desktop.setTheme']({ theme }).catch((error: unknown) =>
      console.warn('the theme stays inside', error),
    );
  };
  preferences.subscribe((now, before) => {
    if (now.theme !== before.theme) tell();
  });
  tell();
}
