using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>
/// A lane's whole work on many readings of one device, in batches of sixteen as sockets bring them: open, check, score, live state, record, seal, row. Each run
/// is a device that the lane has not met, so that every reading takes the normal path of a new counter.
/// </summary>
internal sealed class LaneStep : IDeliveryOwner
{
    /// <summary>Readings of one run.</summary>
    public const int Readings = 4096;

    private const int BatchReadings = 16;
    private const int GroupReadings = 512;

    private readonly BenchWard _ward;
    private readonly ReadingProcessor _processor;
    private readonly byte[][] _envelopes = new byte[Readings][];
    private readonly EnvelopeBatch[] _batches = [.. Enumerable.Range(0, GroupReadings / BatchReadings).Select(_ => new EnvelopeBatch())];
    private readonly CommitGroup _group = new();
    private readonly long _receivedAt;
    private int _device;

    public LaneStep(BenchWard ward)
    {
        _ward = ward;
        _processor = ward.CreateProcessor();
        var start = MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow());
        var json = new byte[VitalsWriter.MaxBytes];
        for (var i = 0; i < Readings; i++)
        {
            var length = VitalsWriter.Write(PlausibleVitals.At(start + i, i), json);
            _envelopes[i] = new byte[length + Envelope.Overhead];
            Envelope.Seal(ward.Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, 1, 7, (ulong)i + 1), ward.Topic, json.AsSpan(0, length), _envelopes[i]);
        }

        _receivedAt = start + Readings;
    }

    /// <summary>Processes <see cref="Readings"/> readings and answers how many rows came of them.</summary>
    public int Run()
    {
        var device = _ward.Device(++_device);
        var rows = 0;
        for (var next = 0; next < Readings;)
        {
            for (var b = 0; b < _batches.Length; b++)
            {
                var batch = _batches[b];
                batch.Begin(device, this, _receivedAt);
                for (var end = next + BatchReadings; next < end; next++) batch.Add(_ward.Topic, _envelopes[next], tag: 0);
                _processor.Process(batch, _group);
            }

            _processor.Report();
            rows += _group.Count;
            _group.Clear();
        }

        return rows == Readings ? rows : throw new BenchmarkException($"The lane made {rows} rows of {Readings} readings.");
    }

    public void Complete(EnvelopeBatch batch, DeliveryState state)
    {
        // Nothing is committed here.
    }
}
