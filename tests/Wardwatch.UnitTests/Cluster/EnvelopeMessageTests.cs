using Shouldly;
using Wardwatch.Server.Cluster.Queue;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Cluster.SentMessages;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>What is written is read again; what is not, is none of ours, wherever it is cut or changed.</summary>
public class EnvelopeMessageTests
{
    private readonly List<SentBatch> _read = [];

    [Fact]
    public void A_message_is_read_as_it_was_written()
    {
        var bytes = Write(Batch(Device(10), Start, Seal(Json(Start), 1), Seal(Json(Start + 1), 2)), Batch(Device(11), Start + 5, [1, 2, 3]));
        EnvelopeMessage.TryRead(bytes, 3, 16, _read).ShouldBeTrue();
        _read.Count.ShouldBe(2);
        (_read[0].DeviceNumber, _read[0].TenantId, _read[0].ReceivedAt, _read[0].Count).ShouldBe((10, Device().TenantId, Start, 2));
        _read[0].PatientNumber.ShouldBe(EnvelopeWay.PatientOf(Device(10), Start));
        EnvelopesOf(bytes, _read[0]).ShouldBe([(true, Convert.ToHexString(Seal(Json(Start), 1))), (true, Convert.ToHexString(Seal(Json(Start + 1), 2)))]);
        EnvelopesOf(bytes, _read[1]).ShouldBe([(false, "010203")]);
    }

    [Fact]
    public void The_bytes_are_what_the_format_says()
    {
        var batch = new EnvelopeBatch();
        batch.Begin(new DeviceEntry { Number = 10, TenantId = 4, Id = "d", TokenHash = [], Keys = [], Bindings = [] }, SentMessages.Nobody, 0x0102030405060708);
        batch.Add("a/b"u8, [0xEE, 0xFF], tag: 9);
        Convert.ToHexString(Write(batch)).ShouldBe("01" + "0003" + "0010" + "0001" + "00000004" + "0000000A" + "0000000A" + "0102030405060708" + "0001" + "00" + "0003" + "00000002" + "612F62" + "EEFF");
    }

    [Fact]
    public void What_the_gateway_refused_is_left_out()
    {
        var batch = Batch(Device(10), Start, Seal(Json(Start), 1), Seal(Json(Start + 1), 2));
        batch.Refuse(0, RefusalReason.NotPermitted);
        var bytes = Write(batch);
        EnvelopeMessage.TryRead(bytes, 3, 16, _read).ShouldBeTrue();
        EnvelopesOf(bytes, _read[0]).Select(envelope => envelope.Bytes).ShouldBe([Convert.ToHexString(Seal(Json(Start + 1), 2))]);
        batch.Refuse(1, RefusalReason.NotPermitted);
        EnvelopeMessage.WriteBatch(new byte[EnvelopeMessage.BytesOf(batch)], batch).ShouldBe(0);
    }

    [Fact]
    public void Cut_anywhere_or_with_more_behind_it_is_none_of_ours()
    {
        var bytes = Write(Batch(Device(10), Start, Seal(Json(Start), 1)), Batch(Device(11), Start, [1, 2, 3]));
        for (var length = 0; length < bytes.Length; length++)
        {
            EnvelopeMessage.TryRead(bytes.AsSpan(0, length), 3, 16, _read).ShouldBeFalse($"{length} bytes");
        }

        EnvelopeMessage.TryRead([.. bytes, 0], 3, 16, _read).ShouldBeFalse();
    }

    [Theory]
    [InlineData(2, 16)]
    [InlineData(3, 8)]
    public void One_for_another_partition_or_another_division_is_none_of_ours(int partition, int partitions) =>
        EnvelopeMessage.TryRead(Write(Batch(Device(10), Start, [1])), partition, partitions, _read).ShouldBeFalse();

    [Fact]
    public void Any_bytes_end_in_an_answer_and_a_declared_count_allocates_nothing()
    {
        var random = new Random(20261122);
        var whole = Write(Batch(Device(10), Start, Seal(Json(Start), 1)), Batch(Device(11), Start, [1, 2, 3]));
        for (var round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. whole];
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (EnvelopeMessage.TryRead(bytes, 3, 16, _read))
            {
                _read.Sum(batch => EnvelopesOf(bytes, batch).Sum(envelope => envelope.Bytes.Length / 2)).ShouldBeLessThan(bytes.Length);
            }
        }
    }

    private static List<(bool KeyKnown, string Bytes)> EnvelopesOf(byte[] message, SentBatch batch)
    {
        var (at, envelopes) = (batch.Start, new List<(bool, string)>());
        for (var i = 0; i < batch.Count; i++)
        {
            EnvelopeMessage.TryReadEnvelope(message, ref at, out var envelope).ShouldBeTrue();
            envelopes.Add((envelope.KeyKnown, Convert.ToHexString(message[envelope.Envelope])));
        }

        return envelopes;
    }
}
