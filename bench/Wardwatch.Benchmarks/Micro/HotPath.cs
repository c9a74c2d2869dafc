using System.Buffers;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>
/// The steps of a reading's way through the server, each ready to be done again and again on the same bytes: a standard payload of eight vitals
/// (about 110 bytes) on a topic of 40. Used for times and for allocations alike, so that both speak of the same work.
/// </summary>
internal sealed class HotPath
{
    private const long MeasuredAt = 1_795_165_200_123_456;
    private const int NonceOffset = 6;

    /// <summary>Rows of <see cref="ForestBatch"/>.</summary>
    public const int BatchRows = 1_000;

    private readonly BenchWard _ward = new();
    private readonly byte[] _json;
    private readonly byte[] _envelope;
    private readonly byte[] _associated;
    private readonly byte[] _scratch = new byte[4096];
    private readonly byte[] _record = new byte[ReadingRecord.MaxFixedBytes];
    private readonly byte[] _recordSpace = new byte[1024];
    private readonly byte[] _recordKey = new byte[ReadingKey.AssociatedDataBytes];
    private readonly float[] _contributions = new float[VitalCatalogue.Count];
    private readonly ReadOnlySequence<byte> _packet;
    private readonly ReadOnlySequence<byte> _packet311;
    private readonly float[] _rows;
    private readonly VitalSet _vitals;
    private readonly VitalSet _withoutTemperature;
    private readonly AlertMemory _alerts = new();
    private readonly AlertTransition[] _transitions = new AlertTransition[AlertCatalogue.Count];
    private readonly News2Score _score;
    private readonly int _recordLength;
    private VitalSet _latest;
    private long _now = MeasuredAt;
    private ReadingContent _content;

    public HotPath()
    {
        var payload = PlausibleVitals.At(MeasuredAt, 1);
        _json = _scratch[..VitalsWriter.Write(payload, _scratch)];
        _envelope = new byte[_json.Length + Envelope.Overhead];
        Envelope.Seal(_ward.Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, 1, 2, 3), _ward.Topic, _json, _envelope);
        _associated = [.. _envelope.AsSpan(0, EnvelopeHeader.Bytes), .. _ward.Topic];
        var publish = new PublishPacket { Topic = _ward.Topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = _envelope };
        _packet = Packet(publish, MqttVersion.V500);
        _packet311 = Packet(publish, MqttVersion.V311);
        _rows = AdultVitalsGenerator.Draw(BatchRows, seed: 7).RowMajor.ToArray();
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (payload.ValueOf((VitalKind)vital) is not { } value) continue;
            _vitals.Update((Vital)vital, value, MeasuredAt);
            if (vital != (int)Vital.Temperature) _withoutTemperature.Update((Vital)vital, value, MeasuredAt);
            _content.Set(vital, (float)value, 0);
        }

        _latest = _vitals;
        _score = News2.Score(in _vitals, MeasuredAt, ScoreWindow.Default, SpO2Scale.One);
        _content.AnomalyScore = 0.4f;
        _content.Completeness = 1;
        _content.Drivers = ReadingContent.DriverCount;
        _recordLength = ReadingRecord.Write(in _content, default, _record);
        Lane = new LaneStep(_ward);
    }

    /// <summary>What a lane does with a reading, from the sealed envelope to the sealed row.</summary>
    public LaneStep Lane { get; }

    /// <summary>Ascon-AEAD128: encrypts the payload.</summary>
    public int AsconSeal()
    {
        _ward.Cipher.Encrypt(_envelope.AsSpan(NonceOffset, AeadCipher.NonceBytes), _associated, _json, _scratch.AsSpan(0, _json.Length + AeadCipher.TagBytes));
        return _json.Length;
    }

    /// <summary>Ascon-AEAD128: decrypts the payload and checks the tag.</summary>
    public int AsconOpen() =>
        Expect(_ward.Cipher.TryDecrypt(_envelope.AsSpan(NonceOffset, AeadCipher.NonceBytes), _associated, _envelope.AsSpan(EnvelopeHeader.Bytes), _scratch.AsSpan(0, _json.Length)));

    /// <summary>MQTT: finds a PUBLISH in what a socket brought and reads it.</summary>
    public int ReadPublish() => ReadPublish(in _packet, MqttVersion.V500);

    /// <summary>The same of MQTT 3.1.1.</summary>
    public int ReadPublish311() => ReadPublish(in _packet311, MqttVersion.V311);

    /// <summary>Envelope: header, nonce, associated data and Ascon.</summary>
    public int OpenEnvelope() => Expect(Envelope.TryOpen(_ward.Cipher, _envelope, _ward.Topic, _scratch, out _, out _));

    /// <summary>The payload's JSON into values.</summary>
    public int ParseVitals() => Expect(VitalsReader.TryRead(_json, out var payload, out _) && payload.MeasuredAt == MeasuredAt);

    /// <summary>Isolation forest: the score alone.</summary>
    public double ForestScore() => DefaultAnomalyModel.Instance.Score(in _vitals, MeasuredAt, ScoreWindow.Default).Value;

    /// <summary>Isolation forest: the score and what drove it.</summary>
    public double ForestScoreWithDrivers() => DefaultAnomalyModel.Instance.Score(in _vitals, MeasuredAt, ScoreWindow.Default, Contributions).Value;

    /// <summary>The same where one vital is missing: both branches of each of its splits are followed.</summary>
    public double ForestScoreWithDriversOneMissing() => DefaultAnomalyModel.Instance.Score(in _withoutTemperature, MeasuredAt, ScoreWindow.Default, Contributions).Value;

    /// <summary>Isolation forest: the scores of <see cref="BatchRows"/> rows, one after another.</summary>
    public double ForestBatch()
    {
        var forest = DefaultAnomalyModel.Instance.Document.Forest;
        double sum = 0;
        for (var row = 0; row < BatchRows; row++) sum += forest.Score(_rows.AsSpan(row * forest.FeatureCount, forest.FeatureCount));
        return sum;
    }

    /// <summary>NEWS2 with its bounds.</summary>
    public int News2Score() => News2.Score(in _vitals, MeasuredAt, ScoreWindow.Default, SpO2Scale.One).Max;

    /// <summary>Alerts: a reading of all vitals, a second after the one before, that changes nothing.</summary>
    public int AlertStep()
    {
        _now += 1_000_000;
        for (int rest = _latest.PresentMask, vital = 0; rest != 0; rest >>= 1, vital++)
        {
            if ((rest & 1) != 0) _latest.Update((Vital)vital, _latest.ValueOrNaN((Vital)vital), _now);
        }

        var input = new AlertInput(in _latest, in _score, _now) { DeviceHeardAt = _now, AnomalyScore = 0.4, AnomalyCompleteness = 1 };
        return AlertEngine.Step(_alerts, AlertSettings.Default, in input, _transitions);
    }

    /// <summary>A record's bytes.</summary>
    public int WriteRecord() => ReadingRecord.Write(in _content, default, _record);

    /// <summary>AES-256-GCM under the patient's key.</summary>
    public int SealRecord() => _ward.Patient.Key.Seal(_recordKey, _record.AsSpan(0, _recordLength), _recordSpace);

    private Span<float> Contributions => _contributions.AsSpan(0, DefaultAnomalyModel.Instance.Features.Length);

    private static ReadOnlySequence<byte> Packet(in PublishPacket publish, MqttVersion version)
    {
        var packet = new byte[MqttWriter.Length(publish, version)];
        MqttWriter.Write(packet, publish, version);
        return new ReadOnlySequence<byte>(packet);
    }

    private int ReadPublish(in ReadOnlySequence<byte> packet, MqttVersion version)
    {
        var found = MqttFrames.TryRead(in packet, version, 65_536, out var frame);
        return Expect(found == FrameStatus.Ok
            && PublishPacket.TryRead(frame.Header, frame.Contiguous(_scratch), new MqttPeer(version, MqttSender.Client), out var publish, out _)
            && publish.PacketId == 1);
    }

    // A step that fails would be measured as a fast one.
    private static int Expect(bool succeeded) => succeeded ? 1 : throw new BenchmarkException("A step of the hot path failed.");
}
