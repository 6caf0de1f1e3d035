import { placeAt } from './address.ts';
import { PackageView } from './parts/package-view.tsx';
import { PublisherView } from './parts/publisher-view.tsx';
import { ReviewView } from './parts/review-view.tsx';
import { TabsView } from './parts/tabs-view.tsx';

export interface PackagesPageProps {
  /** A tab, `review`, `publisher`, or the id of a package. */
  view?: string | undefined;
  /** What is reviewed, or whose packages are shown. */
  id?: string | undefined;
}

export function PackagesPage({ id, view }: PackagesPageProps) {
  const place = placeAt(view, id);
  switch (place.kind) {
    case 'tab':
      return <TabsView tab={place.tab} publishing={place.dialog === 'publish'} />;
    case 'review':
      return <ReviewView key={place.what} what={place.what} />;
    case 'publisher':
      return <PublisherView key={place.provider} provider={place.provider} />;
    case 'package':
      return <PackageView key={place.id} id={place.id} />;
  }
}
