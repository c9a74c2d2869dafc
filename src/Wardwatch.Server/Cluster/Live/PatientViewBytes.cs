using System.Buffers;
using System.Numerics;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// A patient's state as it goes from a monitor to the screens of another process; all times are microseconds since the Unix epoch.
/// <code>
/// | patient: 4 | kind: 1 | sequence: 8 | present: 2 | for each present vital, value: 8, measured: 8 |
/// | anomaly: score 4, completeness 4, model text, drivers 1, for each: vital 1, share 4 |
/// | NEWS2: 28 | scored: 8 | attention: priority 1, vital 1 (255: none), value 8, points 1, threshold 1, complete 1 | since: 8 |
/// | device: id text, state 1, since 8, received 8, measured 8, continuous and awaited 1, worn since 8, status 8, battery 8 (NaN: unknown), sensors off 4 (-1: unknown) |
/// | measured by: text | measured: 8 |
/// </code>
/// </summary>
internal static class PatientViewBytes
{
    private const byte NoVital = 255;
    private const byte AllKinds = (byte)(ChangeKind.Reading | ChangeKind.Status);

    /// <summary>Writes a state.</summary>
    public static void Write(ArrayBufferWriter<byte> to, in PatientView view, ChangeKind kind)
    {
        to.I32(view.PatientNumber);
        to.U8((byte)kind);
        to.I64(view.Sequence);
        to.U16(view.Vitals.PresentMask);
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (view.Vitals.TryGet((Vital)vital, out var value, out var measuredAt))
            {
                to.F64(value);
                to.I64(measuredAt);
            }
        }

        WriteScores(to, in view);
        to.Text(view.Device.Id);
        to.U8((byte)view.Device.State);
        to.I64(view.Device.Since);
        to.I64(view.Device.LastReceivedAt);
        to.I64(view.Device.LastMeasuredAt);
        to.U8((byte)((view.Device.IsContinuous ? 1 : 0) | (view.Device.IsAwaited ? 2 : 0)));
        to.I64(view.Device.WornSince);
        to.I64(view.Device.StatusAt);
        to.F64(view.Device.Battery ?? double.NaN);
        to.I32(view.Device.SensorsOff ?? -1);
        to.Text(view.MeasuredBy);
        to.I64(view.MeasuredAt);
    }

    /// <summary>Reads a state; false if it is none.</summary>
    public static bool TryRead(ref LiveBytes.Reader from, out PatientView view, out ChangeKind kind)
    {
        view = new PatientView { PatientNumber = from.I32() };
        kind = (ChangeKind)from.UpTo(AllKinds);
        view.Sequence = from.I64();
        int present = from.U16();
        if (present >> VitalCatalogue.Count != 0)
        {
            return false;
        }

        for (; present != 0 && !from.Failed; present &= present - 1)
        {
            var (value, measuredAt) = (from.F64(), from.I64());
            if (!view.Vitals.Update((Vital)BitOperations.TrailingZeroCount(present), value, measuredAt))
            {
                return false; // what is no finite number was never in a state
            }
        }

        if (!TryReadScores(ref from, ref view))
        {
            return false;
        }

        view.Device = new DeviceView
        {
            Id = from.Text(),
            State = (DeviceState)from.UpTo((byte)DeviceState.Offline),
            Since = from.I64(),
            LastReceivedAt = from.I64(),
            LastMeasuredAt = from.I64(),
        };
        var traits = from.UpTo(3);
        (view.Device.IsContinuous, view.Device.IsAwaited) = ((traits & 1) != 0, (traits & 2) != 0);
        (view.Device.WornSince, view.Device.StatusAt) = (from.I64(), from.I64());
        var (battery, sensorsOff) = (from.F64(), from.I32());
        if (battery is < 0 or > 100 || sensorsOff < -1 || (sensorsOff > 0 && sensorsOff >> VitalCatalogue.Count != 0))
        {
            return false;
        }

        (view.Device.Battery, view.Device.SensorsOff) = (double.IsNaN(battery) ? null : battery, sensorsOff < 0 ? null : sensorsOff);
        view.MeasuredBy = from.Text();
        view.MeasuredAt = from.I64();
        return !from.Failed && view.PatientNumber > 0;
    }

    private static void WriteScores(ArrayBufferWriter<byte> to, in PatientView view)
    {
        to.F32(view.Anomaly.Score);
        to.F32(view.Anomaly.Completeness);
        to.Text(view.Anomaly.Model);
        to.U8(view.Anomaly.Count);
        for (var driver = 0; driver < view.Anomaly.Count; driver++)
        {
            to.U8((byte)view.Anomaly.Drivers[driver].Vital);
            to.F32(view.Anomaly.Drivers[driver].Contribution);
        }

        view.News2.Write(to.GetSpan(News2Score.EncodedBytes));
        to.Advance(News2Score.EncodedBytes);
        to.I64(view.ScoredAt);
        to.U8((byte)view.Attention.Priority);
        to.U8(view.Attention.Vital is { } vital ? (byte)vital : NoVital);
        to.F64(view.Attention.Value);
        to.U8((byte)view.Attention.Points);
        to.U8((byte)view.Attention.Threshold);
        to.U8(view.Attention.Complete ? (byte)1 : (byte)0);
        to.I64(view.AttentionSince);
    }

    private static bool TryReadScores(ref LiveBytes.Reader from, ref PatientView view)
    {
        const byte LastVital = VitalCatalogue.Count - 1;
        view.Anomaly = new AnomalyView { Score = from.F32(), Completeness = from.F32(), Model = from.Text(), Count = from.UpTo(AnomalyView.DriverCount) };
        for (var driver = 0; driver < view.Anomaly.Count; driver++)
        {
            view.Anomaly.Drivers[driver] = new((Vital)from.UpTo(LastVital), from.F32());
        }

        if (!News2Score.TryRead(from.Take(News2Score.EncodedBytes), out view.News2))
        {
            return false;
        }

        view.ScoredAt = from.I64();
        var (priority, vital) = ((AttentionPriority)from.UpTo((byte)AttentionPriority.High), from.U8());
        view.Attention = new Attention(priority, vital <= LastVital ? (Vital)vital : null, from.F64(), from.U8(), from.U8(), from.UpTo(1) == 1);
        view.AttentionSince = from.I64();
        return !from.Failed && vital is NoVital or <= LastVital;
    }
}
