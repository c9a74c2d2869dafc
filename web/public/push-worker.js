// Shows that there is news, on a lock screen that anybody may see: no name, no bed, no value, whatever the message says.
const TEXT = { high: 'High-priority alert. Open Wardwatch.', other: 'News for you. Open Wardwatch.' };

self.addEventListener('push', (event) => {
  let priority = 'high';
  try {
    const message = event.data?.json();
    if (message?.priority === 'medium' || message?.priority === 'low') priority = 'other';
  } catch {
    // What cannot be read is taken for the most urgent.
  }
  event.waitUntil(
    self.registration.showNotification('Wardwatch', {
      body: TEXT[priority],
      tag: `wardwatch-${priority}`,
      renotify: true,
      requireInteraction: priority === 'high',
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      if (page) await page.focus();
      else await self.clients.openWindow('/notifications');
    })(),
  );
});

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
