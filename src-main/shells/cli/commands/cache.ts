/** `toolswarm cache`: results that are given again. */
import type { Command } from 'commander';
import type { CacheState } from '#shared/features/relay/caching.ts';
import type { Answer, Cli } from '../cli.ts';
import { facts } from '../printable.ts';

export function addCacheCommands(program: Command, cli: Cli): void {
  const cache = program.command('cache').description('results of tools of others that are given again');
  cache
    .command('show')
    .description('how many are kept, and what that saved since the start')
    .action(() => cli.ask(async (node) => show(await node['relay.cache']({}))));
  cache
    .command('clear')
    .description('forget them all')
    .action(() => cli.ask(async (node) => show(await node['relay.clearCache']({}))));
}

function show(state: CacheState): Answer {
  const asked = state.hits + state.joined + state.misses;
  const share = asked === 0 ? 0 : Math.round(((state.hits + state.joined) / asked) * 100);
  return {
    data: state,
    text: facts([
      ['Kept', `${state.entries} results, ${Math.ceil(state.bytes / 1024)} KiB`],
      [
        'Given again',
        `${state.hits}, and ${state.joined} that waited for an equal call: ${share} % of those that could be`,
      ],
      ['Not sent', `${Math.ceil(state.bytesSaved / 1024)} KiB`],
    ]),
  };
}
