using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Hospitals and wards, and the order of beds in them: patients stand in it on every wall.</summary>
internal sealed class BedOrder : IComparer<PatientEntry>
{
    private readonly Dictionary<(int Tenant, string Ward, string Bed), int> _places = [];

    /// <param name="hospitals">Every hospital.</param>
    /// <param name="wards">Every ward in its order.</param>
    public BedOrder(IReadOnlyList<HospitalEntry> hospitals, IReadOnlyList<WardEntry> wards)
    {
        (Hospitals, Wards) = (hospitals, wards);
        foreach (var ward in wards)
        {
            foreach (var bed in ward.Beds)
            {
                _places.Add((ward.TenantId, ward.Id, bed), _places.Count);
            }
        }
    }

    /// <summary>Nothing yet.</summary>
    public static BedOrder Empty { get; } = new([], []);

    /// <summary>Every hospital.</summary>
    public IReadOnlyList<HospitalEntry> Hospitals { get; }

    /// <summary>Every ward in its order.</summary>
    public IReadOnlyList<WardEntry> Wards { get; }

    /// <summary>Those who are present, in order.</summary>
    public PatientEntry[] Sort(IEnumerable<PatientEntry> patients) => [.. patients.Where(patient => patient.IsPresent).OrderBy(PlaceOf).ThenBy(patient => patient.Id, StringComparer.Ordinal)];

    /// <summary>The list with one patient put in the right place, replaced or taken out: a copy, and no new sorting.</summary>
    /// <param name="present">The list before.</param>
    /// <param name="number">The patient.</param>
    /// <param name="now">The patient as they are now; null, or not present: taken out.</param>
    public PatientEntry[] Replace(PatientEntry[] present, int number, PatientEntry? now)
    {
        var old = Array.FindIndex(present, patient => patient.Number == number);
        if (now is { IsPresent: true } && old >= 0 && Compare(present[old], now) == 0)
        {
            var same = (PatientEntry[])present.Clone();
            same[old] = now;
            return same;
        }

        if (old >= 0)
        {
            present = [.. present.AsSpan(0, old), .. present.AsSpan(old + 1)];
        }

        if (now is not { IsPresent: true })
        {
            return present;
        }

        var found = Array.BinarySearch(present, now, this);
        var place = found < 0 ? ~found : found;
        return [.. present.AsSpan(0, place), now, .. present.AsSpan(place)];
    }

    /// <inheritdoc />
    public int Compare(PatientEntry? x, PatientEntry? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var byPlace = PlaceOf(x).CompareTo(PlaceOf(y));
        return byPlace != 0 ? byPlace : string.CompareOrdinal(x.Id, y.Id);
    }

    private int PlaceOf(PatientEntry patient) =>
        patient is { Ward: { } ward, Bed: { } bed } && _places.TryGetValue((patient.TenantId, ward, bed), out var place) ? place : int.MaxValue;
}
