/** The browser's side of web push: one worker, which shows that there is news and nothing about whom. */
const WORKER = '/push-worker.js';

export type PushState = 'on' | 'off' | 'denied' | 'unable';

export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && window.isSecureContext;

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

export async function pushState(): Promise<PushState> {
  if (!canPush()) return 'unable';
  if (Notification.permission === 'denied') return 'denied';
  return (await current()) ? 'on' : 'off';
}

/** Asks the browser; answers what the server is told of it. Throws where the browser refuses. */
export async function subscribePush(key: string): Promise<PushSubscriptionJSON> {
  const registration = await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return subscription.toJSON();
}

/** What this browser has subscribed with, so that the server can be told which one ends; null: none. */
export const pushSubscription = async (): Promise<PushSubscriptionJSON | null> =>
  canPush() ? ((await current())?.toJSON() ?? null) : null;

export async function unsubscribePush(): Promise<void> {
  await (await current())?.unsubscribe();
}
