/** Time zones by their names, as far as this browser knows them; the server has the last word. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    // Offsets such as +01:00 are no zones: they know no summer time.
    return zone === 'UTC' || zone.includes('/');
  } catch {
    return false;
  }
}
