using System.Buffers;
using System.Buffers.Binary;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// What a lane does with one envelope: decrypt, check, attribute, score, seal. CPU work only; on the normal path it allocates nothing.
/// An instance belongs to one lane, whose patients and devices it holds.
/// </summary>
internal sealed partial class ReadingProcessor(
    IPatientDirectory patients, Scoring scoring, PatientStates states, CriticalReadings critical, LaneAlerts alerts, IMonitoringObserver[] observers,
    MonitoringMetrics metrics, MonitoringOptions options, ILogger<ReadingProcessor> logger, Func<int, bool>? isOfPartition = null)
{
    private const int LongestPayload = 64 * 1024;

    // Unmapped members can be as long as the payload itself and gain a few bytes of punctuation.
    private const int LongestUnmapped = VitalsReader.MaxBytes + 512;

    private readonly Dictionary<int, DeviceTrack> _devices = [];
    private readonly byte[] _plain = new byte[LongestPayload];
    private readonly byte[] _record = new byte[ReadingRecord.MaxFixedBytes + LongestUnmapped];
    private readonly ArrayBufferWriter<byte> _unmapped = new(LongestUnmapped);
    private readonly long _lateAfter = (long)(options.LateAfterSeconds * 1e6);
    private readonly ILogger<ReadingProcessor> _logger = logger;
    private LaneTally _tally;

    /// <summary>Takes a batch apart and adds what came of it to <paramref name="group"/>.</summary>
    public void Process(EnvelopeBatch batch, CommitGroup group)
    {
        for (var entry = 0; entry < batch.Count; entry++)
        {
            if (batch.Outcome(entry) != RefusalReason.None)
            {
                continue; // refused by the gateway already; it travels along only to be answered in its turn
            }

            RefusalReason reason;
            try
            {
                reason = Process(batch, entry, group);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A defect met by one message must not stop the ward: the message is set aside, and the log says where to look.
                LogDefect(e, batch.Device.Number);
                reason = RefusalReason.ProcessingFailed;
            }

            if (reason != RefusalReason.None)
            {
                batch.Refuse(entry, reason);
                group.AddDeadLetter(batch.Device.TenantId, batch.Device.Number, batch.ReceivedAt, reason, batch, entry);
                metrics.Refused(reason);
            }
        }

        group.AddListener(batch);
    }

    /// <summary>Adds up what was counted since the last call.</summary>
    public void Report() => metrics.Add(ref _tally);

    /// <summary>The track of a device; made when it is first met.</summary>
    public DeviceTrack TrackOf(int deviceNumber)
    {
        if (!_devices.TryGetValue(deviceNumber, out var track))
        {
            _devices.Add(deviceNumber, track = new DeviceTrack());
        }

        return track;
    }

    private RefusalReason Process(EnvelopeBatch batch, int entry, CommitGroup group)
    {
        var envelope = batch.Envelope(entry);
        if (!EnvelopeHeader.TryRead(envelope, out var header, out var problem))
        {
            return problem == EnvelopeProblem.UnknownKind ? RefusalReason.UnsupportedKind : RefusalReason.UnreadableEnvelope;
        }

        if (header.Kind is not (EnvelopeKind.Vitals or EnvelopeKind.DeviceStatus))
        {
            return RefusalReason.UnsupportedKind;
        }

        var device = batch.Device;
        if (device.FindKey(header.KeyId, batch.ReceivedAt) is not { } key)
        {
            return RefusalReason.UnknownKey;
        }

        if (!Envelope.TryOpen(key.Cipher, envelope, batch.Topic(entry), _plain, out var length, out _))
        {
            return RefusalReason.WrongTag;
        }

        var plain = _plain.AsSpan(0, length);
        if (header.Kind == EnvelopeKind.DeviceStatus)
        {
            return ProcessStatus(batch, entry, group, in header, plain);
        }

        if (!VitalsReader.TryRead(plain, out var payload, out _))
        {
            return RefusalReason.UnreadablePayload;
        }

        if (payload.JudgeTimes(batch.ReceivedAt) != TimeVerdict.Acceptable)
        {
            return RefusalReason.TimeOutOfRange;
        }

        // The binding when it was measured, not the one now: a late reading belongs to whoever wore the device then.
        if (device.BindingAt(payload.MeasuredAt) is not { } binding || patients.Find(binding.PatientNumber) is not { } patient)
        {
            return RefusalReason.NoBinding;
        }

        Take(batch, entry, group, in header, in payload, plain, binding, patient);
        return RefusalReason.None;
    }

    /// <summary>A reading that is believed: judges whether it is current, scores it, adds its row, tells the observers.</summary>
    private void Take(EnvelopeBatch batch, int entry, CommitGroup group, in EnvelopeHeader header, in VitalsPayload payload,
        ReadOnlySpan<byte> plain, DeviceBinding binding, PatientEntry patient)
    {
        var track = TrackOf(batch.Device.Number);
        var verdict = track.Judge(header.KeyId, header.BootId, header.Counter);
        track.Mark(header.KeyId, header.BootId, header.Counter);
        var wornNow = IsWornNow(batch, binding);
        track.HeardAt = wornNow ? batch.ReceivedAt : track.HeardAt;

        // A clock that ran ahead and is set right must not keep its device out of the live state until time has caught up.
        var measuredAt = Math.Min(payload.MeasuredAt, batch.ReceivedAt);
        var current = verdict is ReplayVerdict.Newest or ReplayVerdict.Unknown
            && measuredAt >= track.NewestMeasuredAt
            && wornNow;

        // One that was seen before is here because its first commit may have failed; whether it is late does not depend on what came since.
        var inTime = (current || verdict == ReplayVerdict.Seen) && wornNow && batch.ReceivedAt - payload.MeasuredAt <= _lateAfter;
        var flags = inTime ? ReadingFlags.None : ReadingFlags.Late;
        flags |= verdict is ReplayVerdict.Seen or ReplayVerdict.Unknown ? ReadingFlags.Suspect : ReadingFlags.None;
        var refused = payload.RefusedCount;
        flags |= refused > 0 ? ReadingFlags.PartlyRefused : ReadingFlags.None;

        var reading = Join(in payload, batch.ReceivedAt);
        var scores = default(Scores);
        if (current)
        {
            track.NewestMeasuredAt = measuredAt;
            UpdateState(batch, in payload, in reading, patient, verdict, ref scores, group);
        }
        else
        {
            scores = scoring.Score(in reading, payload.MeasuredAt, patient.SpO2Scale);
        }

        ReadingContent content = default;
        Fill(ref content, in payload, in scores);
        if (current)
        {
            Remember(batch, in payload, in content, patient, flags);
        }

        var unmapped = payload.UnmappedCount > 0 ? CollectUnmapped(plain) : default;
        AddRow(batch, entry, group, in header, payload.MeasuredAt, ReadingRecord.Write(in content, unmapped, _record), patient, flags);
        if (verdict != ReplayVerdict.Seen && patient is { IsCanary: false, Ward: { } ward })
        {
            metrics.Wards.Add(patient.TenantId, ward, (flags & ReadingFlags.Late) != ReadingFlags.None);
        }

        _tally.Processed++;
        _tally.Late += (flags & ReadingFlags.Late) != ReadingFlags.None ? 1 : 0;
        _tally.Replayed += verdict == ReplayVerdict.Seen ? 1 : 0;
        _tally.ValuesRefused += refused;
        _tally.Unmapped += payload.UnmappedCount;
    }

    private void UpdateState(EnvelopeBatch batch, in VitalsPayload payload, in VitalSet reading, PatientEntry patient, ReplayVerdict verdict, ref Scores scores, CommitGroup group)
    {
        var state = states.Get(patient.Number);
        var view = state.Current;
        view.Vitals.Join(in reading);
        view.MeasuredAt = payload.MeasuredAt;
        scores = scoring.Score(in view.Vitals, Math.Min(payload.MeasuredAt, batch.ReceivedAt), patient.SpO2Scale);
        view.Anomaly = scores.Anomaly;
        view.News2 = scores.News2;
        view.ScoredAt = scores.At;
        var kind = PatientState.Attend(ref view, Attention.From(in scores.News2, in view.Vitals), batch.ReceivedAt)
            ? ChangeKind.Reading | ChangeKind.Status
            : ChangeKind.Reading;
        kind |= WatchingDevice.Heard(ref view, batch.Device, in reading, batch.ReceivedAt, payload.MeasuredAt) ? ChangeKind.Status : ChangeKind.None;
        state.Set(in view);
        state.ToldStates = PatientState.StatesAt(in view.Vitals, batch.ReceivedAt);
        if (verdict == ReplayVerdict.Unknown && batch.ReceivedAt - payload.MeasuredAt > _lateAfter)
        {
            return; // perhaps an old message of a boot that memory has forgotten: kept, but not announced as news
        }

        if (!patient.IsCanary)
        {
            critical.Look(state, patient, in scores.News2, payload.MeasuredAt, group);
        }

        alerts.Look(state, patient, batch.ReceivedAt, group);
        Tell(in state.Current, kind, batch.Device.Number);
    }

    /// <summary>What screens do with a reading is no reason to refuse it.</summary>
    private void Tell(in PatientView view, ChangeKind kind, int deviceNumber)
    {
        foreach (var observer in observers)
        {
            try
            {
                observer.Changed(in view, kind);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogNotShown(e, deviceNumber);
            }
        }
    }

    private void Remember(EnvelopeBatch batch, in VitalsPayload payload, in ReadingContent content, PatientEntry patient, ReadingFlags flags) =>
        states.Get(patient.Number).Remember(new RecentReading
        {
            MeasuredAt = payload.MeasuredAt,
            ReceivedAt = batch.ReceivedAt,
            DeviceNumber = batch.Device.Number,
            Late = (flags & ReadingFlags.Late) != ReadingFlags.None,
            PartlyRefused = (flags & ReadingFlags.PartlyRefused) != ReadingFlags.None,
            Content = content,
        });

    /// <summary>Seals what stands in the record's buffer, and adds it.</summary>
    private void AddRow(EnvelopeBatch batch, int entry, CommitGroup group, in EnvelopeHeader header, long measuredAt, int length, PatientEntry patient, ReadingFlags flags)
    {
        var key = new ReadingKey(patient.TenantId, patient.Number, batch.Device.Number, header.KeyId, header.BootId, header.Counter, measuredAt);
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        key.WriteAssociatedData(associated);
        var written = patient.Key.Seal(associated, _record.AsSpan(0, length), group.RecordSpace(length + DataKey.Overhead));
        var tag = BinaryPrimitives.ReadInt64BigEndian(batch.Envelope(entry)[^AeadCipher.TagBytes..]);
        group.Add(in key, flags, tag, batch.ReceivedAt, written, batch, entry);
    }

    /// <summary>The values of a reading; none later than it was received, since a clock that runs ahead must not keep a number fresh.</summary>
    private static VitalSet Join(in VitalsPayload payload, long receivedAt)
    {
        var set = default(VitalSet);
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            var value = payload[(VitalKind)vital];
            if (value.Status == VitalStatus.Accepted)
            {
                set.Update((Vital)vital, value.Value, Math.Min(value.MeasuredAt, receivedAt));
            }
        }

        return set;
    }

    private static void Fill(ref ReadingContent content, in VitalsPayload payload, in Scores scores)
    {
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            var value = payload[(VitalKind)vital];
            if (value.Status == VitalStatus.Accepted)
            {
                content.Set(vital, (float)value.Value, (int)((payload.MeasuredAt - value.MeasuredAt) / 1000));
            }
        }

        content.AnomalyScore = scores.Anomaly.Score;
        content.Completeness = scores.Anomaly.Completeness;
        content.Drivers = Math.Min(scores.Anomaly.Count, (byte)ReadingContent.DriverCount);
        for (var driver = 0; driver < content.Drivers; driver++)
        {
            content.DriverVitals[driver] = (byte)scores.Anomaly.Drivers[driver].Vital;
            content.DriverContributions[driver] = scores.Anomaly.Drivers[driver].Contribution;
        }

        content.News2Min = (byte)scores.News2.Min;
        content.News2Max = (byte)scores.News2.Max;
    }

    /// <summary>The members that the server does not know, as one JSON object: <c>{"perfusion":3.2}</c>. Those inside a vital's object are named <c>"sbp.cuff"</c>.</summary>
    private ReadOnlySpan<byte> CollectUnmapped(ReadOnlySpan<byte> plain)
    {
        _unmapped.ResetWrittenCount();
        _unmapped.Write("{"u8);
        var first = true;
        foreach (var member in new UnmappedMembers(plain))
        {
            _unmapped.Write(first ? "\""u8 : ",\""u8);
            if (member.Parent is { } parent)
            {
                _unmapped.Write(Wardwatch.Devices.Payloads.Vitals.WireName(parent));
                _unmapped.Write("."u8);
            }

            _unmapped.Write(member.QuotedName[1..]);
            _unmapped.Write(":"u8);
            _unmapped.Write(member.Value);
            first = false;
        }

        _unmapped.Write("}"u8);
        return _unmapped.WrittenCount <= LongestUnmapped ? _unmapped.WrittenSpan : "{}"u8;
    }

    [LoggerMessage(2001, LogLevel.Error, "A message of device {DeviceNumber} met a defect and was set aside.")]
    private partial void LogDefect(Exception e, int deviceNumber);

    [LoggerMessage(2002, LogLevel.Error, "A change brought by device {DeviceNumber} could not be handed to a screen.")]
    private partial void LogNotShown(Exception e, int deviceNumber);
}
