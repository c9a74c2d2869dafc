using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Devices.Payloads;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Payloads;

public class VitalsWriterTests
{
    private const long Now = 1_795_165_200_123_000;

    [Fact]
    public void A_payload_is_written_as_the_specification_shows()
    {
        var payload = new VitalsPayload { MeasuredAt = Now };
        payload.Set(VitalKind.HeartRate, 75);
        payload.Set(VitalKind.SystolicPressure, 120, Now - 123_000);
        payload.Set(VitalKind.Temperature, 37.1);
        payload.Set(ConsciousnessLevel.Confusion);
        payload.SetSupplementalOxygen(true);

        var output = new ArrayBufferWriter<byte>();
        VitalsWriter.Write(payload, output).ShouldBe(output.WrittenCount);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(
            """{"t":"2026-11-20T09:00:00.123Z","hr":75,"sbp":{"v":120,"t":"2026-11-20T09:00:00.000Z"},"temp":37.1,"acvpu":"C","o2":true}""");
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        var property = Prop.ForAll<double[], int[], long>((shares, ages, time) =>
        {
            var payload = new VitalsPayload { MeasuredAt = Now + (time % 1_000_000_000_000) };
            for (var i = 0; i < Math.Min(Vitals.Count, shares.Length); i++)
            {
                if (!double.IsFinite(shares[i])) continue;
                var kind = (VitalKind)i;
                var share = Math.Abs(shares[i]) % 1;
                var value = Vitals.Minimum(kind) + (share * (Vitals.Maximum(kind) - Vitals.Minimum(kind)));
                if (kind is VitalKind.Consciousness or VitalKind.SupplementalOxygen) value = Math.Round(value);
                payload.Set(kind, value, payload.MeasuredAt - (i < ages.Length ? ages[i] : 0));
            }

            var json = new byte[VitalsWriter.MaxBytes];
            var length = VitalsWriter.Write(payload, json);
            VitalsReader.TryRead(json.AsSpan(0, length), out var read, out var problem).ShouldBeTrue($"{problem}");
            return read.MeasuredAt == payload.MeasuredAt && read.UnmappedCount == 0
                && Enum.GetValues<VitalKind>().All(kind => read[kind].Equals(payload[kind]));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261120, 7), property);
    }

    [Fact]
    public void The_longest_payload_fits_the_stated_size()
    {
        var payload = new VitalsPayload { MeasuredAt = Now + 1 };
        foreach (var kind in Enum.GetValues<VitalKind>())
        {
            var value = kind is VitalKind.Consciousness or VitalKind.SupplementalOxygen ? 1 : Math.BitDecrement(Vitals.Maximum(kind));
            payload.Set(kind, value, Now + 2);
        }

        var json = new byte[VitalsWriter.MaxBytes];
        VitalsWriter.Write(payload, json).ShouldBeLessThan(VitalsWriter.MaxBytes);
        Should.Throw<ArgumentException>(() => VitalsWriter.Write(payload, new byte[VitalsWriter.MaxBytes - 1]));
    }

    [Fact]
    public void A_value_that_the_receiver_would_refuse_cannot_be_set()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => default(VitalsPayload).Set(VitalKind.HeartRate, double.NaN));
        Should.Throw<ArgumentOutOfRangeException>(() => default(VitalsPayload).Set(VitalKind.HeartRate, 351));
        Should.Throw<ArgumentOutOfRangeException>(() => default(VitalsPayload).Set(VitalKind.Consciousness, 0.5));
    }
}
