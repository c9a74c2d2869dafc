using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Server.History.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.History;

/// <summary>The bytes that reach the disk: pinned, since records of years must open, and read without trust.</summary>
public class ReadingRecordTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261120, 5);

    [Fact]
    public void The_bytes_of_a_record_are_pinned()
    {
        ReadingContent content = default;
        content.Set(0, 75, 0);
        content.Set(2, 120, 600_000);
        content.Set(4, 37.1f, 0);
        (content.AnomalyScore, content.Completeness, content.News2Min, content.News2Max) = (0.5f, 0.75f, 1, 12);
        (content.Drivers, content.DriverVitals[0], content.DriverContributions[0]) = (1, 4, -0.25f);
        var destination = new byte[256];
        var length = ReadingRecord.Write(in content, "{\"x\":1}"u8, destination);
        Convert.ToHexString(destination, 0, length).ShouldBe(
            "01" + "1500" + "0400" + "01" + "01" + "0C" + "0000003F" + "0000403F" // version, present, aged, drivers, bounds, anomaly, completeness
            + "00009642" + "0000F042" + "66661442" // 75, 120, 37.1
            + "C0270900" // 600,000 ms
            + "04" + "000080BE" // temperature, -0.25
            + "7B2278223A317D");
    }

    [Fact]
    public void An_empty_record_is_sixteen_bytes()
    {
        ReadingContent content = default;
        ReadingRecord.Write(in content, default, new byte[16]).ShouldBe(16);
    }

    [Fact]
    public void The_place_that_a_record_is_bound_to_is_pinned()
    {
        var bytes = new byte[ReadingKey.AssociatedDataBytes];
        new ReadingKey(1, 2, 3, 4, 5, 6, 7).WriteAssociatedData(bytes);
        Convert.ToHexString(bytes).ShouldBe("00000001000000020000000300000004" + "0000000000000005" + "0000000000000006" + "0000000000000007");
    }

    [Fact]
    public void Every_part_of_the_place_is_part_of_the_binding()
    {
        var key = new ReadingKey(1, 2, 3, 4, 5, 6, 7);
        ReadingKey[] others =
        [
            key, key with { TenantId = 9 }, key with { PatientNumber = 9 }, key with { DeviceNumber = 9 }, key with { KeyId = 9 },
            key with { BootId = 9 }, key with { Counter = 9 }, key with { MeasuredAt = 9 },
        ];
        others.Select(other =>
        {
            var bytes = new byte[ReadingKey.AssociatedDataBytes];
            other.WriteAssociatedData(bytes);
            return Convert.ToHexString(bytes);
        }).Distinct(StringComparer.Ordinal).Count().ShouldBe(others.Length);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var property = Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<float[]>(), ArbMap.Default.ArbFor<byte[]>(), (seed, floats, unmapped) =>
        {
            var content = Draw(seed, floats);
            var bytes = new byte[ReadingRecord.MaxFixedBytes + unmapped.Length];
            var length = ReadingRecord.Write(in content, unmapped, bytes);
            return ReadingRecord.TryRead(bytes.AsSpan(0, length), out var read, out var rest) && rest.SequenceEqual(unmapped) && Same(in content, in read);
        });
        Check.One(Seeded, property);
    }

    [Fact]
    public void A_record_cut_at_any_byte_is_refused_or_loses_only_what_stands_at_its_end()
    {
        var content = Draw(-1, [1, 2, 3]);
        var bytes = new byte[256];
        var length = ReadingRecord.Write(in content, "{\"x\":1}"u8, bytes);
        for (var cut = 0; cut < length; cut++)
        {
            ReadingRecord.TryRead(bytes.AsSpan(0, cut), out _, out _).ShouldBe(cut >= length - 7, $"cut at {cut}");
        }
    }

    [Fact]
    public void Drawn_bytes_are_refused_or_give_a_content_that_can_be_shown()
    {
        var random = new Random(20261120);
        var accepted = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = new byte[random.Next(0, 140)];
            random.NextBytes(bytes);
            if (bytes.Length > 5 && round % 2 == 0)
            {
                (bytes[0], bytes[2], bytes[4], bytes[5]) = (1, (byte)(bytes[2] & 3), 0, (byte)(bytes[5] % 4));
                bytes[3] &= bytes[1];
            }

            if (ReadingRecord.TryRead(bytes, out var content, out _))
            {
                accepted++;
                content.Drivers.ShouldBeLessThanOrEqualTo((byte)ReadingContent.DriverCount);
                for (var driver = 0; driver < content.Drivers; driver++)
                {
                    content.DriverVitals[driver].ShouldBeLessThan((byte)ReadingContent.VitalCount);
                }
            }
        }

        accepted.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(0, 2)] // another version
    [InlineData(2, 0x04)] // an eleventh vital
    [InlineData(4, 0x02)] // an age of a vital that is not there
    [InlineData(5, 4)] // a fourth driver
    public void A_record_that_contradicts_itself_is_refused(int at, byte value)
    {
        ReadingContent content = default;
        content.Set(0, 75, 0);
        var bytes = new byte[256];
        ReadingRecord.Write(in content, default, bytes);
        ReadingRecord.TryRead(bytes, out _, out _).ShouldBeTrue();
        bytes[at] = value;
        ReadingRecord.TryRead(bytes, out _, out _).ShouldBeFalse();
    }

    private static ReadingContent Draw(int seed, float[] floats)
    {
        var random = new Random(seed);
        ReadingContent content = default;
        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if (random.Next(2) == 0 || seed == -1)
            {
                content.Set(vital, floats.Length > 0 ? floats[vital % floats.Length] : random.NextSingle(), random.Next(3) == 0 ? random.Next() : 0);
            }
        }

        (content.AnomalyScore, content.Completeness) = (random.Next(3) == 0 ? float.NaN : random.NextSingle(), random.NextSingle());
        (content.News2Min, content.News2Max, content.Drivers) = ((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(ReadingContent.DriverCount + 1));
        for (var driver = 0; driver < content.Drivers; driver++)
        {
            (content.DriverVitals[driver], content.DriverContributions[driver]) = ((byte)random.Next(ReadingContent.VitalCount), random.NextSingle() - 0.5f);
        }

        return content;
    }

    private static bool Same(in ReadingContent one, in ReadingContent other)
    {
        if ((one.Present, one.Drivers, one.News2Min, one.News2Max) != (other.Present, other.Drivers, other.News2Min, other.News2Max)
            || !one.AnomalyScore.Equals(other.AnomalyScore) || !one.Completeness.Equals(other.Completeness))
        {
            return false;
        }

        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if (!one.Values[vital].Equals(other.Values[vital]) || one.AgeMilliseconds[vital] != other.AgeMilliseconds[vital])
            {
                return false;
            }
        }

        for (var driver = 0; driver < one.Drivers; driver++)
        {
            if (one.DriverVitals[driver] != other.DriverVitals[driver] || !one.DriverContributions[driver].Equals(other.DriverContributions[driver]))
            {
                return false;
            }
        }

        return true;
    }
}
