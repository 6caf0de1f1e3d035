/**
 * What one server offers: read when its process starts, read again when it says that something changed, and compared
 * once, at first, with what it offers to clients that can be asked.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import { asAppError, type Lane } from './lane.ts';
import {
  catalogCapabilities,
  FULL_CAPABILITIES,
  keepsApart,
  type LanePolicy,
  NO_CAPABILITIES,
} from './lane-rules.ts';
import type { Lanes } from './lanes.ts';
import { differenceOf, type OffersDifference, readOffers, sameItems } from './listing.ts';
import type { Learnt } from './store.ts';
import type { Connection } from './wire/connection.ts';

export interface OffersReaderDeps {
  clock: Clock;
  lanes: Lanes;
  newLane(capabilities: JsonObject): Lane;
  policy(): LanePolicy;
  learnt(): Learnt;
  learn(found: Partial<Learnt>): void;
  save(offers: ServerOffers): void;
  note(text: string): void;
  /** The server started but is of no use. */
  failed(lane: Lane, reason: AppError): void;
  /** Whether the server may run at all. */
  active(): boolean;
}

export interface OffersReader {
  current(): ServerOffers | undefined;
  schemaOf(tool: string): JsonObject | undefined;
  /** Reads the lists if they are this lane's to tell. */
  read(lane: Lane, connection: Connection): Promise<void>;
  /** The server behind that lane said that its lists changed. */
  readSoon(lane: Lane): void;
  /** Starts the server, at first twice, and reads its lists. */
  open(): Promise<void>;
  /** As `open`, once in the life of the node and only where nothing was read yet. Never rejects. */
  refresh(): Promise<void>;
  /** Whether `refresh` still has something to do. */
  readonly stale: boolean;
  /** The first start: finds out all there is to be learnt. Concurrent calls share one. */
  introduce(): Promise<void>;
  readonly introducing: boolean;
  close(): void;
}

export function createOffersReader(
  stored: ServerOffers | undefined,
  deps: OffersReaderDeps,
  { minTtlMs, relistDelayMs }: { relistDelayMs: number; minTtlMs: number },
  events: { onChanged(): void; onOffersChanged(difference: OffersDifference): void },
): OffersReader {
  const { clock, lanes, newLane, policy, note } = deps;
  let offers = stored;
  let schemas = indexSchemas(stored);
  let refreshed = false;
  let relisting: ReturnType<Clock['after']> | undefined;
  let expiring: ReturnType<Clock['after']> | undefined;
  let introducing: Promise<void> | undefined;

  function accept(found: ServerOffers): void {
    const difference = differenceOf(offers, found);
    offers = found;
    schemas = indexSchemas(found);
    refreshed = true;
    deps.save(found);
    expiring?.cancel();
    if (found.ttlMs !== undefined) expiring = clock.after(Math.max(found.ttlMs, minTtlMs), readExpired);
    if (difference.tools || difference.prompts || difference.resources) events.onOffersChanged(difference);
    events.onChanged();
  }

  const list = (connection: Connection): Promise<ServerOffers> => readOffers(connection, clock, note);

  /** Lists of a process that was started for them. One that cannot give them is as good as one that did not start. */
  async function listFirst(lane: Lane): Promise<ServerOffers> {
    const connection = await lane.open();
    try {
      return await list(connection);
    } catch (error) {
      deps.failed(lane, asAppError(error));
      throw error;
    }
  }

  /** Only one process makes the catalog, so that it is the same for every client. */
  const makesCatalog = (lane: Lane): boolean =>
    lane === lanes.currentShared &&
    (deps.learnt().era === 'modern' || lane.capabilities === catalogCapabilities(policy()));

  /** What was listed no longer holds by the server's own word. One that sleeps is not woken for it: it is read at its start. */
  function readExpired(): void {
    const { currentShared: lane } = lanes;
    if (!lane?.connection || !deps.active()) return;
    readAfter(lane).catch((error: unknown) => note(asAppError(error).message));
  }

  async function readAfter(lane: Lane): Promise<void> {
    const { currentShared } = lanes;
    if (makesCatalog(lane) && lane.connection) accept(await list(lane.connection));
    else if (lane.owner !== undefined && !(currentShared?.connection && makesCatalog(currentShared)))
      await open();
  }

  async function open(): Promise<void> {
    if (!deps.learnt().introduced) return introduce();
    if (!keepsApart(policy())) return void (await lanes.shared().open());
    const lane = newLane(FULL_CAPABILITIES);
    try {
      accept(await list(await lane.open()));
    } finally {
      await lane.close();
    }
  }

  function introduce(): Promise<void> {
    introducing ??= compare().finally(() => {
      introducing = undefined;
      events.onChanged();
    });
    events.onChanged();
    return introducing;
  }

  async function compare(): Promise<void> {
    const { interaction } = policy();
    const plain = newLane(interaction === 'on' ? FULL_CAPABILITIES : NO_CAPABILITIES);
    try {
      const found = await listFirst(plain);
      const full =
        interaction === 'auto' && found.era === 'legacy' ? await compareWithFull(found) : undefined;
      deps.learn({ introduced: true, offersMore: full?.offersMore ?? false });
      await settle(plain, full);
      accept(found);
    } catch (error) {
      await plain.close();
      throw error;
    }
  }

  /**
   * Keeps the process that clients will share, and ends the other. It is kept at once: a request that came while the
   * other still ends would start one more, and might find out that the server asks.
   */
  async function settle(plain: Lane, full: { lane: Lane; offersMore: boolean } | undefined): Promise<void> {
    const kept = full && !full.offersMore ? full.lane : keepsApart(policy()) ? undefined : plain;
    if (kept) lanes.adoptShared(kept);
    for (const lane of [plain, full?.lane]) if (lane && lane !== kept) await lane.close();
  }

  /** Starts it a second time, as a client that can be asked anything. */
  async function compareWithFull(found: ServerOffers): Promise<{ lane: Lane; offersMore: boolean }> {
    const lane = newLane(FULL_CAPABILITIES);
    try {
      const full = await listFirst(lane);
      const same = (['tools', 'prompts', 'resources'] as const).every((key) =>
        sameItems(found[key], full[key]),
      );
      return { lane, offersMore: !same };
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  return {
    current: () => offers,
    schemaOf: (tool) => schemas.get(tool),
    async read(lane, connection) {
      if (makesCatalog(lane)) accept(await list(connection));
    },
    readSoon(lane) {
      relisting?.cancel();
      relisting = clock.after(relistDelayMs, () => {
        if (deps.active()) readAfter(lane).catch((error: unknown) => note(asAppError(error).message));
      });
    },
    open,
    get stale() {
      return !refreshed && deps.active();
    },
    async refresh() {
      if (refreshed || !deps.active()) return;
      refreshed = true;
      await open().catch((error: unknown) => note(asAppError(error).message));
    },
    introduce,
    get introducing() {
      return introducing !== undefined;
    },
    close() {
      relisting?.cancel();
      expiring?.cancel();
    },
  };
}

const indexSchemas = (offers: ServerOffers | undefined): Map<string, JsonObject> =>
  new Map(offers?.tools.map((tool) => [tool.name, tool.inputSchema as JsonObject]));
