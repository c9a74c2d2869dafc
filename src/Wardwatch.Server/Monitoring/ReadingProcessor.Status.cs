using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Monitoring;

// What a device says of itself: battery, and which sensors are off. It takes the way of a reading, and is none.
internal sealed partial class ReadingProcessor
{
    private RefusalReason ProcessStatus(EnvelopeBatch batch, int entry, CommitGroup group, in EnvelopeHeader header, ReadOnlySpan<byte> plain)
    {
        if (!StatusReader.TryRead(plain, out var status, out _))
        {
            return RefusalReason.UnreadablePayload;
        }

        if (MeasurementTimes.Judge(status.MeasuredAt, batch.ReceivedAt) != TimeVerdict.Acceptable)
        {
            return RefusalReason.TimeOutOfRange;
        }

        if (batch.Device.BindingAt(status.MeasuredAt) is not { } binding || patients.Find(binding.PatientNumber) is not { } patient)
        {
            return RefusalReason.NoBinding;
        }

        TakeStatus(batch, entry, group, in header, in status, plain, binding, patient);
        return RefusalReason.None;
    }

    private void TakeStatus(
        EnvelopeBatch batch, int entry, CommitGroup group, in EnvelopeHeader header, in StatusPayload status, ReadOnlySpan<byte> plain, DeviceBinding binding, PatientEntry patient)
    {
        var track = TrackOf(batch.Device.Number);
        var verdict = track.Judge(header.KeyId, header.BootId, header.Counter);
        track.Mark(header.KeyId, header.BootId, header.Counter);
        var wornNow = IsWornNow(batch, binding);
        var saidAt = Math.Min(status.MeasuredAt, batch.ReceivedAt);
        var isPrompt = batch.ReceivedAt - status.MeasuredAt <= _lateAfter;
        var isNews = wornNow && saidAt >= track.NewestStatusAt && (verdict == ReplayVerdict.Newest || (verdict == ReplayVerdict.Unknown && isPrompt));
        var flags = ReadingFlags.Status;
        flags |= wornNow && isPrompt && (isNews || verdict == ReplayVerdict.Seen) ? ReadingFlags.None : ReadingFlags.Late;
        flags |= verdict is ReplayVerdict.Seen or ReplayVerdict.Unknown ? ReadingFlags.Suspect : ReadingFlags.None;
        flags |= status.RefusedCount > 0 ? ReadingFlags.PartlyRefused : ReadingFlags.None;
        AddRow(batch, entry, group, in header, status.MeasuredAt, StatusRecord.Write(plain, _record), patient, flags);
        _tally.Processed++;
        _tally.Late += (flags & ReadingFlags.Late) != ReadingFlags.None ? 1 : 0;
        _tally.Replayed += verdict == ReplayVerdict.Seen ? 1 : 0;
        _tally.ValuesRefused += status.RefusedCount;
        _tally.Unmapped += status.UnmappedCount;
        if (!isNews)
        {
            return;
        }

        track.NewestStatusAt = saidAt;
        var state = states.Get(patient.Number);
        var view = state.Current;
        if (WatchingDevice.Said(ref view, batch.Device, in status, batch.ReceivedAt))
        {
            state.Set(in view);
            alerts.Look(state, patient, batch.ReceivedAt, group);
            Tell(in state.Current, ChangeKind.Status, batch.Device.Number);
        }
    }

    // By the patient: a transfer begins a new binding, and what was measured just before it is as current as ever.
    // One that a gateway sent here before it had heard of a new binding is stored, and shown where its patient's state is by the next reading.
    private bool IsWornNow(EnvelopeBatch batch, DeviceBinding binding) =>
        batch.Device.BindingAt(batch.ReceivedAt)?.PatientNumber == binding.PatientNumber && (isOfPartition is null || isOfPartition(binding.PatientNumber));
}
