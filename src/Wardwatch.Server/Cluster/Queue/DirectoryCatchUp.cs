using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// Finds the device of what a gateway sent. The gateway may have heard of a new device, key or binding a moment before this process; what would be refused for that alone waits
/// for the news. A gateway that is itself behind makes nobody wait again for the same device for a while.
/// </summary>
internal sealed class DirectoryCatchUp(IDeviceDirectory devices, IPatientDirectory patients, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<int, long> _waited = [];

    /// <summary>The device; one without keys, whose messages are set aside, if nobody here knows it.</summary>
    public async ValueTask<DeviceEntry> FindAsync(SentBatch batch, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        if (devices.Find(batch.DeviceNumber) is { } known && IsCurrent(known, batch, message.Span))
        {
            return known;
        }

        if (!_waited.TryGetValue(batch.DeviceNumber, out var last) || time.GetElapsedTime(last) > Rest)
        {
            await WaitAsync(batch, message, cancellation);
            if (devices.Find(batch.DeviceNumber) is not { } late || !IsCurrent(late, batch, message.Span))
            {
                _waited[batch.DeviceNumber] = time.GetTimestamp();
            }
        }

        return devices.Find(batch.DeviceNumber) ?? new() { Number = batch.DeviceNumber, TenantId = batch.TenantId, Id = "", TokenHash = [], Keys = [], Bindings = [] };
    }

    private async Task WaitAsync(SentBatch batch, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Between, time, cancellation);
            if (devices.Find(batch.DeviceNumber) is { } device && IsCurrent(device, batch, message.Span))
            {
                return;
            }
        }
    }

    private bool IsCurrent(DeviceEntry device, SentBatch batch, ReadOnlySpan<byte> message)
    {
        var patient = EnvelopeWay.PatientOf(device, batch.ReceivedAt);
        if (patient != batch.PatientNumber || (patient != device.Number && patients.Find(patient) is null))
        {
            return false;
        }

        var at = batch.Start;
        for (var i = 0; i < batch.Count; i++)
        {
            EnvelopeMessage.TryReadEnvelope(message, ref at, out var sent);
            if (sent.KeyKnown && (!EnvelopeHeader.TryRead(message[sent.Envelope], out var header, out _) || device.FindKey(header.KeyId, batch.ReceivedAt) is null))
            {
                return false;
            }
        }

        return true;
    }
}
