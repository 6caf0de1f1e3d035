import { clientApp } from '#shared/features/clients/apps.ts';
import type {
  ClientSession,
  clientsContract,
  ProfileCatalog,
  ProfilePreview,
  ProfileView,
} from '#shared/features/clients/contract.ts';
import type { Hop } from '#shared/features/clients/files.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Clients } from './clients.ts';
import type { ClientFiles } from './files/client-files.ts';
import type { Prover } from './prove/prove.ts';

export interface ClientsHandlersDeps {
  clients: Clients;
  files: ClientFiles;
  prove: Prover;
  tasks: TaskRunner;
  /** How clients of a profile reach this node; known once the endpoint listens. */
  connection: (profile: string) => { url: string; socket: string; command: string; args: string[] };
  /** What a profile would show; the catalog is known further right. */
  preview: (profile: ProfileView) => ProfilePreview;
  /** What clients of each profile get now. */
  catalogs: () => ProfileCatalog[];
  /** Who is connected; the endpoint is further right. */
  sessions: { list(): ClientSession[]; onChanged(listener: () => void): () => void };
}

/** Serves `clients.*` and `profiles.*`. */
export function createClientsHandlers(deps: ClientsHandlersDeps): Handlers<typeof clientsContract> {
  const { clients, files, sessions } = deps;
  return {
    'profiles.list': () => ({ items: clients.profiles() }),
    'profiles.set'(profile) {
      clients.setProfile(profile);
      return profile;
    },
    'profiles.remove'({ name }) {
      clients.removeProfile(name);
      return {};
    },
    'profiles.preview': (profile) => deps.preview(profile),
    'profiles.catalog': () => ({ items: deps.catalogs() }),
    'clients.list': () => ({ items: clients.list() }),
    'clients.create': ({ name, profile, ...terms }) => clients.create(name, profile, terms),
    'clients.revoke'({ id }) {
      clients.revoke(id);
      return {};
    },
    'clients.connection': ({ profile }) => ({
      token: clients.connectionToken(profile),
      ...deps.connection(profile),
    }),
    'clients.detect': () => ({ items: files.detect() }),
    'clients.plan'({ profile, ...target }) {
      clients.requireProfile(profile);
      return files.plan(target, profile);
    },
    'clients.planRemoval': (target) => files.planRemoval(target),
    'clients.connect'({ profile, hash, ...target }) {
      clients.requireProfile(profile);
      return files.connect(target, profile, hash);
    },
    'clients.disconnect': (target) => files.disconnect(target),
    'clients.disconnectAll': () => ({ items: files.disconnectAll() }),
    'clients.manual'({ profile, ...target }) {
      clients.requireProfile(profile);
      return files.manual(target, profile);
    },
    'clients.prove': (target, { signal }) => {
      const about = { kind: 'clients.prove', subject: clientApp(target.client).name, signal };
      return told<Hop>((tell) => deps.tasks.run(about, (task) => deps.prove(target, tell, task.signal)));
    },
    'clients.sessions': (_input, { signal }) =>
      watch(signal, () => ({ items: sessions.list() }), sessions.onChanged),
  };
}

/** What work tells, as a stream that ends with it. There are few items: nothing piles up. */
async function* told<Item>(run: (tell: (item: Item) => void) => Promise<unknown>): AsyncGenerator<Item> {
  const items: Item[] = [];
  let wake: (() => void) | undefined;
  let over = false;
  const work = run((item) => {
    items.push(item);
    wake?.();
  }).finally(() => {
    over = true;
    wake?.();
  });
  // Its failure is told by the last line; until then nobody waits for it.
  work.catch(() => undefined);
  while (items.length > 0 || !over) {
    const next = items.shift();
    if (next !== undefined) yield next;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  await work;
}
