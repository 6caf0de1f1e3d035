/** Calls made here, by peers and to peers. */
export { ActivityPage } from './page.tsx';
