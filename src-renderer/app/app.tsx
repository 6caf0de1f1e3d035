import { ErrorBoundary } from './error-boundary.tsx';
import { Frame } from './frame.tsx';
import { Pages } from './routes.tsx';
import { type Services, ServicesProvider } from './services.tsx';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';

export const App = ({ services }: { services: Services }) => (
  <ServicesProvider services={services}>
    <ErrorBoundary>
      <Router hook={useHashLocation}>
        <Frame>
          <ErrorBoundary>
            <Pages />
          </ErrorBoundary>
        </Frame>
      </Router>
    </ErrorBoundary>
  </ServicesProvider>
);
