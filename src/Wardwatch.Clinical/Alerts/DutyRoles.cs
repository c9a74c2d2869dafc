namespace Wardwatch.Clinical.Alerts;

/// <summary>Who responds to an alert: what somebody is on duty as, which is not the role of their account.</summary>
public static class DutyRoles
{
    /// <summary>Nurses the patient.</summary>
    public const string Nurse = "nurse";

    /// <summary>Leads the nursing of the ward; the last but one to be asked for anything.</summary>
    public const string ChargeNurse = "charge-nurse";

    /// <summary>The ward's physician.</summary>
    public const string Physician = "physician";

    /// <summary>Critical care.</summary>
    public const string Intensivist = "intensivist";

    /// <summary>Heart and rhythm.</summary>
    public const string Cardiologist = "cardiologist";

    /// <summary>Breathing and gas exchange.</summary>
    public const string RespiratoryPhysician = "respiratory-physician";

    /// <summary>Consciousness.</summary>
    public const string Neurologist = "neurologist";

    /// <summary>Glucose.</summary>
    public const string Diabetologist = "diabetologist";

    /// <summary>The team that comes to a patient who deteriorates.</summary>
    public const string RapidResponse = "rapid-response";

    /// <summary>Devices and the installation.</summary>
    public const string Technician = "technician";

    /// <summary>Every duty role, with its name in words.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Nurse] = "Nurse",
        [ChargeNurse] = "Charge nurse",
        [Physician] = "Physician",
        [Intensivist] = "Intensivist",
        [Cardiologist] = "Cardiologist",
        [RespiratoryPhysician] = "Respiratory physician",
        [Neurologist] = "Neurologist",
        [Diabetologist] = "Diabetologist",
        [RapidResponse] = "Rapid response team",
        [Technician] = "Technician",
    };
}
