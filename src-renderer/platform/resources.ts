/**
 * The English texts: the source of every other language, the fallback, and the types of all keys. Errors are left out:
 * the node says them in English itself (locales/en/errors.json is where translations start from).
 */
import activity from '../../locales/en/activity.json' with { type: 'json' };
import catalog from '../../locales/en/catalog.json' with { type: 'json' };
import clients from '../../locales/en/clients.json' with { type: 'json' };
import common from '../../locales/en/common.json' with { type: 'json' };
import form from '../../locales/en/form.json' with { type: 'json' };
import frame from '../../locales/en/frame.json' with { type: 'json' };
import home from '../../locales/en/home.json' with { type: 'json' };
import identity from '../../locales/en/identity.json' with { type: 'json' };
import peers from '../../locales/en/peers.json' with { type: 'json' };
import servers from '../../locales/en/servers.json' with { type: 'json' };
import settings from '../../locales/en/settings.json' with { type: 'json' };
import sharing from '../../locales/en/sharing.json' with { type: 'json' };

export const english = {
  activity,
  catalog,
  clients,
  common,
  form,
  frame,
  home,
  identity,
  peers,
  servers,
  settings,
  sharing,
};

export type Resources = typeof english;
export type Namespace = keyof Resources;
