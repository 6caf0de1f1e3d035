/** Profiles in memory and in the store. `default` is always there. */
import { AppError } from '#shared/kernel/errors.ts';
import type { ClientStore, Profile } from './store.ts';

export const DEFAULT_PROFILE = 'default';
export const MAX_PROFILES = 256;

export interface ProfileBook {
  get(name: string): Profile | undefined;
  list(): Profile[];
  /** Throws `clients.unknown_profile`. */
  require(name: string): void;
  /** Throws `clients.too_many_profiles`. */
  set(profile: Profile): void;
  /** Throws `clients.default_profile` or `clients.unknown_profile`. */
  requireRemovable(name: string): void;
  remove(name: string): void;
}

export function createProfileBook(store: ClientStore): ProfileBook {
  if (!store.profiles().some(({ name }) => name === DEFAULT_PROFILE))
    store.putProfile({ name: DEFAULT_PROFILE, prefix: true });
  const profiles = new Map(store.profiles().map((profile) => [profile.name, profile]));

  function require(name: string): void {
    if (!profiles.has(name)) throw unknownProfile(name);
  }

  return {
    get: (name) => profiles.get(name),
    list: () => [...profiles.values()],
    require,
    set(profile) {
      if (!profiles.has(profile.name) && profiles.size >= MAX_PROFILES) throw tooMany();
      store.putProfile(profile);
      profiles.set(profile.name, profile);
    },
    requireRemovable(name) {
      if (name === DEFAULT_PROFILE) throw defaultStays();
      require(name);
    },
    remove(name) {
      store.removeProfile(name);
      profiles.delete(name);
    },
  };
}

const unknownProfile = (name: string): AppError =>
  new AppError('clients.unknown_profile', `There is no profile called “${name.slice(0, 64)}”.`, {
    advice: 'List the profiles, or make this one first.',
  });

const defaultStays = (): AppError =>
  new AppError('clients.default_profile', 'The default profile cannot be removed.', {
    advice: 'Change what it shows instead.',
  });

const tooMany = (): AppError =>
  new AppError('clients.too_many_profiles', `There are already ${MAX_PROFILES} profiles.`, {
    advice: 'Remove one that is no longer used.',
  });
