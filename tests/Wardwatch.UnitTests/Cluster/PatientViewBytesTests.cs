using System.Buffers;
using Shouldly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>A state of a patient crosses from one process to another whole, or not at all.</summary>
public class PatientViewBytesTests
{
    private const long At = 1_795_000_000_000_000;

    [Fact]
    public void A_full_state_comes_back_as_it_was()
    {
        var view = Full();
        var read = Read(Write(in view, ChangeKind.Status), out var kind);
        kind.ShouldBe(ChangeKind.Status);
        Write(in read, kind).ShouldBe(Write(in view, kind));
        (read.PatientNumber, read.Sequence, read.ScoredAt, read.MeasuredBy, read.MeasuredAt).ShouldBe((812, 1_795_000_000_123, At, "M-101", At));
        read.Device.ShouldBe(view.Device);
        (read.News2, read.Attention, read.AttentionSince).ShouldBe((view.News2, view.Attention, At - 5_000_000));
        read.Vitals.PresentMask.ShouldBe(view.Vitals.PresentMask);
        read.Vitals.ValueOrNaN(Vital.SpO2).ShouldBe(91.5);
        read.Vitals.AgeSeconds(Vital.Temperature, At).ShouldBe(60);
        (read.Anomaly.Score, read.Anomaly.Count, read.Anomaly.Model).ShouldBe((0.71f, (byte)2, "vitals-2026-11"));
        read.Anomaly.Drivers[1].ShouldBe(view.Anomaly.Drivers[1]);
    }

    [Fact]
    public void A_state_of_which_nothing_is_known_comes_back_as_it_was()
    {
        var view = new PatientView { PatientNumber = 3, Anomaly = new AnomalyView { Score = float.NaN } };
        var read = Read(Write(in view, ChangeKind.None), out var kind);
        kind.ShouldBe(ChangeKind.None);
        Write(in read, kind).ShouldBe(Write(in view, kind));
        (read.Vitals.Count, read.Device.Id, read.MeasuredBy, read.News2.Complete).ShouldBe((0, null, null, false));
        float.IsNaN(read.Anomaly.Score).ShouldBeTrue();
    }

    [Fact]
    public void A_state_that_was_cut_anywhere_is_none()
    {
        var view = Full();
        var bytes = Write(in view, ChangeKind.Reading);
        for (var length = 0; length < bytes.Length; length++)
        {
            var reader = new LiveBytes.Reader(bytes.AsSpan(0, length));
            PatientViewBytes.TryRead(ref reader, out _, out _).ShouldBeFalse($"cut at {length}");
        }
    }

    [Fact]
    public void Bytes_that_were_changed_are_another_state_or_none_and_never_a_fault()
    {
        var view = Full();
        var bytes = Write(in view, ChangeKind.Reading);
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var value in (byte[])[0, 1, 127, 128, 254, 255])
            {
                var changed = bytes.ToArray();
                changed[at] = value;
                var reader = new LiveBytes.Reader(changed);
                if (PatientViewBytes.TryRead(ref reader, out var read, out _))
                {
                    ((int)read.Device.State).ShouldBeLessThanOrEqualTo((int)DeviceState.Offline);
                    read.News2.Min.ShouldBeInRange(0, read.News2.Max);
                }
            }
        }
    }

    [Fact]
    public void A_value_that_is_no_number_is_no_state()
    {
        var view = new PatientView { PatientNumber = 3, Anomaly = new AnomalyView { Score = float.NaN } };
        view.Vitals.Update(Vital.HeartRate, 71, At);
        var bytes = Write(in view, ChangeKind.Reading);
        const int firstValue = 4 + 1 + 8 + 2;
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(firstValue), double.NaN);
        var reader = new LiveBytes.Reader(bytes);
        PatientViewBytes.TryRead(ref reader, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Every_score_comes_back_as_it_was()
    {
        Span<byte> bytes = stackalloc byte[News2Score.EncodedBytes];
        for (var known = 0; known < 128; known++)
        {
            var vitals = default(VitalSet);
            foreach (var (index, vital) in News2.Parameters.ToArray().Index())
            {
                if ((known & (1 << index)) != 0)
                {
                    vitals.Update(vital, vital == Vital.Consciousness ? (double)Consciousness.Voice : 40 + index, At);
                }
            }

            var score = News2.Score(in vitals, At, ScoreWindow.Default, known % 2 == 0 ? SpO2Scale.One : SpO2Scale.Two);
            score.Write(bytes);
            News2Score.TryRead(bytes, out var read).ShouldBeTrue();
            read.ShouldBe(score);
        }
    }

    private static PatientView Full()
    {
        var view = new PatientView
        {
            PatientNumber = 812,
            Sequence = 1_795_000_000_123,
            ScoredAt = At,
            AttentionSince = At - 5_000_000,
            MeasuredBy = "M-101",
            MeasuredAt = At,
            Device = new DeviceView { Id = "M-Ä", State = DeviceState.Silent, Since = At - 2, LastReceivedAt = At - 3, LastMeasuredAt = At - 4, IsContinuous = true, IsAwaited = true, WornSince = At - 5, StatusAt = At - 6, Battery = 17, SensorsOff = 0b10 },
            Anomaly = new AnomalyView { Score = 0.71f, Completeness = 0.86f, Count = 2, Model = "vitals-2026-11" },
        };
        view.Anomaly.Drivers[0] = new(Vital.HeartRate, 0.4f);
        view.Anomaly.Drivers[1] = new(Vital.SpO2, -0.1f);
        view.Vitals.Update(Vital.HeartRate, 131, At);
        view.Vitals.Update(Vital.SpO2, 91.5, At - 1_000_000);
        view.Vitals.Update(Vital.Temperature, 38.4, At - 60_000_000);
        view.News2 = News2.Score(in view.Vitals, At, ScoreWindow.Default, SpO2Scale.Two);
        view.Attention = Attention.From(in view.News2, in view.Vitals);
        return view;
    }

    private static byte[] Write(in PatientView view, ChangeKind kind)
    {
        var bytes = new ArrayBufferWriter<byte>();
        PatientViewBytes.Write(bytes, in view, kind);
        return bytes.WrittenSpan.ToArray();
    }

    private static PatientView Read(byte[] bytes, out ChangeKind kind)
    {
        var reader = new LiveBytes.Reader(bytes);
        PatientViewBytes.TryRead(ref reader, out var view, out kind).ShouldBeTrue();
        reader.AtEnd.ShouldBeTrue();
        return view;
    }
}
