#!/usr/bin/env node
/**
 * Stands in for ssh where no server of it is installed: runs the command in a shell of this machine, or carries the
 * forwards of `-L` as a tunnel does. It speaks the command line of ssh as far as the tests use it.
 */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const args = process.argv.slice(2);
const at = args.indexOf('--');
const [destination = '', command] = args.slice(at + 1);
const forwards = args.slice(0, at).filter((_arg, index) => args[index - 1] === '-L');

if (destination.startsWith('nowhere')) {
  console.error(`ssh: Could not resolve hostname ${destination}`);
  process.exit(255);
}
if (command !== undefined) {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
}
for (const forward of forwards) carry(forward);

function carry(forward: string): void {
  const ports = /^127\.0\.0\.1:(\d+):127\.0\.0\.1:(\d+)$/.exec(forward);
  const [near = '', far = ''] = forward.split(':');
  const server = createServer((socket) => {
    const other = ports ? connect({ host: '127.0.0.1', port: Number(ports[2]) }) : connect({ path: far });
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  if (ports) server.listen(Number(ports[1]), '127.0.0.1');
  else server.listen(near);
}
