/** Nodes in the places of a NAT lab, each a process of its own that is asked over its standard streams. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Lab, Place } from '#scripts/nat-lab/lab.ts';

const PROGRAM = fileURLToPath(new URL('./nat-process.ts', import.meta.url));
const PATIENCE_MS = 25_000;

export interface NatState {
  peerId: string;
  addresses: string[];
  peers: Array<{ peerId: string; transport: string; path: string; encryption?: string }>;
  nat: {
    reachable: boolean;
    serving: boolean;
    clients: number;
    relayedBytes: number;
    relays: string[];
    upgrades: { tried: number; direct: number };
    mapping: { state: string; by?: string; address?: string; port?: number };
  };
}

export interface NatNode {
  peerId: string;
  child: ChildProcess;
  ask<T>(ask: string, target?: string): Promise<T>;
  state(): Promise<NatState>;
}

export async function beginNode(lab: Lab, place: Place, spec: Record<string, unknown>): Promise<NatNode> {
  const child = lab.run(place, process.execPath, [PROGRAM, JSON.stringify(spec)]);
  const waiting = new Map<number, (answer: { value?: unknown; error?: string }) => void>();
  let next = 0;
  const answered = (id: number) =>
    new Promise<unknown>((resolve, reject) =>
      waiting.set(id, ({ error, value }) =>
        error === undefined ? resolve(value) : reject(new Error(error)),
      ),
    );
  const ready = answered(0);
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; value?: unknown; error?: string };
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = <T>(question: string, target = '') => {
    const id = ++next;
    child.stdin?.write(`${JSON.stringify({ id, ask: question, target })}\n`);
    return answered(id) as Promise<T>;
  };
  return { child, ask, peerId: (await ready) as string, state: () => ask<NatState>('state') };
}

export async function until<T>(what: string, read: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
