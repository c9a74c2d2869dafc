import type { Query } from './admin';
import { decodeWards, type Page, type WardEntry } from './adminShapes';
import { Http, part, type Version, withQuery } from './http';
import {
  type BedEntry,
  decodeBeds,
  decodeEncounters,
  decodeImport,
  decodePatient,
  decodePatients,
  decodeWorn,
  type Encounter,
  type Identity,
  type ImportAnswer,
  type NewPatient,
  type PatientEntry,
  type Place,
  type WornDevice,
} from './patientShapes';
import { ApiProblem } from './problem';

/** Who to bind a device to, after the questions that the server asks. */
export interface Binding {
  device: string;
  confirmSamePatient?: boolean;
  /** The patient on whom it is now. */
  takeFrom?: string;
}

/** Patients as records. Every change but `critical` says on which version it was decided. */
export class PatientsApi extends Http {
  patients(query: Query, signal?: AbortSignal): Promise<Page<PatientEntry>> {
    return this.get(withQuery('/api/patients', query), decodePatients, signal);
  }

  patient(id: string, signal?: AbortSignal): Promise<PatientEntry> {
    return this.get(of(id), decodePatient, signal);
  }

  register(patient: NewPatient): Promise<PatientEntry> {
    return this.ask('POST', '/api/patients', patient, decodePatient);
  }

  change(id: string, identity: Identity, version: Version): Promise<PatientEntry> {
    return this.ask('PUT', of(id), identity, decodePatient, version);
  }

  setStatus(id: string, status: string, note: string, version: Version): Promise<PatientEntry> {
    return this.ask('PUT', `${of(id)}/status`, { status, ...noted(note) }, decodePatient, version);
  }

  /** An emergency does not wait for a version. */
  setCritical(id: string, note: string): Promise<PatientEntry> {
    return this.ask('POST', `${of(id)}/critical`, noted(note), decodePatient);
  }

  admit(id: string, to: Place & { status?: string }, version: Version): Promise<PatientEntry> {
    return this.ask('POST', `${of(id)}/admit`, to, decodePatient, version);
  }

  transfer(id: string, to: Place, version: Version): Promise<PatientEntry> {
    return this.ask('POST', `${of(id)}/transfer`, to, decodePatient, version);
  }

  discharge(id: string, to: string, note: string, version: Version): Promise<PatientEntry> {
    return this.ask('POST', `${of(id)}/discharge`, { to, ...noted(note) }, decodePatient, version);
  }

  /** Newest first; `after` is the cursor of the page before. */
  encounters(id: string, after: string | null, signal?: AbortSignal): Promise<Page<Encounter>> {
    return this.get(withQuery(`${of(id)}/encounters`, { after }), decodeEncounters, signal);
  }

  worn(id: string, signal?: AbortSignal): Promise<Page<WornDevice>> {
    return this.get(`${of(id)}/devices`, decodeWorn, signal);
  }

  bind(id: string, binding: Binding): Promise<void> {
    return this.tell('PUT', `${of(id)}/device`, binding);
  }

  unbind(id: string, device: string): Promise<void> {
    return this.tell('DELETE', `${of(id)}/device/${part(device)}`);
  }

  /** `id` stays, `duplicate` is closed. */
  merge(id: string, duplicate: string, reason: string, version: Version): Promise<PatientEntry> {
    return this.ask('POST', `${of(id)}/merge`, { duplicate, reason }, decodePatient, version);
  }

  /** Answers as well where the file was refused: `done` then is false, and nothing was taken over. */
  async importFile(file: Blob, dryRun: boolean): Promise<{ done: boolean; answer: ImportAnswer }> {
    const path = withQuery('/api/patients/import', { dryRun: dryRun ? 'true' : null });
    try {
      const csv = new Blob([file], { type: 'text/csv' });
      return { done: true, answer: await this.ask('POST', path, csv, decodeImport) };
    } catch (error) {
      const refused = error instanceof ApiProblem && error.type === 'import-refused' ? decodeImport(error.more) : null;
      if (refused === null) throw error;
      return { done: false, answer: refused };
    }
  }

  /** The beds of a ward in their order, and who lies in them. */
  beds(ward: string, signal?: AbortSignal): Promise<BedEntry[]> {
    return this.get(`/api/wards/${part(ward)}/beds`, decodeBeds, signal);
  }

  wards(signal?: AbortSignal): Promise<Page<WardEntry>> {
    return this.get('/api/wards', decodeWards, signal);
  }
}

const of = (id: string): string => `/api/patients/${part(id)}`;
const noted = (note: string): { note?: string } => (note ? { note } : {});
