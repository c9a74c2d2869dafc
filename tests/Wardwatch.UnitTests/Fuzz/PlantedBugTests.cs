using System.Buffers.Binary;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.UnitTests.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>Readers with a bug of each kind that fuzzing is there for: it must find each of them within the quick budget, or it proves nothing.</summary>
public class PlantedBugTests
{
    private const int Budget = 60_000;

    [Theory]
    [InlineData(Bug.TrustsLength, "ArgumentOutOfRangeException")]
    [InlineData(Bug.AllocatesDeclaredLength, "bytes are allocated")]
    [InlineData(Bug.LosesChunkBorder, "in two pieces")]
    [InlineData(Bug.RefusesWithoutReason, "without a reason")]
    [InlineData(Bug.ForgetsFlagWhenWriting, "written again")]
    [InlineData(Bug.TakesTooLong, "longer than")]
    public void A_planted_bug_is_found(Bug bug, string problem)
    {
        var finding = new FuzzRun(new Broken(bug), seed: 20261121).Run([], executions => executions < Budget);
        finding.ShouldNotBeNull().Problem.ShouldContain(problem);
    }

    [Fact]
    public void The_same_reader_without_a_bug_passes() =>
        new FuzzRun(new Broken(Bug.None), seed: 20261121).Run([], executions => executions < Budget)?.Problem.ShouldBeNull();

    public enum Bug
    {
        None,
        TrustsLength,
        AllocatesDeclaredLength,
        LosesChunkBorder,
        RefusesWithoutReason,
        ForgetsFlagWhenWriting,
        TakesTooLong,
    }

    /// <summary>Reads one PUBLISH of MQTT 3.1.1 at QoS 1 with a topic: the product's frames, a hand-made body.</summary>
    private sealed class Broken(Bug bug) : FuzzTarget
    {
        public override string Name => "broken";

        public override IReadOnlyList<byte[]> Seeds { get; } = [PacketProbe.Bytes(GoldenPackets.Publish311), PacketProbe.Bytes("30 05 0003 612F62")];

        public override long AllocationLimit(int inputBytes) => 256 + inputBytes;

        public override TimeSpan TimeLimit => TimeSpan.FromSeconds(bug == Bug.TakesTooLong ? 0.05 : 5);

        public override ulong Execute(byte[] input, FuzzMeter meter)
        {
            meter.Begin();
            var fault = Read(input, out var topicLength);
            meter.End();
            if (fault is "") throw new FuzzFailure("A refusal without a reason.");
            for (var cut = 0; cut < Math.Min(input.Length, 6); cut++)
            {
                if (ReadInTwoPieces(input, cut) != fault) throw new FuzzFailure($"Read in two pieces, cut at {cut}, it is another packet.");
            }

            if (fault is null && Rewritten(input) != input[0]) throw new FuzzFailure("Its first byte differs when it is written again.");
            return ((ulong)(fault?.Length ?? 0) << 32) | (uint)Math.Min(topicLength, 16);
        }

        private string? Read(byte[] input, out int topicLength)
        {
            topicLength = 0;
            var status = MqttFrames.TryRead(input, MqttVersion.V311, 1 << 20, out MqttFrameHeader header);
            if (bug == Bug.AllocatesDeclaredLength && status == FrameStatus.NeedMore) GC.KeepAlive(new byte[header.BodyLength]);
            if (status != FrameStatus.Ok) return $"{status}";
            var body = input.AsSpan(header.HeaderLength, header.BodyLength);
            if (header.Type != MqttPacketType.Publish || body.Length < 2) return bug == Bug.RefusesWithoutReason ? "" : "no topic";
            topicLength = BinaryPrimitives.ReadUInt16BigEndian(body);
            if (bug != Bug.TrustsLength && topicLength > body.Length - 2) return "cut";
            var topic = body.Slice(2, topicLength);
            if (bug == Bug.TakesTooLong && topic.Length > 8) Burn();
            return topic.IsEmpty ? "empty topic" : null;
        }

        // The bug: when the second byte of the length comes later, the reader has forgotten the first.
        private string? ReadInTwoPieces(byte[] input, int cut) =>
            bug == Bug.LosesChunkBorder && cut == 2 && input[1] >= 0x80 ? Read(input[cut..], out _) : Read(input, out _);

        private byte Rewritten(byte[] input) =>
            new PublishPacket { Qos = (QualityOfService)(input[0] >> 1 & 3), Duplicate = (input[0] & 8) != 0, Retain = bug != Bug.ForgetsFlagWhenWriting && (input[0] & 1) != 0 }.FirstByte;

        // A loop of its own length: no clock, no waiting.
        private static void Burn()
        {
            var sum = 0L;
            for (var i = 0L; i < 400_000_000; i++) sum += i ^ (sum << 1);
            GC.KeepAlive(sum);
        }
    }
}
