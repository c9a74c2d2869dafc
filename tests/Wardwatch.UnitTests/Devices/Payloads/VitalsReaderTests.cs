using System.Text;
using Shouldly;
using Wardwatch.Devices.Payloads;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Payloads;

public class VitalsReaderTests
{
    private const string Time = "\"t\":\"2026-11-20T09:00:00.123Z\"";
    private const long TimeMicroseconds = 1_795_165_200_123_000;

    private static readonly string[] Payloads =
    [
        """{"t":"2026-11-20T09:00:00.123Z","hr":75,"spo2":96,"sbp":{"v":120,"t":"2026-11-20T08:59:00Z","x":[1,{"y":null}]},"temp":37.1,"acvpu":"A","o2":false}""",
        """{"x":"\u00e9\"\\","h\u0072":7.5e1,"t":"2026-11-20T10:00:00\u002B01:00","glucose":5.5,"":{"a":[]},"etco2":1e400}""",
    ];

    [Fact]
    public void A_payload_cut_anywhere_is_not_json()
    {
        foreach (var text in Payloads)
        {
            var json = Encoding.UTF8.GetBytes(text);
            for (var length = 0; length < json.Length; length++)
            {
                VitalsReader.TryRead(json.AsSpan(0, length), out _, out var problem).ShouldBeFalse();
                problem.ShouldBe(VitalsProblem.NotJson);
            }

            VitalsReader.TryRead(json, out _, out _).ShouldBeTrue();
        }
    }

    [Fact]
    public void The_example_of_the_specification_is_read_completely()
    {
        var payload = Read("""{"t":"2026-11-20T09:00:00.123Z","hr":75,"spo2":96,"sbp":120,"dbp":80,"temp":37.1,"rr":16,"acvpu":"A","o2":false}""");
        payload.MeasuredAt.ShouldBe(TimeMicroseconds);
        payload.ValueOf(VitalKind.HeartRate).ShouldBe(75);
        payload.ValueOf(VitalKind.SpO2).ShouldBe(96);
        payload.ValueOf(VitalKind.SystolicPressure).ShouldBe(120);
        payload.ValueOf(VitalKind.DiastolicPressure).ShouldBe(80);
        payload.ValueOf(VitalKind.Temperature).ShouldBe(37.1);
        payload.ValueOf(VitalKind.RespiratoryRate).ShouldBe(16);
        payload.Consciousness.ShouldBe(ConsciousnessLevel.Alert);
        payload.SupplementalOxygen.ShouldBe(false);
        payload[VitalKind.HeartRate].MeasuredAt.ShouldBe(TimeMicroseconds);
        (payload.UnmappedCount, payload.RefusedCount).ShouldBe((0, 0));
    }

    [Fact]
    public void A_vital_that_was_not_sent_is_absent_and_not_zero()
    {
        var payload = Read("{" + Time + "}");
        foreach (var kind in Enum.GetValues<VitalKind>())
        {
            payload[kind].Status.ShouldBe(VitalStatus.Absent);
            payload[kind].Value.ShouldBe(double.NaN);
            payload.ValueOf(kind).ShouldBeNull();
        }

        (payload.Consciousness, payload.SupplementalOxygen).ShouldBe((null, null));
    }

    [Fact]
    public void A_value_may_carry_its_own_time()
    {
        var payload = Read("{\"sbp\":{\"v\":120,\"t\":\"2026-11-20T08:55:00Z\"},\"dbp\":{\"v\":80}," + Time + ",\"acvpu\":{\"t\":\"2026-11-20T08:00:00Z\",\"v\":\"V\"}}");
        payload[VitalKind.SystolicPressure].ShouldBe(new VitalReading(VitalStatus.Accepted, 120, TimeMicroseconds - 300_123_000));
        payload[VitalKind.DiastolicPressure].ShouldBe(new VitalReading(VitalStatus.Accepted, 80, TimeMicroseconds));
        payload[VitalKind.Consciousness].MeasuredAt.ShouldBe(TimeMicroseconds - 3_600_123_000);
        payload.Consciousness.ShouldBe(ConsciousnessLevel.Voice);
    }

    [Theory]
    [InlineData("\"hr\":\"75\"", VitalStatus.WrongType)]
    [InlineData("\"hr\":true", VitalStatus.WrongType)]
    [InlineData("\"hr\":null", VitalStatus.WrongType)]
    [InlineData("\"hr\":[75]", VitalStatus.WrongType)]
    [InlineData("\"hr\":{}", VitalStatus.WrongType)]
    [InlineData("\"hr\":{\"v\":{\"v\":1}}", VitalStatus.WrongType)]
    [InlineData("\"hr\":{\"v\":null}", VitalStatus.WrongType)]
    [InlineData("\"hr\":1e400", VitalStatus.NumberUnreadable)]
    [InlineData("\"hr\":-1e400", VitalStatus.NumberUnreadable)]
    [InlineData("\"hr\":0.00000000000000000000000000000000000000000000000000000000000000000001", VitalStatus.NumberUnreadable)]
    [InlineData("\"hr\":350.0001", VitalStatus.Implausible)]
    [InlineData("\"hr\":-0.1", VitalStatus.Implausible)]
    [InlineData("\"hr\":{\"v\":75,\"t\":\"yesterday\"}", VitalStatus.TimeUnreadable)]
    [InlineData("\"hr\":{\"v\":75,\"t\":5}", VitalStatus.TimeUnreadable)]
    [InlineData("\"hr\":{\"v\":75,\"t\":[\"x\"]}", VitalStatus.TimeUnreadable)]
    [InlineData("\"acvpu\":\"X\"", VitalStatus.WrongType)]
    [InlineData("\"acvpu\":\"AA\"", VitalStatus.WrongType)]
    [InlineData("\"acvpu\":1", VitalStatus.WrongType)]
    [InlineData("\"o2\":1", VitalStatus.WrongType)]
    [InlineData("\"o2\":\"true\"", VitalStatus.WrongType)]
    public void A_vital_that_cannot_be_believed_is_refused_alone(string member, VitalStatus expected)
    {
        var payload = Read("{" + Time + "," + member + ",\"rr\":16}");
        var kind = Enum.GetValues<VitalKind>().Single(k => k != VitalKind.RespiratoryRate && payload[k].Status != VitalStatus.Absent);
        payload[kind].Status.ShouldBe(expected);
        payload.ValueOf(kind).ShouldBeNull();
        payload.RefusedCount.ShouldBe(1);
        payload.ValueOf(VitalKind.RespiratoryRate).ShouldBe(16);
    }

    [Theory]
    [InlineData("hr", 0, 350)]
    [InlineData("spo2", 0, 100)]
    [InlineData("sbp", 0, 350)]
    [InlineData("dbp", 0, 250)]
    [InlineData("temp", 20, 46)]
    [InlineData("rr", 0, 120)]
    [InlineData("etco2", 0, 150)]
    [InlineData("glucose", 0, 100)]
    public void The_ends_of_a_range_are_plausible_and_what_lies_beyond_is_kept_for_the_record(string name, int minimum, int maximum)
    {
        Vitals.TryFromWireName(Encoding.UTF8.GetBytes(name), out var kind).ShouldBeTrue();
        Read($"{{{Time},\"{name}\":{minimum}}}").ValueOf(kind).ShouldBe(minimum);
        Read($"{{{Time},\"{name}\":{maximum}}}").ValueOf(kind).ShouldBe(maximum);
        Read($"{{{Time},\"{name}\":{maximum}.01}}")[kind].ShouldBe(new VitalReading(VitalStatus.Implausible, maximum + 0.01, TimeMicroseconds));
        Read($"{{{Time},\"{name}\":{minimum - 1}}}")[kind].Status.ShouldBe(VitalStatus.Implausible);
    }

    [Theory]
    [InlineData("75", 75)]
    [InlineData("75.0", 75)]
    [InlineData("7.5e1", 75)]
    [InlineData("0.1", 0.1)]
    [InlineData("36.6", 36.6)]
    [InlineData("99.00000000000001", 99.00000000000001)]
    [InlineData("99.9999999999999999999999", 100)]
    [InlineData("-0", 0)]
    public void Numbers_are_the_nearest_double(string number, double expected) =>
        Read($"{{{Time},\"spo2\":{number}}}").ValueOf(VitalKind.SpO2).ShouldBe(expected);

    [Theory]
    [InlineData("", VitalsProblem.NotJson)]
    [InlineData("hr=75", VitalsProblem.NotJson)]
    [InlineData("[]", VitalsProblem.NotObject)]
    [InlineData("null", VitalsProblem.NotObject)]
    [InlineData("{TIME", VitalsProblem.NotJson)]
    [InlineData("{TIME,}", VitalsProblem.NotJson)]
    [InlineData("{TIME/**/}", VitalsProblem.NotJson)]
    [InlineData("{TIME}{}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"hr\":NaN}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"hr\":075}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"hr\":+75}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"hr\":.5}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"hr\":5.}", VitalsProblem.NotJson)]
    [InlineData("{TIME,\"\\ud800\":1}", VitalsProblem.NotJson)]
    [InlineData("{\"hr\":75}", VitalsProblem.TimeMissing)]
    [InlineData("{\"t\":null}", VitalsProblem.TimeUnreadable)]
    [InlineData("{\"t\":1795165200}", VitalsProblem.TimeUnreadable)]
    [InlineData("{\"t\":{}}", VitalsProblem.TimeUnreadable)]
    [InlineData("{\"t\":\"2026-11-20T09:00:00\"}", VitalsProblem.TimeUnreadable)]
    [InlineData("{TIME,TIME}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"hr\":75,\"hr\":75}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"hr\":75,\"h\\u0072\":75}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"hr\":{\"v\":75,\"v\":75}}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"x\":1,\"y\":2,\"x\":1}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"x\":1,\"\\u0078\":1}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"hr\":{\"v\":75,\"x\":1,\"x\":2}}", VitalsProblem.DuplicateMember)]
    [InlineData("{TIME,\"x\":[[[[[[[[1]]]]]]]]}", VitalsProblem.TooDeep)]
    [InlineData("{TIME,\"hr\":[[[[[[[[1]]]]]]]]}", VitalsProblem.TooDeep)]
    [InlineData("{TIME,\"hr\":{\"v\":[[[[[[[1]]]]]]]}}", VitalsProblem.TooDeep)]
    public void A_payload_whose_form_or_time_is_in_doubt_is_refused_whole(string json, VitalsProblem expected) =>
        Problem(Encoding.UTF8.GetBytes(json.Replace("TIME", Time, StringComparison.Ordinal))).ShouldBe(expected);

    [Fact]
    public void Nesting_is_allowed_up_to_the_limit() => Read("{" + Time + ",\"x\":[[[[[[[1]]]]]]]}").UnmappedCount.ShouldBe(1);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        byte[] json = [.. Encoding.UTF8.GetBytes("{" + Time + ",\"x\":\""), 0xC3, 0x28, (byte)'"', (byte)'}'];
        Problem(json).ShouldBe(VitalsProblem.NotUtf8);
    }

    [Fact]
    public void A_payload_of_4_KiB_is_read_and_one_byte_more_is_refused()
    {
        Problem(Encoding.UTF8.GetBytes(("{" + Time + "}").PadRight(4096))).ShouldBe(VitalsProblem.None);
        Problem(Encoding.UTF8.GetBytes(("{" + Time + "}").PadRight(4097))).ShouldBe(VitalsProblem.TooLarge);
    }

    [Fact]
    public void Too_many_members_that_nobody_understands_are_refused()
    {
        string Json(int count) => "{" + Time + string.Concat(Enumerable.Range(0, count).Select(i => $",\"x{i}\":1")) + "}";
        Read(Json(64)).UnmappedCount.ShouldBe(64);
        Problem(Encoding.UTF8.GetBytes(Json(65))).ShouldBe(VitalsProblem.TooManyMembers);
    }

    [Fact]
    public void A_member_that_is_not_understood_is_counted_and_can_be_kept()
    {
        var json = Encoding.UTF8.GetBytes("{\"lead\": {\"a\":[1,{}]} ," + Time + ",\"sbp\":{\"v\":120,\"method\":\"cuff\"},\"h\\u0072\":75,\"HR\":80,\"n\\\"\":-1.5e3}");
        VitalsReader.TryRead(json, out var payload, out _).ShouldBeTrue();
        payload.ValueOf(VitalKind.HeartRate).ShouldBe(75);
        payload.ValueOf(VitalKind.SystolicPressure).ShouldBe(120);

        var found = new List<string>();
        foreach (var member in new UnmappedMembers(json))
        {
            var name = new byte[member.QuotedName.Length];
            found.Add($"{member.Parent} {Encoding.UTF8.GetString(name, 0, member.CopyName(name))} {Encoding.UTF8.GetString(member.QuotedName)} {Encoding.UTF8.GetString(member.Value)}");
        }

        found.ShouldBe([" lead \"lead\" {\"a\":[1,{}]}", "SystolicPressure method \"method\" \"cuff\"", " HR \"HR\" 80", " n\" \"n\\\"\" -1.5e3"]);
        payload.UnmappedCount.ShouldBe(found.Count);
    }

    private static VitalsPayload Read(string json)
    {
        VitalsReader.TryRead(Encoding.UTF8.GetBytes(json), out var payload, out var problem).ShouldBeTrue($"{problem}: {json}");
        return payload;
    }

    private static VitalsProblem Problem(byte[] json)
    {
        VitalsReader.TryRead(json, out _, out var problem).ShouldBe(problem == VitalsProblem.None);
        return problem;
    }
}
