/** What may be done about an alert or incident as it stands, as far as can be told here: the server decides. */
import { may, type SignedInUser } from '../api/me';
import { type Alert, type Incident, isOpen } from '../live/alertTypes';

export type Step = 'acknowledge' | 'claim' | 'start' | 'review' | 'resolve' | 'comment';

const mayAct = (user: SignedInUser, technical: boolean): boolean =>
  may(user, 'alerts.act') || (technical && may(user, 'alerts.technical'));

/** In the order in which they are usually taken. `mine`: this person is responsible for it. */
export function stepsFor(user: SignedInUser, incident: Incident | null, mine: boolean): Step[] {
  if (!incident || !isOpen(incident) || !mayAct(user, incident.technical)) return [];
  const { state, reviewedAt } = incident;
  const waits = state === 'OPEN' || state === 'ASSIGNED' || state === 'REASSIGNED';
  const offered: Record<Step, boolean> = {
    acknowledge: waits,
    claim: !mine,
    start: state === 'ACKNOWLEDGED',
    review: !waits && (reviewedAt === null || state === 'IN_PROGRESS'),
    resolve: !waits,
    comment: true,
  };
  return (Object.keys(offered) as Step[]).filter((one) => offered[one]);
}

export const maySilence = (user: SignedInUser, alert: Alert): boolean =>
  mayAct(user, alert.technical) && alert.condition === 'active';

export const mayJudge = (user: SignedInUser, alert: Alert): boolean => mayAct(user, alert.technical);

/** What was raised by hand is ended by hand; what is measured ends by itself. */
export const mayEnd = (user: SignedInUser, alert: Alert): boolean =>
  alert.type === 'manual' && alert.condition === 'active' && may(user, 'alerts.act');
