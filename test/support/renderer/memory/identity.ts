import type { identityContract } from '#shared/features/identity/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { identityOf } from '../views.ts';
import { WORDS } from '../world.ts';
import type { Memory } from './memory.ts';

export function answerIdentity(memory: Memory): Handlers<typeof identityContract> {
  const { world, after } = memory;
  return {
    'identity.get': () => identityOf(world),
    'identity.setProfile': ({ displayName }) => {
      world.displayName = displayName;
      return after(identityOf(world));
    },
    'identity.revealRecoveryPhrase': () => ({ words: WORDS }),
    'identity.confirmRecoveryPhrase': ({ answers }) => {
      if (answers.some(({ position, word }) => WORDS[position - 1] !== word)) {
        throw new AppError('identity.wrong_words', 'These are not the words of the phrase.', {
          advice: 'Compare them with what you wrote down.',
        });
      }
      world.phraseConfirmed = true;
      return after(identityOf(world));
    },
    'identity.rotate': () => identityOf(world),
    'identity.setPassphrase': () => identityOf(world),
  };
}
