/** Shows the recovery phrase to the person who may see it, and notes that it was written down. */
import type { Keystore } from '#main/platform/keystore.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { phraseOf } from '#shared/features/identity/phrase.ts';
import { requireRoot } from './keys.ts';

export interface PhraseAnswer {
  /** From 1 to 24. */
  position: number;
  word: string;
}

/** The 24 words. Throws `keystore.…` for a wrong passphrase, `identity.root_offline`. */
export function revealPhrase(keystore: Keystore, passphrase: string | undefined): string[] {
  keystore.checkPassphrase(passphrase);
  return phraseOf(requireRoot(keystore));
}

/** Three different words prove that the phrase is at hand. */
const MIN_ANSWERS = 3;

/** Throws `identity.wrong_words` with the positions that do not match, or `identity.too_few_words`. */
export function checkAnswers(keystore: Keystore, answers: readonly PhraseAnswer[]): void {
  const words = phraseOf(requireRoot(keystore));
  if (new Set(answers.map((answer) => answer.position)).size < MIN_ANSWERS)
    throw new AppError('identity.too_few_words', 'Three different words are needed.', {
      advice: 'Repeat at least three words of the phrase.',
    });
  const wrong = answers.filter(({ position, word }) => words[position - 1] !== word.trim().toLowerCase());
  if (wrong.length === 0) return;
  const positions = wrong.map((answer) => answer.position);
  throw new AppError('identity.wrong_words', `Not the words of the phrase: number ${positions.join(', ')}.`, {
    advice: 'Look at what you wrote down, or show the phrase again.',
    details: { positions },
  });
}
