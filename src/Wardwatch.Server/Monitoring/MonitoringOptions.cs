using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Monitoring;

/// <summary>How readings are judged and patients watched. Section <c>Wardwatch:Monitoring</c>.</summary>
public sealed class MonitoringOptions
{
    /// <summary>Lanes, each a single-threaded processor of its share of the patients. 0: one per two processor cores, at least one.</summary>
    [Range(0, 256)]
    public int Lanes { get; set; }

    /// <summary>Batches that may wait for a lane; when it is full, the sockets wait.</summary>
    [Range(1, 65_536)]
    public int QueuedBatches { get; set; } = 1024;

    /// <summary>Readings of one lane that are scored and shown although the database is too slow or away to take them; then batches wait for the lane.</summary>
    [Range(512, 1_000_000)]
    public int UncommittedReadings { get; set; } = 32_768;

    /// <summary>A reading older than this on arrival is marked late, in seconds.</summary>
    [Range(1, 86_400)]
    public double LateAfterSeconds { get; set; } = 60;

    /// <summary>A device that has sent nothing for this long is silent, in seconds.</summary>
    [Range(2, 3600)]
    public double SilentAfterSeconds { get; set; } = 10;

    /// <summary>Readings kept in memory per patient, and rebuilt from the database after a restart.</summary>
    [Range(10, 1000)]
    public int RecentReadings { get; set; } = 100;

    /// <summary>From this anomaly score on, a reading counts as an anomaly.</summary>
    [Range(0.0, 1.0)]
    public double AnomalyThreshold { get; set; } = 0.6;

    /// <summary>From this NEWS2 on, reached for certain, a reading makes its patient critical; 0: none does. The College asks for an emergency response from 7.</summary>
    [Range(0, 20)]
    public int CriticalNews2 { get; set; } = 7;
}
