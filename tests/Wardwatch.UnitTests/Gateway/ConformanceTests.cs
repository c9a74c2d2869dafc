using Shouldly;
using Wardwatch.Conformance;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>Every exchange of the table, whole and byte by byte: however the bytes are cut, the answer is the one that the standard wants.</summary>
public class ConformanceTests
{
    private const int EnoughFailures = 10;

    public static TheoryData<string> Groups => [.. Exchanges.Groups.Keys];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Each_packet_is_answered_as_the_standard_says(string group)
    {
        var failures = new List<string>();
        foreach (var exchange in Exchanges.Groups[group]())
        {
            foreach (var bytewise in new[] { false, true })
            {
                if (await DifferenceAsync(exchange, bytewise) is { } difference)
                {
                    failures.Add($"{exchange}{(bytewise ? ", byte by byte" : "")}: {difference}");
                }
            }

            if (failures.Count >= EnoughFailures)
            {
                break;
            }
        }

        failures.ShouldBeEmpty();
    }

    [Fact]
    public void The_table_is_as_large_as_it_should_be()
    {
        var exchanges = Exchanges.Groups.Values.SelectMany(group => group()).ToList();
        exchanges.Count.ShouldBeGreaterThan(3000);
        exchanges.Count(exchange => exchange.Closes).ShouldBeGreaterThan(2500);
        exchanges.ShouldAllBe(exchange => Wire.Bytes(exchange.Sent).Length > 0);
    }

    [Fact]
    public async Task A_wrong_expectation_is_noticed()
    {
        var ping = Exchange.Answered("", "PINGREQ", 5, "C0 []", "D0 []");
        (await DifferenceAsync(ping, bytewise: false)).ShouldBeNull();
        (await DifferenceAsync(ping with { Answer = "C0 []" }, bytewise: false)).ShouldNotBeNull();
        (await DifferenceAsync(ping with { Sent = "C0 [ 00 ]" }, bytewise: false)).ShouldNotBeNull();
        (await DifferenceAsync(ping with { Sent = "C0 [ 00 ]", Answer = "E0 [ 82 ]", Closes = true }, bytewise: false)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_5_0_client_without_an_id_is_told_the_one_that_it_was_given()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 3; i++)
        {
            using var rig = new ConformanceRig();
            await rig.SendAsync(Wire.Bytes("10 [ 'MQTT' 05 02 003C [] '' ]"), bytewise: false);
            var given = $"anonymous-{new string('.', 32)}";
            var welcome = Wire.Bytes($"20 [ 00 00 [ 21 0400 24 01 27 00010000 12 '{given}' ] ]");
            var answer = await rig.ReceiveAsync(welcome.Length);
            Convert.ToHexString(answer.AsSpan(0, welcome.Length - 32)).ShouldBe(Convert.ToHexString(welcome.AsSpan(0, welcome.Length - 32)));
            ids.Add(Convert.ToHexString(answer.AsSpan(welcome.Length - 32))).ShouldBeTrue();
            await rig.HangUpAsync();
        }
    }

    [Fact]
    public async Task A_session_is_known_before_its_client_can_read_that_it_is_welcome()
    {
        // Whoever connects again as soon as it has its answer must find the session that it takes over from: entered later, the older one would take over from the newer.
        foreach (var (level, answer) in new[] { ("04", "20 [ 00 00 ]"), ("05", "20 [ 00 00 [ 21 0400 24 01 27 00010000 ] ]") })
        {
            using var rig = new ConformanceRig();
            await rig.SendAsync(Wire.Bytes(level == "05" ? "10 [ 'MQTT' 05 02 003C [] 'a' ]" : "10 [ 'MQTT' 04 02 003C 'a' ]"), bytewise: false);
            (await rig.ReceiveAsync(Wire.Bytes(answer).Length)).ShouldBe(Wire.Bytes(answer));
            rig.KnownAsItWasSent.ShouldBe([1]);
            await rig.HangUpAsync();
        }
    }

    /// <summary>What came in place of the answer; null if it was right.</summary>
    private static async Task<string?> DifferenceAsync(Exchange exchange, bool bytewise)
    {
        using var rig = new ConformanceRig();
        byte[] wanted = [.. Wire.Bytes(exchange.OpeningAnswer), .. Wire.Bytes(exchange.Answer)];
        await rig.SendAsync([.. Wire.Bytes(exchange.Opening), .. Wire.Bytes(exchange.Sent)], bytewise);
        if (exchange.Closes)
        {
            try
            {
                return Compare(wanted, await rig.ReceiveToEndAsync());
            }
            catch (TimeoutException)
            {
                return "the connection stays open";
            }
        }

        var answer = await rig.ReceiveAsync(wanted.Length);
        if (Compare(wanted, answer) is { } difference)
        {
            return difference;
        }

        await rig.SendAsync(Wire.Bytes("C0 [] E0 []"), bytewise);
        return Compare(Wire.Bytes("D0 []"), await rig.ReceiveToEndAsync());
    }

    private static string? Compare(byte[] wanted, byte[] received) =>
        received.AsSpan().SequenceEqual(wanted) ? null : $"wanted {Convert.ToHexString(wanted)}, received {Convert.ToHexString(received)}";
}
