using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Live;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>The steps of a reading's way that need more around them than <see cref="HotPath"/> has: a batch, a group, a connection's output, a patient's state.</summary>
internal sealed class WaySteps : IDisposable
{
    /// <summary>Readings of one batch, as one read from a busy device's socket brings them.</summary>
    public const int BatchReadings = 16;

    private const int GroupReadings = 512;

    private readonly BenchWard _ward = new();
    private readonly DeviceEntry _device;
    private readonly byte[] _json = new byte[VitalsWriter.MaxBytes];
    private readonly byte[] _envelope;
    private readonly byte[] _scratch = new byte[4096];
    private readonly byte[] _record = new byte[ReadingRecord.MaxFixedBytes];
    private readonly VitalsPayload _payload;
    private readonly long _now = MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow());
    private readonly int _jsonLength;
    private readonly DeviceTrack _track = new();
    private readonly Scoring _scoring;
    private readonly CommitGroup _group = new();
    private readonly EnvelopeBatch _anybody = new();
    private readonly Acknowledgements _acknowledgements;
    private readonly LiveDocumentWriter _documents = new();
    private ReadingContent _content;
    private PatientView _view;
    private ulong _counter;

    public WaySteps()
    {
        _device = _ward.Device(1);
        _scoring = new Scoring(_ward);
        _payload = PlausibleVitals.At(_now, 1);
        _jsonLength = VitalsWriter.Write(_payload, _json);
        _envelope = new byte[_jsonLength + Envelope.Overhead];
        SealPayload();
        _scratch.AsSpan(0, _envelope.Length).CopyTo(_envelope);
        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if (_payload.ValueOf((VitalKind)vital) is not { } value) continue;
            _content.Set(vital, (float)value, 0);
            _view.Vitals.Update((Clinical.Vitals.Vital)vital, value, _now);
        }

        var scores = _scoring.Score(in _view.Vitals, _now, spO2Scale: 1);
        (_view.Anomaly, _view.News2, _view.ScoredAt, _view.MeasuredAt, _view.PatientNumber) = (scores.Anomaly, scores.News2, _now, _now, 1);
        _content.AnomalyScore = scores.Anomaly.Score;
        _content.Drivers = ReadingContent.DriverCount;
        var output = new MqttOutput(Stream.Null, () => throw new BenchmarkException("Acknowledgements were not taken."));
        _acknowledgements = new Acknowledgements(output, MqttVersion.V500, new GatewayMetrics(_ward, TimeProvider.System), () => throw new BenchmarkException("A batch failed."));
    }

    /// <summary>Values into JSON.</summary>
    public int WritePayload() => VitalsWriter.Write(_payload, _scratch);

    /// <summary>JSON into an envelope.</summary>
    public int SealPayload() => Envelope.Seal(_ward.Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, 1, 2, 3), _ward.Topic, _json.AsSpan(0, _jsonLength), _scratch);

    /// <summary>An envelope into a PUBLISH.</summary>
    public int WritePublish() =>
        MqttWriter.Write(_scratch, new PublishPacket { Topic = _ward.Topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = _envelope }, MqttVersion.V500);

    /// <summary>The topic against the device's bindings.</summary>
    public bool MayPublish() => TopicPermissions.MayPublish(_device, _ward.Topic) ? true : throw new BenchmarkException("A device may not publish on its own topic.");

    /// <summary>A batch of <see cref="BatchReadings"/> is filled, and its PUBACKs are written and flushed.</summary>
    public int BatchAndAcknowledge()
    {
        var batch = _acknowledgements.Begin(_device, _now);
        for (var i = 0; i < BatchReadings; i++)
        {
            batch.Add(_ward.Topic, _envelope, DeliveryTag.Make((ushort)(i + 1), QualityOfService.AtLeastOnce));
            _acknowledgements.Expect(QualityOfService.AtLeastOnce);
        }

        batch.Committed();
        return _acknowledgements.Outstanding;
    }

    /// <summary>Binding then and now, patient, counter.</summary>
    public bool FindAndJudge()
    {
        var binding = _device.BindingAt(_now - 1);
        var patient = _ward.Find(binding!.PatientNumber);
        var verdict = _track.Judge(1, 7, ++_counter);
        _track.Mark(1, 7, _counter);
        return patient is not null && verdict == ReplayVerdict.Newest && binding == _device.BindingAt(_now);
    }

    /// <summary>NEWS2, anomaly score and its drivers.</summary>
    public float Score() => _scoring.Score(in _view.Vitals, _now, spO2Scale: 1).Anomaly.Score;

    /// <summary>The record, sealed, as a row of a group.</summary>
    public int AddRow()
    {
        if (_group.Count == GroupReadings) _group.Clear();
        var key = new ReadingKey(1, 1, 1, 1, 7, ++_counter, _now);
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        key.WriteAssociatedData(associated);
        var length = ReadingRecord.Write(in _content, default, _record);
        var written = _ward.Patient.Key.Seal(associated, _record.AsSpan(0, length), _group.RecordSpace(length + DataKey.Overhead));
        _group.Add(in key, ReadingFlags.None, envelopeTag: 1, _now, written, _anybody, entry: 0);
        return written;
    }

    /// <summary>The message for all screens.</summary>
    public int WriteDocument() => _documents.Vitals(_ward.Patient, in _view, _now).Length;

    public void Dispose()
    {
        _documents.Dispose();
        _ward.Dispose();
    }
}
