import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { createBrowserRouter, Navigate, Outlet, RouterProvider, useMatch } from 'react-router';
import { Api } from '../api/client';
import { Session, type SignedInUser } from '../api/session';
import { SignIn } from '../features/signin/SignIn';
import { useAfter } from '../ui/hooks';
import { type Services, ServicesContext, useServices } from '../ui/services';
import { PageState, ProblemState } from '../ui/states';
import { words } from '../ui/words';
import { AccountPage } from './AccountPage';
import { ALL } from './all';
import { DialogContext, useDialogs } from './dialogs';
import { FindDialog } from './FindDialog';
import { isFinal } from './final';
import { KeysDialog } from './KeysDialog';
import { WardPage } from './WardPage';
import './app.css';

/** The charts come with the first patient page, not with the wall. */
const PatientRoute = lazy(() => import('./PatientRoute'));

const session = new Session();
const api = new Api(session);

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => !isFinal(error) && count < 3, refetchOnWindowFocus: false, staleTime: 1000 },
    },
  });
}

const router = createBrowserRouter([
  {
    element: <Frame />,
    errorElement: <Crash />,
    children: [
      { path: '/', element: <Home /> },
      { path: '/sign-in', element: <Navigate to="/" replace /> },
      { path: '/ward/:id', element: <WardPage /> },
      {
        path: '/patient/:id',
        element: (
          <Suspense fallback={null}>
            <PatientRoute />
          </Suspense>
        ),
      },
      { path: '/account', element: <AccountPage /> },
      { path: '*', element: <NoPage /> },
    ],
  },
]);

/** Signed in: the pages. Otherwise the sign-in, at whatever address was asked for, so that it opens afterwards. */
export function App() {
  const state = useSyncExternalStore(session.subscribe, session.state);
  useEffect(() => {
    session.start();
  }, []);
  const user = state.status === 'in' ? state.user : null;
  // What one person loaded is not there for the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new client for each person
  const client = useMemo(newQueryClient, [user]);
  return (
    <QueryClientProvider client={client}>
      {state.status === 'checking' && <Checking away={state.away} />}
      {state.status === 'out' && <SignIn session={session} api={api} ended={state.reason === 'ended'} />}
      {user && <Pages user={user} />}
    </QueryClientProvider>
  );
}

function Checking({ away }: { away: boolean }) {
  const late = useAfter(300);
  return (
    <main id="content" className="state" role="status">
      {(late || away) && <p>{away ? words.signIn.checkingAway : words.signIn.checking}</p>}
    </main>
  );
}

function Pages({ user }: { user: SignedInUser }) {
  const [dialog, setDialog] = useState<'find' | 'keys' | null>(null);
  const services = useMemo<Services>(
    () => ({ api, session, user, openFind: () => setDialog('find'), openKeys: () => setDialog('keys') }),
    [user],
  );
  const dialogs = useMemo(() => ({ dialog, close: () => setDialog(null) }), [dialog]);
  return (
    <ServicesContext value={services}>
      <DialogContext value={dialogs}>
        <RouterProvider router={router} />
      </DialogContext>
    </ServicesContext>
  );
}

/** What every page has: the skip link, the dialogs and the keys that work everywhere. */
function Frame() {
  const { dialog, close } = useDialogs();
  useGlobalKeys(dialog !== null);
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <Outlet />
      <FindDialog open={dialog === 'find'} close={close} />
      <KeysDialog open={dialog === 'keys'} close={close} />
    </>
  );
}

function useGlobalKeys(blocked: boolean): void {
  const { openFind, openKeys } = useServices();
  const onPatient = useMatch('/patient/:id') !== null;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (blocked || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const target = event.target as HTMLElement;
      const typing = target.closest('input, select, textarea, [popover]') !== null;
      if (event.key === '/' && !typing) openFind();
      else if (event.key === '?' && !typing) openKeys();
      else if (event.key === 'Escape' && onPatient && !typing) document.querySelector<HTMLElement>('.back')?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [blocked, onPatient, openFind, openKeys]);
}

/** All wards on one wall if they are readable from afar together, otherwise the first that has a patient. */
const MOST_BEDS_TOGETHER = 20;

function Home() {
  const everybody = useQuery({
    queryKey: ['everybody'],
    queryFn: ({ signal }) => api.dashboard(null, signal),
    retry: true,
    retryDelay: 2000,
  });
  if (everybody.failureCount > 0 && everybody.failureReason) return <ProblemState error={everybody.failureReason} />;
  if (!everybody.data) return null;
  const { wards, patients } = everybody.data;
  const beds = wards.reduce((sum, ward) => sum + ward.beds.length, 0);
  const busy = wards.find((ward) => patients.some((patient) => patient.record.ward === ward.id)) ?? wards[0];
  const start = wards.length > 1 && beds <= MOST_BEDS_TOGETHER ? ALL : (busy?.id ?? ALL);
  return <Navigate to={`/ward/${encodeURIComponent(start)}`} replace />;
}

function NoPage() {
  return (
    <main id="content">
      <h1 className="hidden-words">{words.product}</h1>
      <PageState>
        <p>{words.problem.noPage}</p>
        <a className="button" href="/">
          {words.problem.toWall}
        </a>
      </PageState>
    </main>
  );
}

/** A defect must never leave numbers standing that nothing keeps true. */
function Crash() {
  return (
    <main id="content">
      <h1 className="hidden-words">{words.product}</h1>
      <PageState>
        <p role="alert">{words.problem.crash}</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          {words.problem.reload}
        </button>
      </PageState>
    </main>
  );
}
