/** A sentence in which `backticks` mark what is typed literally, as in messages of the command line. */
export const Prose = ({ children }: { children: string }) =>
  children.split('`').map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} dir="ltr">
        {part}
      </code>
    ) : (
      part
    ),
  );
