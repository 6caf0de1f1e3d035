/** Own entries: what this node shares, signed and handed to the records slice whenever sharing or tools change. */
import type { Share } from '#shared/features/access/contract.ts';
import { isToolShared, networksOf, overrideOf } from '#shared/features/access/rules.ts';
import { capabilitiesOf } from '#shared/features/registry/capabilities.ts';
import {
  ENTRY_TYPE,
  type Entry,
  entryKey,
  parseEntryKey,
  sealEntry,
  storedEntry,
} from '#shared/features/registry/entry.ts';
import { encodeManifest, type Notes } from '#shared/features/registry/manifest.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import { MAX_RECORD_BYTES } from '#shared/features/records/messages.ts';
import { LIFETIME_MS } from '#shared/features/records/rules.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Envelope, Signer } from '#shared/kernel/envelope.ts';
import { type NetworkId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Records, StoredRecord } from '../records/index.ts';
import type { Manifests } from './manifests.ts';

/** This node as the publisher needs it. */
export interface PublishingNode {
  providerId: string;
  peerId: string;
  signer: Signer;
  /** Certificate in force; renewed ones are used from the next entry on. */
  certificate(): Uint8Array;
  displayName(): string;
  /** Multiaddrs under which others can dial it. */
  addresses(): string[];
}

/** A local server's facts for its entry. */
export interface LocalServer {
  offers: ServerOffers;
  /** The operator's; else the server's own is told. */
  title?: string;
  description?: string;
  tags: string[];
  /** What he says of its tools. */
  notes?: Notes | undefined;
  /** Grants by which it is shared on here, as base64url, the origin's first. */
  via?: readonly string[] | undefined;
  /** It is of an installed package: its tools wait for a yes. */
  packaged?: boolean;
}

export interface Publisher {
  /** Makes the published entry match the share; publishes nothing where it matches already. */
  sync(server: string, share: Share | undefined, local: LocalServer | undefined): void;
  /** Servers whose entries are out. Entries that this node signed under an earlier provider key are dropped. */
  published(): string[];
  /** Hashes of the manifests that own entries name. */
  hashes(): Uint8Array[];
  /** Signs an own entry anew before it expires. */
  renew(record: StoredRecord): Envelope | undefined;
}

export function createPublisher(deps: {
  node: PublishingNode;
  records: Records;
  manifests: Manifests;
  clock: Clock;
}): Publisher {
  const { clock, node, records } = deps;
  const keyOf = (server: string, isPrivate: boolean) =>
    entryKey(node.providerId, node.peerId, server, isPrivate);

  function published(server: string, isPrivate: boolean): Entry | undefined {
    const record = records.get(ENTRY_TYPE, keyOf(server, isPrivate));
    return record?.own ? storedEntry(record.bytes) : undefined;
  }

  /** A clock's reading as the floor keeps sequences rising even after an older backup was restored. */
  const nextSeq = (before: Entry | undefined) => Math.max((before?.seq ?? 0) + 1, clock.now());

  function publish(entry: Unsigned, networks: readonly NetworkId[]): void {
    records.publish(ENTRY_TYPE, sign(entry), { networks });
  }

  const whereOf = (server: string, isPrivate: boolean): readonly NetworkId[] =>
    records.get(ENTRY_TYPE, keyOf(server, isPrivate))?.networks ?? [];

  function sign(entry: Unsigned): Envelope {
    const now = clock.now();
    const by = cut(node.displayName(), 64);
    const whole = { ...entry, cert: node.certificate(), iat: now, exp: now + LIFETIME_MS, by } as Entry;
    const sealed = sealEntry(whole, node.signer);
    if (sealed.bytes.length <= MAX_RECORD_BYTES) return sealed;
    // A certificate that carries many rotations leaves no room for words; the manifest has them all.
    return sealEntry(
      { ...whole, description: '', title: '', tags: [], caps: [], addresses: whole.addresses.slice(0, 2) },
      node.signer,
    );
  }

  /** Ends an entry in some of the networks in which it is out; without these, in all of them. */
  function end(server: string, isPrivate: boolean, networks = whereOf(server, isPrivate)): void {
    const before = published(server, isPrivate);
    if (!before?.manifest) return;
    const ended = { ...withoutSignerFields(before), manifest: null, tools: 0, seq: nextSeq(before) };
    publish(ended, networks);
  }

  return {
    sync(server, share, local) {
      const isPrivate = !share || networksOf(share).length === 0;
      end(server, !isPrivate);
      if (!share || !local) return end(server, isPrivate);
      const networks = networksOf(share);
      const where = whereOf(server, isPrivate);
      const before = published(server, isPrivate);
      const wanted = describe(server, share, local, isPrivate);
      if (before && isSame(before, wanted) && isSameSet(where, networks))
        return records.reshare(keyOf(server, isPrivate), ENTRY_TYPE);
      // Where it is no longer, its end is told; the next entry is for the other networks alone.
      const left = where.filter((id) => !networks.includes(id));
      if (left.length > 0) end(server, isPrivate, left);
      publish({ ...wanted, seq: nextSeq(published(server, isPrivate)) }, networks);
    },
    published() {
      const servers: string[] = [];
      for (const record of records.own()) {
        const { peer, provider, server } = parseEntryKey(record.key);
        if (record.type !== ENTRY_TYPE) continue;
        if (provider !== node.providerId || peer !== node.peerId) records.drop(record.type, record.key);
        else if (!record.tombstone) servers.push(server);
      }
      return servers;
    },
    hashes: () =>
      records
        .own()
        .flatMap(({ bytes, type }) => (type === ENTRY_TYPE ? (storedEntry(bytes).manifest ?? []) : [])),
    renew(record) {
      const entry = storedEntry(record.bytes);
      return sign({ ...withoutSignerFields(entry), seq: nextSeq(entry) });
    },
  };

  function describe(
    server: string,
    share: Share,
    local: LocalServer,
    isPrivate: boolean,
  ): Omit<Unsigned, 'seq'> {
    const { serverInfo } = local.offers;
    const { manifest, tools } = describeTools(server, share, local);
    deps.manifests.put(manifest.hash, manifest.bytes);
    return {
      name: server,
      manifest: manifest.hash,
      version: cut(serverInfo.version, 64),
      title: cut(local.title ?? serverInfo.title ?? '', 120),
      description: cut(local.description ?? '', 600),
      tags: local.tags.map((tag) => cut(tag, 40)),
      caps: capabilitiesOf({
        server,
        tags: local.tags,
        category: share.category,
        title: local.title ?? serverInfo.title,
        tools,
      }),
      tools: tools.length,
      private: isPrivate,
      // Who meets this node in a private network learns there how to reach it: entries tell of the public one alone.
      addresses: !networksOf(share).includes(PUBLIC_NETWORK)
        ? []
        : node
            .addresses()
            .filter((address) => address.length <= 160)
            .slice(0, 8),
    };
  }
}

/** The manifest of what is shared. Throws `registry.manifest_too_large`. */
export function describeTools(server: string, share: Described, { offers, via }: LocalServer) {
  const tools = offers.tools.filter((tool) => isToolShared(share, tool.name) && hasFingerprint(tool));
  const version = offers.serverInfo.version.toWellFormed();
  const said = notesOf(share, tools);
  const notes = via ? { ...said, via: [...via] } : said;
  return {
    tools,
    manifest: encodeManifest({
      format: 'toolswarm-manifest/1',
      server,
      version,
      tools,
      ...(notes ? { notes } : {}),
    }),
  };
}

/** An entry before its node signs it. */
type Unsigned = Omit<Entry, 'cert' | 'iat' | 'exp' | 'by'>;

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

type Described = Pick<Share, 'tools' | 'overrides' | 'category' | 'delegation' | 'listedFor' | 'seal'>;

/** What the operator says of the tools that are described. Who may call them is nobody else's business; that not all may who see them is. */
export function notesOf(share: Described | undefined, described: readonly Tool[]): Notes | undefined {
  if (!share) return undefined;
  const tools = described.flatMap(({ name }) => {
    const { caching, note, seal, tags } = overrideOf(share, name) ?? {};
    const said = {
      ...(note ? { note: note.toWellFormed() } : {}),
      ...(tags ? { tags: tags.map((tag) => tag.toWellFormed()) } : {}),
      ...(caching ? { caching } : {}),
      ...(seal ? { seal } : {}),
    };
    return Object.keys(said).length > 0 ? [[name, said] as const] : [];
  });
  const said = {
    ...(share.category ? { category: share.category.toWellFormed() } : {}),
    ...(share.listedFor ? { ask: true } : {}),
    ...(share.seal ? { seal: share.seal } : {}),
    ...(share.delegation ? { depth: share.delegation.depth } : {}),
    ...(tools.length > 0 ? { tools: Object.fromEntries(tools) } : {}),
  };
  return Object.keys(said).length > 0 ? said : undefined;
}

/** Tools without canonical form (broken Unicode, say) are listed nowhere, here or elsewhere. */
function hasFingerprint(tool: Tool): boolean {
  try {
    fingerprintOf(tool);
    return true;
  } catch {
    // The directory has said so in the log.
    return false;
  }
}

/** The beginning of a text, never half a character at its end: records hold well-formed Unicode only. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

function isSame(before: Entry, wanted: Partial<Entry>): boolean {
  return (
    before.manifest !== null &&
    wanted.manifest instanceof Uint8Array &&
    equalBytes(before.manifest, wanted.manifest) &&
    before.title === wanted.title &&
    before.description === wanted.description &&
    before.tags.join('\n') === wanted.tags?.join('\n') &&
    before.caps?.join('\n') === wanted.caps?.join('\n') &&
    before.addresses.join('\n') === wanted.addresses?.join('\n')
  );
}

function withoutSignerFields({ cert: _cert, iat: _iat, exp: _exp, by: _by, ...rest }: Entry) {
  return rest;
}
