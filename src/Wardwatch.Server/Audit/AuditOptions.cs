using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Audit;

/// <summary>What can be set about the audit: configuration section <c>Wardwatch:Audit</c>, environment <c>Wardwatch__Audit__Name</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Audit";

    /// <summary>How many looks share a transaction at most.</summary>
    [Range(1, 10_000)]
    public int MostPerTransaction { get; set; } = 500;

    /// <summary>How long a look waits for the database before it is kept in a file, to be added to the trail when the database is back.</summary>
    [Range(0.1, 60)]
    public double DatabaseSeconds { get; set; } = 2;

    /// <summary>The time between two signed checkpoints, in hours.</summary>
    [Range(0.01, 168)]
    public double CheckpointHours { get; set; } = 24;

    /// <summary>How many different records somebody opens one by one within ten minutes before it is told as a security event.</summary>
    [Range(2, 10_000)]
    public int ManyRecords { get; set; } = 30;

    /// <summary>The same by night, within an hour.</summary>
    [Range(2, 10_000)]
    public int ManyRecordsAtNight { get; set; } = 15;

    /// <summary>The hour at which the night begins, in the hospital's time.</summary>
    [Range(0, 23)]
    public int NightBegins { get; set; } = 22;

    /// <summary>The hour at which it ends.</summary>
    [Range(0, 23)]
    public int NightEnds { get; set; } = 6;

    /// <summary>The hospital's time zone, by its IANA name.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>How many emergency accesses of one person within eight hours are told.</summary>
    [Range(1, 1000)]
    public int ManyEmergencies { get; set; } = 3;

    /// <summary>How many refusals of one person within five minutes are told.</summary>
    [Range(1, 10_000)]
    public int ManyRefusals { get; set; } = 10;

    /// <summary>How many failed sign-ins to one account within ten minutes are told.</summary>
    [Range(1, 10_000)]
    public int ManyFailedSignIns { get; set; } = 10;
}
