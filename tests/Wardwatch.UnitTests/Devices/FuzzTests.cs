using System.Text;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.UnitTests.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Devices;

/// <summary>Random and mutated bytes, seeded: every parser answers, none throws, and what it accepts it can write and read again.</summary>
public class FuzzTests
{
    private const int Seed = 20261120;

    private static readonly string[] Payloads =
    [
        """{"t":"2026-11-20T09:00:00.123Z","hr":75,"spo2":96,"sbp":{"v":120,"t":"2026-11-20T08:59:00Z","x":[1,{"y":null}]},"temp":37.1,"acvpu":"A","o2":false}""",
        """{"x":"\u00e9\"\\","h\u0072":7.5e1,"t":"2026-11-20T10:00:00\u002B01:00","glucose":5.5,"":{"a":[]},"etco2":1e400}""",
    ];

    [Fact]
    public void Mutated_packets_are_answered_and_what_is_accepted_survives_the_wire()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var round = 0; round < 60_000; round++)
        {
            var (hex, peer) = GoldenPackets.All[random.Next(GoldenPackets.All.Length)];
            var bytes = Mutate(random, PacketProbe.Bytes(hex));
            if (bytes.Length > 1 && random.Next(2) == 0) bytes[1] = (byte)Math.Min(0x7F, bytes.Length - 2); // let mutations reach the body
            var (fault, rewritten) = PacketProbe.Read(bytes, peer);
            if (fault != MqttReason.Success) continue;

            accepted++;
            var again = PacketProbe.Read(rewritten, peer);
            again.Fault.ShouldBe(MqttReason.Success, $"seed {Seed}, round {round}: {Convert.ToHexString(bytes)}");
            again.Rewritten.ShouldBe(rewritten);
        }

        accepted.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void Random_bytes_are_answered_by_every_parser()
    {
        var random = new Random(Seed);
        var cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, new byte[16]);
        var plaintext = new byte[256];
        for (var round = 0; round < 60_000; round++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            var peer = GoldenPackets.All[round % GoldenPackets.All.Length].Peer;
            PacketProbe.Read(bytes, peer);
            var type = (MqttPacketType)random.Next(1, 16);
            PacketProbe.ReadBody(new MqttFrameHeader((byte)(((int)type << 4) | random.Next(16)), 2, bytes.Length), bytes, peer);
            Envelope.TryOpen(cipher, bytes, bytes, plaintext, out _, out _).ShouldBeFalse();
            Timestamp.TryRead(bytes, out _).ShouldBeFalse();
            MqttTopics.Matches(bytes, bytes);
        }
    }

    [Fact]
    public void Mutated_payloads_are_answered_and_every_member_not_understood_is_found_again()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var json = Mutate(random, Encoding.UTF8.GetBytes(Payloads[round % Payloads.Length]));
            if (!VitalsReader.TryRead(json, out var payload, out _)) continue;

            accepted++;
            var found = 0;
            foreach (var member in new UnmappedMembers(json))
            {
                member.CopyName(new byte[member.QuotedName.Length]).ShouldBeLessThan(member.QuotedName.Length);
                found++;
            }

            found.ShouldBe(payload.UnmappedCount, $"seed {Seed}, round {round}: {Encoding.UTF8.GetString(json)}");
            payload.JudgeTimes(0);
            VitalsWriter.Write(payload, new byte[VitalsWriter.MaxBytes]);
        }

        accepted.ShouldBeGreaterThan(1000);
    }

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

    private static byte[] Mutate(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var place = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when place < bytes.Count:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when place < bytes.Count:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2 when place < bytes.Count:
                    bytes.RemoveAt(place);
                    break;
                case 3:
                    bytes.Insert(place, (byte)"\0\"{}[],:0+#/\u007f"[random.Next(13)]);
                    break;
                default:
                    var from = random.Next(bytes.Count + 1);
                    bytes.InsertRange(place, bytes.Skip(from).Take(random.Next(8)).ToArray());
                    break;
            }
        }

        return [.. bytes];
    }
}
