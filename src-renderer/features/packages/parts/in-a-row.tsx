import { Fragment } from 'react';

/** Facts in one line. Each is isolated: what is written from left to right must not move its neighbours. */
export const InARow = ({ facts }: { facts: readonly string[] }) =>
  facts.map((fact, index) => (
    <Fragment key={fact}>
      {index > 0 && ' · '}
      <bdi>{fact}</bdi>
    </Fragment>
  ));
