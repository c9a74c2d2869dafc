using Wardwatch.Server.Cluster.Queue;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.UnitTests.Monitoring;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>Messages as a gateway sends them: for the third of sixteen partitions.</summary>
internal static class SentMessages
{
    /// <summary>Waits for no answer.</summary>
    public static IDeliveryOwner Nobody { get; } = new NoOwner();

    /// <summary>Envelopes of a device.</summary>
    public static EnvelopeBatch Batch(DeviceEntry device, long receivedAt, params byte[][] envelopes)
    {
        var batch = new EnvelopeBatch();
        batch.Begin(device, Nobody, receivedAt);
        foreach (var envelope in envelopes)
        {
            batch.Add(TestWard.TopicOf(1), envelope, tag: 0);
        }

        return batch;
    }

    /// <summary>The bytes of a message.</summary>
    public static byte[] Write(params EnvelopeBatch[] batches)
    {
        var bytes = new byte[EnvelopeMessage.HeaderBytes + batches.Sum(EnvelopeMessage.BytesOf)];
        EnvelopeMessage.WriteHeader(bytes, 3, 16, batches.Length);
        var at = EnvelopeMessage.HeaderBytes;
        foreach (var batch in batches)
        {
            at += EnvelopeMessage.WriteBatch(bytes.AsSpan(at), batch);
        }

        return bytes[..at];
    }

    private sealed class NoOwner : IDeliveryOwner
    {
        public void Complete(EnvelopeBatch batch, DeliveryState state)
        {
            // Nobody waits for these.
        }
    }
}
