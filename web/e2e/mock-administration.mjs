/** What the mock's administration knows: invented people, wards, devices, audit rows, events and emergency accesses. */

export const iso = (at = Date.now()) => new Date(at).toISOString();
export const MINUTE = 60_000;
const PATIENT_ACTIONS = ['patient.read', 'patient.history', 'patient.read', 'session.opened', 'alert.acknowledged'];
export const DESCRIPTIONS = {
  'patients.read': 'See patients, live and past',
  'people.manage': 'Add people, change roles, reset passwords',
  'audit.read': 'Read the audit',
  'breakglass.use': 'Open a record in an emergency',
};
export const SCOPES = { nurse: 'wards', 'charge-nurse': 'wards', patient: 'self', administrator: 'hospital' };

export class Administration {
  constructor(ward) {
    this.ward = ward;
    const person = (index, user, name, role, wards, more = {}) => ({
      id: `s-${index}`,
      user,
      name,
      role,
      wards,
      patient: null,
      disabled: false,
      secondFactor: index % 2 === 0,
      passkeys: index % 3,
      createdAt: iso(Date.now() - index * 30 * 86_400_000),
      lastSignInAt: index === 4 ? null : iso(Date.now() - index * 47 * MINUTE),
      version: 1,
      ...more,
    });
    this.people = [
      person(1, 'aberg', 'Administrator A. Berg', 'administrator', []),
      person(2, 'rsilva', 'Nurse R. Silva', 'nurse', ['ward-1']),
      person(3, 'bosei', 'Dr B. Osei', 'physician', ['ward-1']),
      person(4, 'mlind', 'Charge nurse M. Lind', 'charge-nurse', ['ward-1']),
      person(5, 'tfrey', 'Technician T. Frey', 'technician', [], { disabled: true }),
      person(6, 'shaddad', 'Samira Haddad', 'patient', [], { patient: 'p3' }),
    ];
    this.wards = ward.wards.map((one) => ({ ...one }));
    this.devices = ward.patients.map((patient, index) => ({
      id: patient.device,
      createdAt: iso(Date.now() - 90 * 86_400_000),
      revokedAt: index === 13 ? iso(Date.now() - 86_400_000) : null,
      patient: patient.id,
      ward: patient.ward,
      keyList: [
        {
          keyId: `k-${patient.bed}-1`,
          algorithm: 'hmac-sha256',
          createdAt: iso(Date.now() - 90 * 86_400_000),
          expiresAt: null,
          revokedAt: null,
        },
      ],
    }));
    this.audit = Array.from({ length: 230 }, (_, index) => {
      const actor = this.people[index % 4];
      const action = PATIENT_ACTIONS[index % PATIENT_ACTIONS.length];
      return {
        no: 5000 - index,
        at: iso(Date.now() - index * 7 * MINUTE),
        actor: { id: actor.id, user: actor.user, name: actor.name },
        role: actor.role,
        action,
        patients: action.startsWith('patient') ? [`p${(index % 14) + 1}`] : [],
        outcome: index % 17 === 3 ? 'refused' : 'done',
        purpose: index % 23 === 5 ? 'break-glass' : null,
        address: `10.1.0.${10 + (index % 9)}`,
        requestId: `r${10_000 + index}`,
        detail: index === 2 ? '=HYPERLINK("http://evil.example")' : null,
      };
    });
    this.whole = true;
    this.events = [
      this.event('e1', 'many-records', 'high', 'Nurse R. Silva read 61 records within an hour', 4),
      this.event('e2', 'at-night', 'medium', 'Dr B. Osei read a record at 03:12, outside of the shift', 190),
      {
        ...this.event('e3', 'refusals', 'medium', '12 refusals within ten minutes for Technician T. Frey', 1500),
        acknowledgedBy: 'Administrator A. Berg',
        acknowledgedAt: iso(Date.now() - 1400 * MINUTE),
        note: 'New on the ward, role has been corrected.',
      },
    ];
    this.emergencies = [
      {
        id: 'b1',
        at: iso(Date.now() - 55 * MINUTE),
        until: iso(Date.now() + 185 * MINUTE),
        actor: { id: 's-3', user: 'bosei', name: 'Dr B. Osei' },
        patient: { id: 'p7', shortName: 'Silva, T.', ward: 'ward-1', bed: '7' },
        reason: 'Called to help with a collapse in the corridor; the ward’s own physician is in surgery.',
        reviewedBy: null,
        reviewedAt: null,
        verdict: null,
        note: null,
      },
    ];
    this.grants = new Set();
    const letter = (index, source, reason, more = {}) => ({
      id: `d${index}`,
      at: iso(Date.now() - index * 17 * MINUTE),
      source,
      device: source === 'device' ? `M-${100 + index}` : null,
      consumer: source === 'event' ? 'notifications' : null,
      event: source === 'event' ? 'PatientStatusUpdated' : null,
      reason,
      attempts: source === 'event' ? 5 : 1,
      size: 312 + index * 90,
      settled: null,
      settledAt: null,
      settledBy: null,
      payload: source === 'event' ? { patient: 'p3', status: 'critical', note: '<b>collapse</b>' } : null,
      ...more,
    });
    this.letters = [
      letter(1, 'event', 'unknown-version'),
      letter(2, 'device', 'unknown-key'),
      letter(3, 'event', 'consumer-failed'),
      letter(4, 'device', 'not-plausible', {
        settled: 'dropped',
        settledAt: iso(Date.now() - MINUTE),
        settledBy: 'Technician T. Frey',
      }),
    ];
  }

  event(id, kind, severity, text, minutesAgo) {
    return {
      id,
      at: iso(Date.now() - minutesAgo * MINUTE),
      kind,
      severity,
      actor: { id: 's-2', user: 'rsilva', name: 'Nurse R. Silva' },
      text,
      acknowledgedBy: null,
      acknowledgedAt: null,
      note: null,
    };
  }

  short(patient) {
    return { id: patient.id, shortName: patient.shortName, ward: patient.ward, bed: patient.bed };
  }
}
