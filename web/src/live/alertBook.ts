/**
 * The standing alerts of the patients in sight and the open incidents behind them. What the hub has told stands against an answer that
 * was asked for before; an incident never goes back to an older version.
 */
import { type Alert, byUrgency, type Incident, incidentsByUrgency, isOpen, isStanding } from './alertTypes';

const NONE: readonly Alert[] = [];

export class AlertBook {
  /** Grows with every change: who keeps something made of the book knows from it when to make it anew. */
  revision = 0;

  private readonly alerts = new Map<string, Alert>();
  private readonly incidents = new Map<string, Incident>();
  /** When the hub last told of an alert or incident, by the steady clock; it may be gone from the book since. */
  private readonly told = new Map<string, number>();
  private sorted: { revision: number; byPatient: Map<string, Alert[]>; all: Alert[]; open: Incident[] } | null = null;

  /**
   * An answer with every standing alert among those that it covers. `asked`: when it was asked for, by the steady clock.
   */
  load(alerts: readonly Alert[], asked: number, covers: (alert: Alert) => boolean): void {
    const present = new Set(alerts.map((one) => one.id));
    for (const one of [...this.alerts.values()])
      if (covers(one) && !present.has(one.id) && !this.toldSince(one.id, asked)) this.alerts.delete(one.id);
    for (const one of alerts) if (!this.toldSince(one.id, asked)) this.keep(one);
    this.revision++;
  }

  /** An answer with every open incident in sight. */
  loadIncidents(incidents: readonly Incident[], asked: number): void {
    const present = new Set(incidents.map((one) => one.id));
    for (const id of [...this.incidents.keys()])
      if (!present.has(id) && !this.toldSince(id, asked)) this.incidents.delete(id);
    for (const one of incidents) if (!this.toldSince(one.id, asked)) this.keepIncident(one);
    for (const [id, at] of this.told) if (at <= asked) this.told.delete(id);
    this.revision++;
  }

  /** The hub has told of an alert. Answers whether it was not known here. */
  apply(alert: Alert, at: number): boolean {
    const known = this.alerts.has(alert.id);
    this.told.set(alert.id, at);
    this.keep(alert);
    this.revision++;
    return !known;
  }

  applyIncident(incident: Incident, at: number): void {
    this.told.set(incident.id, at);
    this.keepIncident(incident);
    this.revision++;
  }

  /** Alerts of patients who have left the sight. */
  forget(patient: string): void {
    for (const one of [...this.alerts.values()]) if (one.patient === patient) this.alerts.delete(one.id);
    this.revision++;
  }

  /** The most urgent first. */
  of(patient: string): readonly Alert[] {
    return this.lists().byPatient.get(patient) ?? NONE;
  }

  /** Those that belong to no patient: the ward's and the installation's own. */
  ownAlerts(): readonly Alert[] {
    return this.lists().all.filter((one) => one.patient === null);
  }

  all(): readonly Alert[] {
    return this.lists().all;
  }

  open(): readonly Incident[] {
    return this.lists().open;
  }

  incident(id: string | null): Incident | null {
    return id === null ? null : (this.incidents.get(id) ?? null);
  }

  /** The work that is open for a patient: that of the most urgent alert, or else the most urgent. */
  incidentOf(patient: string): Incident | null {
    const top = this.incident(this.of(patient)[0]?.incident ?? null);
    return top ?? this.lists().open.find((one) => one.patient === patient) ?? null;
  }

  private toldSince(id: string, asked: number): boolean {
    return (this.told.get(id) ?? Number.NEGATIVE_INFINITY) > asked;
  }

  private keep(alert: Alert): void {
    if (isStanding(alert) && !alert.canary) this.alerts.set(alert.id, alert);
    else this.alerts.delete(alert.id);
  }

  private keepIncident(incident: Incident): void {
    const known = this.incidents.get(incident.id);
    if (known && known.version > incident.version) return;
    if (isOpen(incident) && !incident.canary) this.incidents.set(incident.id, incident);
    else this.incidents.delete(incident.id);
  }

  private lists() {
    if (this.sorted?.revision === this.revision) return this.sorted;
    const all = [...this.alerts.values()].sort(byUrgency);
    const byPatient = new Map<string, Alert[]>();
    for (const one of all)
      if (one.patient !== null) byPatient.set(one.patient, [...(byPatient.get(one.patient) ?? []), one]);
    const open = [...this.incidents.values()].sort(incidentsByUrgency);
    this.sorted = { revision: this.revision, byPatient, all, open };
    return this.sorted;
  }
}
