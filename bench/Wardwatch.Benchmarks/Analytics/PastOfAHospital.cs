using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Benchmarks.Analytics;

/// <summary>A patient whose stays are invented, with the two places of each.</summary>
/// <param name="Number">The patient.</param>
/// <param name="Id">The public id.</param>
/// <param name="Ward">Where each stay begins.</param>
/// <param name="LaterWard">Where it goes on.</param>
/// <param name="Bed">The bed, on both.</param>
internal sealed record Sojourner(int Number, string Id, string Ward, string LaterWard, string Bed);

/// <summary>
/// What a full hospital tells of itself over months, minute by minute up to now, the same at every run: each ward once a minute how much its devices sent, and of each patient
/// one stay after the other, each of half a day, which is shorter than most and makes more figures of as many events:
/// <code>
/// minute  0 registered   30 admitted   150 critical (every third stay)   390 to another ward   750 discharged   780 the next stay
/// </code>
/// </summary>
internal sealed class PastOfAHospital(int tenantId, IReadOnlyList<string> wards, IReadOnlyList<Sojourner> patients)
{
    /// <summary>From a registration to the next one, in minutes.</summary>
    public const int CycleMinutes = 780;

    private const int AdmittedAt = 30;
    private const int CriticalAt = 150;
    private const int TransferredAt = 390;
    private const int DischargedAt = 750;
    private const int CriticalEvery = 3;

    // Prime, so that neighbours are far apart.
    private const int OffsetStep = 337;

    private static readonly int[] Steps = [0, AdmittedAt, CriticalAt, TransferredAt, DischargedAt];

    private readonly ILookup<int, int> _byOffset = Enumerable.Range(0, patients.Count).ToLookup(place => place * OffsetStep % CycleMinutes);

    /// <summary>How many minutes tell of about so many events.</summary>
    public int MinutesFor(int events) => (int)Math.Ceiling(events / (wards.Count + (patients.Count * (Steps.Length - 1 + (1.0 / CriticalEvery)) / CycleMinutes)));

    /// <summary>The events of some minutes, in the order of their times.</summary>
    /// <param name="first">The first minute.</param>
    /// <param name="minutes">How many.</param>
    public IEnumerable<NewEvent> Of(DateTimeOffset first, int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            var at = first.AddMinutes(minute);
            foreach (var ward in wards) yield return NewEvent.Of(MonitoringEvents.VitalSigns, new EventOrigin(tenantId, null, at), new VitalSigns(ward, 1900 + (minute % 40), minute % 10 == 0 ? 3 : 0));
            foreach (var step in Steps)
            {
                foreach (var place in _byOffset[(((step - minute) % CycleMinutes) + CycleMinutes) % CycleMinutes])
                {
                    // Counts the patient's stays; a stay that began before the first minute is told of by its end only.
                    var stay = (minute + (place * OffsetStep % CycleMinutes)) / CycleMinutes;
                    if (Tell(patients[place], ((long)stay * patients.Count) + place, stay, step, at) is { } told) yield return told;
                }
            }
        }
    }

    private NewEvent? Tell(Sojourner patient, long encounter, int stay, int step, DateTimeOffset at)
    {
        var (origin, id) = (new EventOrigin(tenantId, patient.Number, at), $"{encounter}");
        return step switch
        {
            0 => NewEvent.Of(PatientEvents.Created, origin, new PatientCreated(patient.Id, "discharged", null, null)),
            AdmittedAt => NewEvent.Of(PatientEvents.Admitted, origin, new PatientAdmitted(patient.Id, id, "admitted", patient.Ward, patient.Bed)),
            CriticalAt => stay % CriticalEvery == 0 ? NewEvent.Of(PatientEvents.StatusUpdated, origin, new PatientStatusUpdated(patient.Id, "critical", "admitted", "staff", patient.Ward, patient.Bed)) : null,
            TransferredAt => NewEvent.Of(PatientEvents.Transferred, origin, new PatientTransferred(patient.Id, id, "stable", patient.LaterWard, patient.Bed, patient.Ward, patient.Bed)),
            _ => NewEvent.Of(PatientEvents.Discharged, origin, new PatientDischarged(patient.Id, id, "home", patient.LaterWard, patient.Bed)),
        };
    }
}
