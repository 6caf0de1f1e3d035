import '../ui/styles/tokens.css';
import '../ui/styles/base.css';
import { createRoot } from 'react-dom/client';
import { createBrowserClock } from '../platform/clock.ts';
import { createTranslator } from '../platform/i18n.ts';
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
const session = token ? openSession(token) : Promise.resolve();
const connectToNode = connectOverWebSocket(location, clock);
const link = createNodeLink(
  async (signal) => {
    await session;
    return connectToNode(signal);
  },
  { clock, random: createBrowserRandom() },
);
const services = createServices(link, translator, preferences);
const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(<App services={services} />);
