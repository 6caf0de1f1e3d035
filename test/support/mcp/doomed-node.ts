/** A node with two servers, one with a child, made to be killed: prints all process ids and waits. */
import { createServersBench, program, until } from './bench.ts';

const { servers } = createServersBench();
const pids: Array<number | undefined> = [];
for (const mode of ['plain', 'stubborn']) {
  const view = await servers.add(program(mode, 'misbehaving.ts', [mode], { interaction: 'off' }));
  pids.push(view.pid);
}
const child = () =>
  /child (\d+)/.exec(
    servers
      .logs('stubborn', 50)
      .map((line) => line.text)
      .join('\n'),
  )?.[1];
await until(() => child() !== undefined);
pids.push(Number(child()));
console.log(JSON.stringify(pids));
setInterval(() => undefined, 1_000);
