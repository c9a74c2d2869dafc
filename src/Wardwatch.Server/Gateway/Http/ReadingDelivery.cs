using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway.Http;

/// <summary>
/// The readings of one request on their way through the lanes and back: told once, when all of them are stored or set aside, or nothing can be promised.
/// Whoever stops waiting leaves it to itself: the batch belongs to the lane and the committer until they tell.
/// </summary>
internal sealed class ReadingDelivery : IDeliveryOwner
{
    private readonly TaskCompletionSource<DeliveryState> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins the batch of a request.</summary>
    /// <param name="device">The device, as it is known now.</param>
    /// <param name="receivedAt">Microseconds since the Unix epoch.</param>
    public ReadingDelivery(DeviceEntry device, long receivedAt)
    {
        Batch = new EnvelopeBatch();
        Batch.Begin(device, this, receivedAt);
    }

    /// <summary>What is sent; not to be touched after it was handed over.</summary>
    public EnvelopeBatch Batch { get; }

    /// <summary>Why each reading was set aside, in their order; <see cref="RefusalReason.None"/>: it is stored. There once <see cref="Told"/> has ended.</summary>
    public RefusalReason[] Outcomes { get; private set; } = [];

    /// <summary>Ends when the outcome is known.</summary>
    public Task<DeliveryState> Told => _told.Task;

    /// <inheritdoc />
    public void Complete(EnvelopeBatch batch, DeliveryState state)
    {
        var outcomes = new RefusalReason[batch.Count];
        for (var entry = 0; entry < outcomes.Length; entry++)
        {
            outcomes[entry] = batch.Outcome(entry);
        }

        Outcomes = outcomes;
        batch.Trace?.Acknowledged(batch.Count);
        batch.Release();
        _told.TrySetResult(state);
    }
}
