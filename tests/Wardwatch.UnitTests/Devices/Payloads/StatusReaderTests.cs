using System.Text;
using Shouldly;
using Wardwatch.Devices.Payloads;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Payloads;

/// <summary>What a device says of itself: what is believed, what is refused alone, what is refused as a whole.</summary>
public class StatusReaderTests
{
    private const string Time = "\"t\":\"2026-11-20T09:00:00Z\"";

    [Fact]
    public void Battery_and_sensors_are_read_and_what_is_not_said_is_not_known()
    {
        var full = Read(Json(""","battery":17.5,"sensors":{"hr":"on","spo2":"off"},"firmware":"2.4.1","lamp":{"a":1}"""));
        (full.MeasuredAt, full.Battery, full.SensorsOn, full.SensorsOff, full.UnmappedCount, full.RefusedCount).ShouldBe((1_795_165_200_000_000, 17.5, 1, 2, 1, 0));
        var empty = Read(Json(""));
        (empty.Battery, empty.HasSensors, empty.UnmappedCount, empty.RefusedCount).ShouldBe((null, false, 0, 0));
    }

    [Theory]
    [InlineData("\"battery\":100.1")]
    [InlineData("\"battery\":-1")]
    [InlineData("\"battery\":\"80\"")]
    [InlineData("\"battery\":null")]
    [InlineData("\"battery\":{\"v\":80}")]
    [InlineData("\"sensors\":\"off\"")]
    [InlineData("\"sensors\":{\"hr\":false}")]
    [InlineData("\"sensors\":{\"hr\":\"OFF\"}")]
    [InlineData("\"sensors\":{\"hr\":[\"off\"]}")]
    [InlineData("\"firmware\":7")]
    public void A_member_that_cannot_be_believed_is_refused_alone(string member)
    {
        var status = Read(Json($",{member},\"x\":1"));
        (status.Battery, status.HasSensors, status.RefusedCount, status.UnmappedCount).ShouldBe((null, false, 1, 1));
    }

    [Fact]
    public void A_firmware_has_64_characters_at_most()
    {
        Read(Json($",\"firmware\":\"{new string('1', 64)}\"")).RefusedCount.ShouldBe(0);
        Read(Json($",\"firmware\":\"{new string('1', 65)}\"")).RefusedCount.ShouldBe(1);
    }

    [Theory]
    [InlineData("", VitalsProblem.NotJson)]
    [InlineData("[]", VitalsProblem.NotObject)]
    [InlineData("{\"battery\":80}", VitalsProblem.TimeMissing)]
    [InlineData("{\"t\":80}", VitalsProblem.TimeUnreadable)]
    [InlineData("{\"t\":\"2026-11-20T09:00:00\"}", VitalsProblem.TimeUnreadable)]
    [InlineData("{" + Time + ",\"battery\":80,\"battery\":80}", VitalsProblem.DuplicateMember)]
    [InlineData("{" + Time + ",\"batter\\u0079\":80,\"battery\":80}", VitalsProblem.DuplicateMember)]
    [InlineData("{" + Time + ",\"x\":80,\"x\":80}", VitalsProblem.DuplicateMember)]
    [InlineData("{" + Time + ",\"sensors\":{\"hr\":\"on\",\"hr\":\"off\"}}", VitalsProblem.DuplicateMember)]
    [InlineData("{" + Time + ",\"\\udc00\":1}", VitalsProblem.NotJson)]
    [InlineData("{" + Time + ",\"x\":[[[[[[[[1]]]]]]]]}", VitalsProblem.TooDeep)]
    [InlineData("{" + Time + "} x", VitalsProblem.NotJson)]
    [InlineData("{" + Time + ",}", VitalsProblem.NotJson)]
    public void What_makes_the_whole_doubtful_refuses_the_whole(string json, VitalsProblem expected)
    {
        StatusReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(expected);
    }

    [Fact]
    public void Size_and_number_of_members_are_bounded()
    {
        Problem(Json($",\"x\":\"{new string('x', VitalsReader.MaxBytes)}\"")).ShouldBe(VitalsProblem.TooLarge);
        Problem(Json(Unknown(64))).ShouldBe(VitalsProblem.None);
        Problem(Json(Unknown(65))).ShouldBe(VitalsProblem.TooManyMembers);
        Problem(Json($",\"sensors\":{{\"y\":1{Unknown(64)}}}")).ShouldBe(VitalsProblem.TooManyMembers);
        Problem(Json(Unknown(300))).ShouldBe(VitalsProblem.TooManyMembers);
        StatusReader.TryRead([(byte)'{', 0xFF, (byte)'}'], out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(VitalsProblem.NotUtf8);

        static string Unknown(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $",\"u{i}\":{i}"));
    }

    [Fact]
    public void What_is_written_is_read_as_the_same()
    {
        var random = new Random(7);
        var text = new byte[StatusPayloadWriter.MaxBytes];
        for (var i = 0; i < 500; i++)
        {
            var (on, off) = (random.Next(1 << Vitals.Count), random.Next(1 << Vitals.Count));
            var status = new StatusPayload { MeasuredAt = 1_795_165_200_000_000 + i, Battery = i % 3 == 0 ? null : random.NextDouble() * 100, SensorsOn = on & ~off, SensorsOff = off };
            StatusReader.TryRead(text.AsSpan(0, StatusPayloadWriter.Write(in status, text)), out var back, out _).ShouldBeTrue();
            back.ShouldBe(status);
        }

        Should.Throw<ArgumentException>(() => StatusPayloadWriter.Write(new StatusPayload { Battery = 101 }, text));
        Should.Throw<ArgumentException>(() => StatusPayloadWriter.Write(default, new byte[StatusPayloadWriter.MaxBytes - 1]));
    }

    [Fact]
    public void Reading_one_allocates_nothing()
    {
        var json = Encoding.UTF8.GetBytes(Json(""","battery":17.5,"sensors":{"hr":"on","spo2":"off"},"firmware":"2.4.1","lamp":{"a":1}"""));
        StatusReader.TryRead(json, out _, out _).ShouldBeTrue();
        Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                StatusReader.TryRead(json, out _, out _);
            }
        }).ShouldBe(0);
    }

    private static string Json(string members) => "{" + Time + members + "}";

    private static StatusPayload Read(string json)
    {
        StatusReader.TryRead(Encoding.UTF8.GetBytes(json), out var status, out var problem).ShouldBeTrue($"{problem}");
        return status;
    }

    private static VitalsProblem Problem(string json)
    {
        StatusReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem);
        return problem;
    }
}
