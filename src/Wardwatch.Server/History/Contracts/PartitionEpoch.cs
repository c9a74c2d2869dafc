namespace Wardwatch.Server.History.Contracts;

/// <summary>A share of the patients as one process has it, where several processes divide them. Rows commit only while nobody else has taken the partition since.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Epoch">Counts up each time that somebody takes it.</param>
public readonly record struct PartitionEpoch(int Partition, long Epoch);
