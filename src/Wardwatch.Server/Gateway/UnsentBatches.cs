using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// What one session has read and its lane has not taken yet: usually one batch for as long as a read lasts, and several while the lane is full.
/// Belongs to the session's reading loop.
/// </summary>
internal sealed class UnsentBatches(Acknowledgements acknowledgements, IEnvelopeQueue queue)
{
    // While the lane is full, what came within a second stays together, and each batch costs its buffer besides its bytes.
    private const long OneBatchMicroseconds = 1_000_000;
    private const int BatchCost = 1024;

    private readonly Queue<EnvelopeBatch> _batches = new();
    private EnvelopeBatch? _last;

    /// <summary>What waiting costs, in bytes.</summary>
    public int Bytes { get; private set; }

    /// <summary>The batch whose turn it is; there must be one.</summary>
    public EnvelopeBatch First => _batches.Peek();

    /// <summary>
    /// The batch to be filled now. What waits keeps the device as it was and the time at which it came, whatever comes behind it: with the database away for
    /// minutes a reading would otherwise seem to come from the future, and a device that changed hands would be taken for its earlier wearer's.
    /// </summary>
    public EnvelopeBatch For(DeviceEntry device, long receivedAt)
    {
        if (_last is null || !ReferenceEquals(_last.Device, device) || receivedAt - _last.ReceivedAt > OneBatchMicroseconds)
        {
            _last = acknowledgements.Begin(device, receivedAt);
            _batches.Enqueue(_last);
            Bytes += BatchCost;
        }

        return _last;
    }

    /// <summary>Adds an envelope to the batch of the last <see cref="For"/>; answers its bytes.</summary>
    public int Add(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> envelope, int tag)
    {
        _last!.Add(topic, envelope, tag);
        var bytes = topic.Length + envelope.Length;
        Bytes += bytes;
        return bytes;
    }

    /// <summary>Publishes what waits, oldest first; false if the lane is full.</summary>
    public bool TryHandOver()
    {
        while (_batches.TryPeek(out var batch))
        {
            var bytes = batch.Bytes + BatchCost; // once published, the batch is somebody else's
            if (!queue.TryPublish(batch))
            {
                return false;
            }

            _batches.Dequeue();
            Bytes -= bytes;
        }

        _last = null;
        return true;
    }

    /// <summary>Gives up what still waits: nothing of it will be acknowledged.</summary>
    public void Fail()
    {
        _last = null;
        while (_batches.TryDequeue(out var batch))
        {
            acknowledgements.Complete(batch, DeliveryState.Failed);
        }
    }
}
