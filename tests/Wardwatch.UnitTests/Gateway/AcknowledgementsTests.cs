using System.Buffers;
using System.IO.Pipelines;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>PUBACKs: in the order of arrival whatever the order of commits, never after a failure, and each exactly once.</summary>
public class AcknowledgementsTests
{
    private readonly Pipe _pipe = new();
    private readonly MqttOutput _output;
    private int _failures;

    public AcknowledgementsTests() => _output = new MqttOutput(_pipe.Writer.AsStream(), () => throw new InvalidOperationException("Too much was waiting."));

    [Fact]
    public async Task Acknowledgements_leave_in_the_order_of_arrival_for_every_order_of_commits()
    {
        foreach (var order in Orders(5))
        {
            var acknowledgements = Create(MqttVersion.V311);
            var batches = Enumerable.Range(0, 5).Select(number => Begin(acknowledgements, (ushort)(number * 2 + 1), (ushort)(number * 2 + 2))).ToArray();
            var sent = new List<int>();
            foreach (var number in order)
            {
                batches[number].Committed();
                sent.AddRange(await SentAsync());
            }

            sent.ShouldBe(Enumerable.Range(1, 10), $"commits in the order {string.Join(' ', order)}");
            (acknowledgements.Outstanding, acknowledgements.Promised).ShouldBe((0, 0));
        }
    }

    [Fact]
    public async Task Nothing_is_acknowledged_after_a_batch_that_failed_for_every_order_of_completions()
    {
        foreach (var order in Orders(4))
        {
            for (var failing = 0; failing < 4; failing++)
            {
                _failures = 0;
                var acknowledgements = Create(MqttVersion.V500);
                var batches = Enumerable.Range(1, 4).Select(id => Begin(acknowledgements, (ushort)id)).ToArray();
                foreach (var number in order)
                {
                    if (number == failing)
                    {
                        batches[number].Failed();
                    }
                    else
                    {
                        batches[number].Committed();
                    }
                }

                (await SentAsync()).ShouldBe(Enumerable.Range(1, failing));
                _failures.ShouldBe(1);
                (acknowledgements.Outstanding, acknowledgements.Promised).ShouldBe((0, 0));
            }
        }
    }

    [Theory]
    [InlineData(RefusalReason.None, 0x00)]
    [InlineData(RefusalReason.UnknownKey, 0x87)]
    [InlineData(RefusalReason.WrongTag, 0x87)]
    [InlineData(RefusalReason.NotPermitted, 0x87)]
    [InlineData(RefusalReason.UnreadableEnvelope, 0x99)]
    [InlineData(RefusalReason.UnreadablePayload, 0x99)]
    [InlineData(RefusalReason.TimeOutOfRange, 0x99)]
    [InlineData(RefusalReason.UnsupportedKind, 0x83)]
    [InlineData(RefusalReason.NonceReused, 0x83)]
    [InlineData(RefusalReason.NoBinding, 0x83)]
    [InlineData(RefusalReason.NotStorable, 0x80)]
    [InlineData(RefusalReason.ProcessingFailed, 0x80)]
    public async Task A_refusal_is_told_with_its_reason_in_5_and_is_a_plain_acknowledgement_in_3_1_1(RefusalReason refusal, byte reason)
    {
        foreach (var version in new[] { MqttVersion.V311, MqttVersion.V500 })
        {
            var batch = Begin(Create(version), 9);
            batch.Refuse(0, refusal);
            batch.Committed();
            var expected = version == MqttVersion.V311 || reason == 0 ? "40020009" : $"40030009{reason:X2}";
            Convert.ToHexString(await BytesAsync()).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Qos_0_is_counted_until_it_is_durable_and_gets_no_acknowledgement()
    {
        var acknowledgements = Create(MqttVersion.V500);
        var batch = acknowledgements.Begin(TestWard.Device(), TestWard.Start);
        batch.Add([1], [2], DeliveryTag.Make(0, QualityOfService.AtMostOnce));
        acknowledgements.Expect(QualityOfService.AtMostOnce);
        batch.Add([1], [2], DeliveryTag.Make(65_535, QualityOfService.AtLeastOnce));
        acknowledgements.Expect(QualityOfService.AtLeastOnce);
        (acknowledgements.Outstanding, acknowledgements.Promised).ShouldBe((2, 1));
        batch.Committed();
        (await SentAsync()).ShouldBe([65_535]);
        (acknowledgements.Outstanding, acknowledgements.Promised).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Progress_is_never_missed_by_who_waits_for_it()
    {
        var acknowledgements = Create(MqttVersion.V500);
        var batch = Begin(acknowledgements, 1);
        batch.Committed(); // before anybody waits
        using var deadline = SessionRig.Deadline();
        await acknowledgements.WaitForProgressAsync(deadline.Token);
    }

    [Fact]
    public async Task Batches_completed_by_several_threads_at_once_are_each_answered_once_and_in_order()
    {
        var acknowledgements = Create(MqttVersion.V311);
        var batches = Enumerable.Range(1, 2000).Select(id => Begin(acknowledgements, (ushort)id)).ToArray();
        var sent = new List<int>();
        var completing = Parallel.ForAsync(0, batches.Length, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, (number, _) =>
        {
            batches[number].Committed();
            return ValueTask.CompletedTask;
        });
        while (sent.Count < batches.Length)
        {
            sent.AddRange(await SentAsync());
        }

        await completing;
        sent.ShouldBe(Enumerable.Range(1, 2000));
        acknowledgements.Outstanding.ShouldBe(0);
    }

    private Acknowledgements Create(MqttVersion version) =>
        new(_output, version, new GatewayMetrics(new UnreadMeters(), TimeProvider.System), () => Interlocked.Increment(ref _failures));

    private static EnvelopeBatch Begin(Acknowledgements acknowledgements, params ushort[] ids)
    {
        var batch = acknowledgements.Begin(TestWard.Device(), TestWard.Start);
        foreach (var id in ids)
        {
            batch.Add([1], [2], DeliveryTag.Make(id, QualityOfService.AtLeastOnce));
            acknowledgements.Expect(QualityOfService.AtLeastOnce);
        }

        return batch;
    }

    /// <summary>The packet ids that were acknowledged since the last call.</summary>
    private async Task<List<int>> SentAsync()
    {
        var bytes = await BytesAsync();
        return [.. Enumerable.Range(0, bytes.Length / 4).Select(i => bytes[i * 4 + 2] << 8 | bytes[i * 4 + 3])];
    }

    private async Task<byte[]> BytesAsync()
    {
        if (!_pipe.Reader.TryRead(out var result))
        {
            await Task.Yield();
            return [];
        }

        var bytes = result.Buffer.ToArray();
        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    private static IEnumerable<int[]> Orders(int count) => count == 0
        ? [[]]
        : Orders(count - 1).SelectMany(order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));
}
