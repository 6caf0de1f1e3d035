/** Asking other providers for access to what they do not open to everyone. */
export { AskButton } from './parts/ask-button.tsx';
export { canAsk } from './rules.ts';
