import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { type ComponentType, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { createBrowserRouter, Link, Navigate, Outlet, RouterProvider, useLocation, useMatch } from 'react-router';
import { AccountApi } from '../api/account';
import { Api } from '../api/client';
import { administers, isPatient, may, type SignedInUser } from '../api/me';
import { Session } from '../api/session';
import { Enrol } from '../features/account/Enrol';
import { Toasts } from '../features/alarm/Toasts';
import { Lock } from '../features/lock/Lock';
import { SignIn } from '../features/signin/SignIn';
import { useAfter, useTitle } from '../ui/hooks';
import { type Respond, type Services, ServicesContext, useServices } from '../ui/services';
import { PageState, ProblemState } from '../ui/states';
import { words } from '../ui/words';
import { ALL } from './all';
import { CareFrame } from './CareFrame';
import { DialogContext, type Dialogs, useDialogs } from './dialogs';
import { EmergencyDialog } from './EmergencyDialog';
import { FindDialog } from './FindDialog';
import { isFinal, isRefused } from './final';
import { IdleLock } from './IdleLock';
import { KeysDialog } from './KeysDialog';
import { RespondDialog } from './RespondDialog';
import { WardPage } from './WardPage';
import './app.css';

/** What a page's own chunk exports, as the router takes it. The router has it fetched while the session is still being asked about. */
const page = (load: () => Promise<{ default: ComponentType }>) => async () => ({ Component: (await load()).default });

const session = new Session();
const api = new Api(session);
const account = new AccountApi(session);

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => !isFinal(error) && !isRefused(error) && count < 3,
        refetchOnWindowFocus: false,
        staleTime: 1000,
      },
    },
  });
}

const router = createBrowserRouter([
  {
    element: <Frame />,
    errorElement: <Crash />,
    hydrateFallbackElement: <></>,
    children: [
      { path: '/', element: <Home /> },
      { path: '/sign-in', element: <Navigate to="/" replace /> },
      { path: '/ward/:id', element: <WardPage /> },
      // The charts come with the first patient page, not with the wall; account and administration with their first page.
      { path: '/patient/:id', lazy: page(() => import('./PatientRoute')) },
      { path: '/patients', lazy: page(() => import('./PatientsPage')) },
      {
        path: '/patients/import',
        lazy: page(() => import('./PatientsPage').then((pages) => ({ default: pages.ImportPage }))),
      },
      { path: '/alerts', lazy: page(() => import('./AlertsPage')) },
      { path: '/incidents/:id', lazy: page(() => import('./IncidentPage')) },
      { path: '/notifications', lazy: page(() => import('./NotificationsPage')) },
      { path: '/oncall/:section?/:id?', lazy: page(() => import('./OnCallPage')) },
      { path: '/limits', lazy: page(() => import('./WardLimitsPage')) },
      { path: '/handover', lazy: page(() => import('./HandOverPage')) },
      { path: '/beds', lazy: page(() => import('./BedsPage')) },
      { path: '/figures', lazy: page(() => import('./AnalyticsPage')) },
      { path: '/system', lazy: page(() => import('./SystemPage')) },
      { path: '/account', lazy: page(() => import('./AccountPage')) },
      { path: '/admin/:section?/:id?', lazy: page(() => import('./AdminRoute')) },
      { path: '*', element: <NoPage /> },
    ],
  },
]);

/** Signed in: the pages. Locked: their cover, and no page behind it. Otherwise the sign-in, at whatever address was asked for. */
export function App() {
  const state = useSyncExternalStore(session.subscribe, session.state);
  useEffect(() => {
    session.start();
  }, []);
  const whose = state.status === 'in' ? state.user.user : state.status;
  // What one person loaded is not there for the next, nor behind the lock.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new client for each person
  const client = useMemo(newQueryClient, [whose]);
  return (
    <QueryClientProvider client={client}>
      {state.status === 'checking' && <Checking away={state.away} />}
      {state.status === 'out' && <SignIn session={session} api={api} ended={state.reason === 'ended'} />}
      {state.status === 'enrol' && <Enrol session={session} account={account} user={state.user} />}
      {state.status === 'locked' && <Lock session={session} user={state.user} />}
      {state.status === 'in' && <Pages key={state.user.user} user={state.user} />}
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
  const [dialog, setDialog] = useState<Dialogs['dialog']>(null);
  const [asked, setAsked] = useState<Respond | null>(null);
  const [said, setSaid] = useState('');
  const services = useMemo<Services>(
    () => ({
      api,
      account,
      session,
      user,
      openFind: () => setDialog('find'),
      openKeys: () => setDialog('keys'),
      openEmergency: () => setDialog('emergency'),
      respond: (request) => {
        setSaid('');
        setAsked(request);
      },
    }),
    [user],
  );
  const unsay = useCallback(() => setSaid(''), []);
  const dialogs = useMemo<Dialogs>(
    () => ({ dialog, close: () => setDialog(null), asked, endAsked: () => setAsked(null), said, say: setSaid, unsay }),
    [dialog, asked, said, unsay],
  );
  return (
    <ServicesContext value={services}>
      <DialogContext value={dialogs}>
        <CareFrame>
          <RouterProvider router={router} />
        </CareFrame>
      </DialogContext>
    </ServicesContext>
  );
}

/** How long it is shown that something was done. */
const SAID_MS = 6_000;

/** What every page has: the skip link, the dialogs and the keys that work everywhere. */
function Frame() {
  const { dialog, close, asked, endAsked, said, say, unsay } = useDialogs();
  const { respond } = useServices();
  useGlobalKeys(dialog !== null || asked !== null);
  // What was asked about one page must not stand over the next, wherever the way there began.
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page
  useEffect(endAsked, [pathname]);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(unsay, SAID_MS);
    return () => clearTimeout(timer);
  }, [said, unsay]);
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <Outlet />
      <Toasts />
      <RespondDialog request={asked} said={said} open={respond} close={endAsked} done={say} />
      <IdleLock />
      <FindDialog open={dialog === 'find'} close={close} />
      <KeysDialog open={dialog === 'keys'} close={close} />
      {dialog === 'emergency' && <EmergencyDialog close={close} />}
    </>
  );
}

function useGlobalKeys(blocked: boolean): void {
  const { openFind, openKeys, session, user } = useServices();
  const finds = may(user, 'patients.read');
  const onPatient = useMatch('/patient/:id') !== null;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // Wherever the hands are, in a field or a dialog too: this one is pressed while walking away.
      if (event.ctrlKey && event.shiftKey && event.code === 'KeyL') {
        event.preventDefault();
        session.lock();
        return;
      }
      if (blocked || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      const target = event.target as HTMLElement;
      const typing = target.closest('input, select, textarea, dialog, [popover]') !== null;
      if (event.key === '/' && !typing && finds) openFind();
      else if (event.key === '?' && !typing) openKeys();
      else if (event.key === 'Escape' && onPatient && !typing) document.querySelector<HTMLElement>('.back')?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [blocked, finds, onPatient, openFind, openKeys, session]);
}

/** All wards on one wall if they are readable from afar together, otherwise the first that has a patient. */
const MOST_BEDS_TOGETHER = 20;

function Home() {
  const { user } = useServices();
  if (isPatient(user)) return <OwnRecord />;
  if (!may(user, 'patients.read'))
    return (
      <Navigate to={administers(user) ? '/admin' : may(user, 'analytics.read') ? '/figures' : '/account'} replace />
    );
  return <FirstWard />;
}

/** A patient's account opens their own record, and there is no other. */
function OwnRecord() {
  const own = useQuery({
    queryKey: ['own-record'],
    queryFn: ({ signal }) => api.ownRecord(signal),
    retry: (_, error) => !isFinal(error),
    retryDelay: 2000,
  });
  if (own.failureCount > 0 && own.failureReason) return <ProblemState error={own.failureReason} />;
  if (own.data === undefined) return null;
  if (own.data === null) return <NoRecord />;
  return <Navigate to={`/patient/${encodeURIComponent(own.data)}`} replace />;
}

function NoRecord() {
  return (
    <main id="content">
      <h1 className="hidden-words">{words.product}</h1>
      <PageState>
        <p>{words.problem.noRecord}</p>
        <Link className="button" to="/account">
          {words.account.mine}
        </Link>
      </PageState>
    </main>
  );
}

function FirstWard() {
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
  useTitle(`${words.problem.noPageShort} · ${words.product}`);
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
