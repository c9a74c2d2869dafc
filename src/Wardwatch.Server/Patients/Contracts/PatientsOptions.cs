using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>Patients and what they wear: configuration section <c>Wardwatch:Patients</c>.</summary>
public sealed class PatientsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Patients";

    /// <summary>After so many minutes without a reading it is asked whether a device is still on the same patient.</summary>
    [Range(1, 1440)]
    public int SamePatientGapMinutes { get; set; } = 10;

    /// <summary>The longest table of patients that is imported over HTTP, in bytes.</summary>
    [Range(1024, 1L << 30)]
    public long MostImportBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Seconds that an import over HTTP may take.</summary>
    [Range(1, 86_400)]
    public int ImportSeconds { get; set; } = 1800;
}
