namespace Wardwatch.Server.Events;

/// <summary>
/// Patients are spread over buckets, whose order is locked while an event is added, and buckets over partitions, which are claimed as a whole. Stored rows carry
/// their partition, so the formula never changes.
/// </summary>
internal static class EventPartitions
{
    /// <summary>How many buckets: each may be locked by one transaction, and PostgreSQL's table of locks holds some thousand.</summary>
    public const int Buckets = 1024;

    /// <summary>How many partitions.</summary>
    public const int Count = 64;

    /// <summary>
    /// How many lanes the partitions are spread over: a message of the broker is of one lane, and a worker of a consumer has whole lanes. Fewer than partitions, so that
    /// messages are fuller; a power of two, so that two, four or eight workers split the partitions as they would without lanes.
    /// </summary>
    public const int Lanes = 8;

    // Knuth's multiplier: neighbouring numbers go to buckets far apart.
    private const long Multiplier = 2654435761;

    /// <summary>The bucket of a patient, or of a hospital's own events.</summary>
    public static int BucketOf(int tenantId, int? patientNumber) => (int)(((patientNumber ?? -tenantId) * Multiplier) >> 16) & (Buckets - 1);

    /// <summary>The lane of a partition.</summary>
    public static int LaneOf(short partition) => partition % Lanes;

    /// <summary>The partition of a patient, or of a hospital's own events.</summary>
    public static short PartitionOf(int tenantId, int? patientNumber) => (short)(BucketOf(tenantId, patientNumber) % Count);
}
