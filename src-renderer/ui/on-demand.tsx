import { type ComponentType, lazy, Suspense, useState } from 'react';

/** A dialog that arrives when it is first opened: before, nothing of it is loaded, and nothing around it waits. */
export function onDemand<Props extends { isOpen: boolean }>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const Arriving = lazy(async () => ({ default: await load() })) as unknown as ComponentType<Props>;
  return function OnDemand(props: Props) {
    const [wanted, setWanted] = useState(props.isOpen);
    if (props.isOpen && !wanted) setWanted(true);
    if (!wanted) return null;
    return (
      <Suspense>
        <Arriving {...props} />
      </Suspense>
    );
  };
}
