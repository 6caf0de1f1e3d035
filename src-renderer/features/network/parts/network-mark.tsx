import { classes } from '../../../ui/classes.ts';
import styles from '../network.module.css';
import type { NetworkMarkOf } from '../rules.ts';

/** The outlines, in a square of 16: told apart without any colour, and by more than their size. */
const outlines = [
  'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13Z',
  'M2 2h12v12H2Z',
  'M8 1.5L15 14H1Z',
  'M8 .5L15.5 8L8 15.5L.5 8Z',
  'M5.5 1h5v4.5H15v5h-4.5V15h-5v-4.5H1v-5h4.5Z',
  'M1 2h14L8 14.5Z',
  'M8 .5l2.2 5.1l5.5.4l-4.2 3.6l1.3 5.4L8 12.1L3.2 15l1.3-5.4L.3 6l5.5-.4Z',
  'M1 4.5h14v7H1Z',
  'M4.5 1h7v14h-7Z',
];

/** The sign of a network: a colour and a shape of its own. It says nothing; its name stands beside it or in a label. */
export const NetworkMark = ({ mark }: { mark: NetworkMarkOf }) => (
  <svg viewBox="0 0 16 16" aria-hidden="true" className={classes(styles['mark'], styles[`mark${mark}`])}>
    <path d={outlines[mark]} />
  </svg>
);
