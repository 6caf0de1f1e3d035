/** The English texts as types: the source of every other language, and of all keys. */
import type access from '../../locales/en/access.json';
import type activity from '../../locales/en/activity.json';
import type catalog from '../../locales/en/catalog.json';
import type clients from '../../locales/en/clients.json';
import type common from '../../locales/en/common.json';
import type data from '../../locales/en/data.json';
import type desktop from '../../locales/en/desktop.json';
import type discover from '../../locales/en/discover.json';
import type fleet from '../../locales/en/fleet.json';
import type form from '../../locales/en/form.json';
import type frame from '../../locales/en/frame.json';
import type governance from '../../locales/en/governance.json';
import type home from '../../locales/en/home.json';
import type identity from '../../locales/en/identity.json';
import type metrics from '../../locales/en/metrics.json';
import type network from '../../locales/en/network.json';
import type operators from '../../locales/en/operators.json';
import type packages from '../../locales/en/packages.json';
import type palette from '../../locales/en/palette.json';
import type peers from '../../locales/en/peers.json';
import type profiles from '../../locales/en/profiles.json';
import type servers from '../../locales/en/servers.json';
import type settings from '../../locales/en/settings.json';
import type setup from '../../locales/en/setup.json';
import type sharing from '../../locales/en/sharing.json';
import type tasks from '../../locales/en/tasks.json';

export interface Resources {
  access: typeof access;
  activity: typeof activity;
  catalog: typeof catalog;
  clients: typeof clients;
  common: typeof common;
  data: typeof data;
  desktop: typeof desktop;
  discover: typeof discover;
  fleet: typeof fleet;
  form: typeof form;
  frame: typeof frame;
  governance: typeof governance;
  home: typeof home;
  identity: typeof identity;
  metrics: typeof metrics;
  network: typeof network;
  operators: typeof operators;
  packages: typeof packages;
  palette: typeof palette;
  peers: typeof peers;
  profiles: typeof profiles;
  servers: typeof servers;
  settings: typeof settings;
  setup: typeof setup;
  sharing: typeof sharing;
  tasks: typeof tasks;
}

export type Namespace = keyof Resources;
