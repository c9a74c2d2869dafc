using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>A partition that this process is taking, has, or gives back.</summary>
internal sealed class HeldPartition(int number) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _lost;
    private volatile bool _ending;
    private PartitionEpochBox? _owned;

    /// <summary>Its number.</summary>
    public int Number => number;

    /// <summary>The epoch at which it was taken; null while it is being taken.</summary>
    public PartitionEpoch? Owned
    {
        get => Volatile.Read(ref _owned)?.Value;
        set => Volatile.Write(ref _owned, value is { } owned ? new(owned) : null);
    }

    /// <summary>Fires when it is to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>From its taking to its end.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Somebody else has it by now.</summary>
    public bool IsLost => _lost;

    /// <summary>It is on its way out.</summary>
    public bool IsEnding => _ending;

    /// <summary>Asks for its end.</summary>
    public async Task EndAsync(bool lost)
    {
        (_lost, _ending) = (_lost || lost, true);
        await _stop.CancelAsync();
    }

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    private sealed record PartitionEpochBox(PartitionEpoch Value);
}
