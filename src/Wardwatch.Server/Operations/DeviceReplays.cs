using System.Text;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Operations;

/// <summary>Sends a device's message through the lanes again: if its key or binding is known by now, it is stored. It counts as received now, and so as late.</summary>
internal sealed class DeviceReplays(IEnvelopeQueue lanes, IDeviceDirectory devices, TimeProvider time)
{
    /// <summary>Why it was set aside again; <see cref="RefusalReason.None"/>: it is stored now. Null: the device is gone, the queue is closed, or nothing was stored.</summary>
    public async Task<RefusalReason?> ReplayAsync(int deviceNumber, string topic, byte[] envelope, CancellationToken cancellation)
    {
        if (devices.Find(deviceNumber) is not { } device)
        {
            return null;
        }

        var waiting = new Waiting();
        var batch = new EnvelopeBatch();
        batch.Begin(device, waiting, time.Microseconds());
        batch.Add(Encoding.UTF8.GetBytes(topic), envelope, tag: 0);
        while (!lanes.TryPublish(batch))
        {
            if (!await lanes.WaitForRoomAsync(batch, cancellation))
            {
                return null;
            }
        }

        // The lanes own the batch until they complete it, whoever waits.
        return await waiting.Ended.Task.WaitAsync(cancellation);
    }

    private sealed class Waiting : IDeliveryOwner
    {
        public TaskCompletionSource<RefusalReason?> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Complete(EnvelopeBatch batch, DeliveryState state) => Ended.TrySetResult(state == DeliveryState.Durable ? batch.Outcome(0) : null);
    }
}
