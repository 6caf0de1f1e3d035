/** Sharing servers of other providers on. */
export { DepthField } from './parts/depth-field.tsx';
export { ShareOnButton } from './parts/share-on-button.tsx';
export { ViaNote } from './parts/via-note.tsx';
