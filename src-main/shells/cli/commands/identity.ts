import { type Command, InvalidArgumentError } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { facts, time, yesNo } from '../printable.ts';
import { isInteractive } from '../io.ts';
import { confirm, findPassphrase, newPassphrase } from '../prompts.ts';

type Identity = Awaited<ReturnType<NodeClient['identity.get']>>;
interface WordAnswer {
  position: number;
  word: string;
}

interface PassphraseFlags {
  newFile?: string;
  remove?: boolean;
}

export function addIdentityCommands(program: Command, cli: Cli): void {
  const identity = program.command('identity').description('who this node and its provider are');
  identity
    .command('show')
    .description('the identity')
    .action(() => cli.ask(async (node) => showIdentity(await node['identity.get']({}))));
  identity
    .command('name')
    .description('change what peers see as this provider’s name')
    .argument('<name>')
    .action((displayName: string) =>
      cli.ask(async (node) => showIdentity(await node['identity.setProfile']({ displayName }))),
    );
  addPhraseCommands(identity, cli);
  identity
    .command('rotate')
    .description('replace the provider key by a new one, signed over by the old')
    .option('--yes', 'do not ask')
    .action(({ yes }: { yes?: boolean }) =>
      cli.ask(async (node) => {
        if (!yes && isInteractive(cli.io)) await confirmRotation(cli);
        return showIdentity(
          await node['identity.rotate']({ passphrase: await passphraseIfProtected(cli, node) }),
        );
      }),
    );
  identity
    .command('passphrase')
    .description('set or change the keystore’s passphrase')
    .option('--new-file <file>', 'read the new one from a file instead of asking')
    .option('--remove', 'store the keys without one')
    .action((flags: PassphraseFlags) => cli.ask((node) => changePassphrase(cli, node, flags)));
}

function addPhraseCommands(identity: Command, cli: Cli): void {
  identity
    .command('phrase')
    .description('show the recovery phrase of the provider key')
    .action(() =>
      cli.ask(async (node) => {
        const passphrase = await passphraseIfProtected(cli, node);
        const { words } = await node['identity.revealRecoveryPhrase']({ passphrase });
        const lines = words.map((word, index) => `${String(index + 1).padStart(2)}  ${word}`);
        return { data: { words }, text: lines.join('\n') };
      }),
    );
  identity
    .command('confirm')
    .description('note that the phrase is written down, by repeating three of its words')
    .argument('<position=word...>', 'for example 3=apple 11=river 20=stone', collectAnswers)
    .action((answers: WordAnswer[]) =>
      cli.ask(async (node) => showIdentity(await node['identity.confirmRecoveryPhrase']({ answers }))),
    );
}

/** commander hands over the words one by one, with what was read so far. */
function collectAnswers(text: string, previous: WordAnswer[] = []): WordAnswer[] {
  const [position, word] = text.split('=');
  if (!word || !/^\d{1,2}$/.test(position ?? ''))
    throw new InvalidArgumentError('It must be written as 3=apple.');
  return [...previous, { position: Number(position), word }];
}

/** Throws `cli.interrupted` where the person does not want it after all. */
async function confirmRotation({ io }: Cli): Promise<void> {
  const question =
    'The provider gets a new id, the recovery phrase becomes another, and the node starts anew. Go on?';
  if (await confirm(io, question)) return;
  throw new AppError('cli.interrupted', 'Nothing was changed.', {
    advice: 'Run it again when you are sure.',
  });
}

export async function passphraseIfProtected(cli: Cli, node: NodeClient): Promise<string | undefined> {
  const { passphraseProtected } = await node['identity.get']({});
  return passphraseProtected ? findPassphrase(cli, 'Passphrase of the keystore') : undefined;
}

async function changePassphrase(cli: Cli, node: NodeClient, flags: PassphraseFlags): Promise<Answer> {
  const current = await passphraseIfProtected(cli, node);
  const next = flags.remove ? '' : await newPassphrase(cli, flags.newFile);
  return showIdentity(await node['identity.setPassphrase']({ current, next }));
}

function showIdentity(identity: Identity): Answer {
  return {
    data: identity,
    text: facts([
      ['name', identity.profile.displayName],
      ['provider', identity.providerId],
      ['peer id', identity.peerId],
      ['created', time(identity.createdAt)],
      ['passphrase', yesNo(identity.passphraseProtected)],
      ['phrase kept', yesNo(identity.recoveryPhraseConfirmed)],
      ['earlier ids', identity.rotatedFrom.join(', ')],
    ]),
  };
}
