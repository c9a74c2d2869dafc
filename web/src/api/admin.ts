import type { SecurityEvent } from '../live/types';
import { decodePlaces, type SignedInPlace } from './account';
import {
  type AuditRow,
  type AuditVerdict,
  type DeadLetter,
  type DeviceEntry,
  type DeviceKey,
  type DeviceSecret,
  decodeAudit,
  decodeDeadLetter,
  decodeDeadLetters,
  decodeDevice,
  decodeDeviceSecret,
  decodeDevices,
  decodeEmergencies,
  decodeEvents,
  decodeNewPerson,
  decodeOutcome,
  decodePeople,
  decodePerson,
  decodeRoles,
  decodeVerdict,
  decodeWards,
  type EmergencyEntry,
  type Page,
  type Person,
  type Role,
  type WardEntry,
} from './adminShapes';
import { Http, part, withQuery } from './http';

export type Query = Record<string, string | null | undefined>;
export type NewPerson = Pick<Person, 'user' | 'name' | 'role' | 'wards'> & { patient?: string };
export type PersonChange = Pick<Person, 'name' | 'role' | 'wards' | 'disabled' | 'version'>;

/** The administration. What may be asked is the server's to say. */
export class AdminApi extends Http {
  people(query: Query, signal?: AbortSignal): Promise<Page<Person>> {
    return this.get(withQuery('/api/people', query), decodePeople, signal);
  }

  /** Answers the password, which is told this once. */
  addPerson(person: NewPerson): Promise<{ password: string }> {
    return this.ask('POST', '/api/people', person, decodeNewPerson);
  }

  changePerson(id: string, change: PersonChange): Promise<Person> {
    return this.ask('PUT', `/api/people/${part(id)}`, change, decodePerson);
  }

  newPassword(id: string): Promise<{ password: string }> {
    return this.ask('POST', `/api/people/${part(id)}/password`, {}, decodeNewPerson);
  }

  resetFactor(id: string): Promise<void> {
    return this.tell('POST', `/api/people/${part(id)}/second-factor/reset`, {});
  }

  placesOf(id: string, signal?: AbortSignal): Promise<SignedInPlace[]> {
    return this.get(`/api/people/${part(id)}/sessions`, decodePlaces, signal);
  }

  signOutPerson(id: string): Promise<void> {
    return this.tell('POST', `/api/people/${part(id)}/sign-out`, {});
  }

  removePerson(id: string): Promise<void> {
    return this.tell('DELETE', `/api/people/${part(id)}`);
  }

  roles(signal?: AbortSignal): Promise<Page<Role>> {
    return this.get('/api/roles', decodeRoles, signal);
  }

  wards(signal?: AbortSignal): Promise<Page<WardEntry>> {
    return this.get('/api/wards', decodeWards, signal);
  }

  addWard(ward: { id: string; name: string; beds: string[] }): Promise<void> {
    return this.tell('POST', '/api/wards', ward);
  }

  changeWard(id: string, ward: { name: string; beds: string[] }): Promise<void> {
    return this.tell('PUT', `/api/wards/${part(id)}`, ward);
  }

  devices(query: Query, signal?: AbortSignal): Promise<Page<DeviceEntry>> {
    return this.get(withQuery('/api/devices', query), decodeDevices, signal);
  }

  device(id: string, signal?: AbortSignal): Promise<{ device: DeviceEntry; keys: DeviceKey[] }> {
    return this.get(`/api/devices/${part(id)}`, decodeDevice, signal);
  }

  addDevice(id: string, algorithm: string): Promise<DeviceSecret> {
    return this.ask('POST', '/api/devices', { id, algorithm }, decodeDeviceSecret);
  }

  /** `overlapHours` null: the older keys stay good. */
  issueKey(id: string, algorithm: string, overlapHours: number | null): Promise<DeviceSecret> {
    const body = overlapHours === null ? { algorithm } : { algorithm, overlapHours };
    return this.ask('POST', `/api/devices/${part(id)}/keys`, body, decodeDeviceSecret);
  }

  revokeKey(id: string, key: string): Promise<void> {
    return this.tell('DELETE', `/api/devices/${part(id)}/keys/${part(key)}`);
  }

  revokeDevice(id: string): Promise<void> {
    return this.tell('DELETE', `/api/devices/${part(id)}`);
  }

  audit(query: Query, signal?: AbortSignal): Promise<Page<AuditRow>> {
    return this.get(withQuery('/api/audit', query), decodeAudit, signal);
  }

  verifyAudit(): Promise<AuditVerdict> {
    return this.ask('POST', '/api/audit/verify', {}, decodeVerdict);
  }

  events(query: Query, signal?: AbortSignal): Promise<Page<SecurityEvent>> {
    return this.get(withQuery('/api/security-events', query), decodeEvents, signal);
  }

  acknowledgeEvent(id: string, note: string): Promise<void> {
    return this.tell('POST', `/api/security-events/${part(id)}/acknowledge`, { note });
  }

  emergencies(query: Query, signal?: AbortSignal): Promise<Page<EmergencyEntry>> {
    return this.get(withQuery('/api/break-glass', query), decodeEmergencies, signal);
  }

  reviewEmergency(id: string, verdict: 'justified' | 'unjustified', note: string): Promise<void> {
    return this.tell('POST', `/api/break-glass/${part(id)}/review`, { verdict, note });
  }

  deadLetters(query: Query, signal?: AbortSignal): Promise<Page<DeadLetter>> {
    return this.get(withQuery('/api/dead-letters', query), decodeDeadLetters, signal);
  }

  deadLetter(id: string, signal?: AbortSignal): Promise<{ letter: DeadLetter; payload: string | null }> {
    return this.get(`/api/dead-letters/${part(id)}`, decodeDeadLetter, signal);
  }

  replayDeadLetter(id: string): Promise<{ outcome: string; reason: string | null }> {
    return this.ask('POST', `/api/dead-letters/${part(id)}/replay`, {}, decodeOutcome);
  }

  dropDeadLetter(id: string, reason: string): Promise<void> {
    return this.tell('POST', `/api/dead-letters/${part(id)}/drop`, { reason });
  }
}
