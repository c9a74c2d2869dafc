using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.History;
using Wardwatch.Server.History.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.History;

/// <summary>Whatever is appended, copied or cleared, each record stays with its key and its listener, and the whole stays what PostgreSQL's COPY takes.</summary>
public class CommitGroupTests
{
    [Fact]
    public void Rows_stay_together_through_appending_copying_and_clearing()
    {
        var random = new Random(20261120);
        var target = new CommitGroup();
        var source = new CommitGroup();
        for (var round = 0; round < 50; round++)
        {
            var expected = new List<Row>();
            for (var part = 0; part < random.Next(1, 5); part++)
            {
                for (var i = 0; i < random.Next(0, 40); i++)
                {
                    var row = Row.Draw(random);
                    row.AddTo(source);
                    expected.Add(row);
                }

                target.Append(source);
                source.Clear();
                source.Count.ShouldBe(0);
                source.CopyData().Length.ShouldBe(21, "header and trailer");
            }

            RowsOf(target).ShouldBe(expected.Select(row => row.ToString()));
            target.HasSuspects.ShouldBe(expected.Any(row => row.Flags.HasFlag(ReadingFlags.Suspect)));

            var (start, end) = (expected.Count / 3, expected.Count / 3 * 2);
            var copy = new CommitGroup();
            for (var row = start; row < end; row++)
            {
                target.CopyRowTo(copy, row);
            }

            RowsOf(copy).ShouldBe(expected[start..end].Select(row => row.ToString()));
            copy.Listeners.ShouldBeEmpty("who is told when a whole group is done must not be told by a part of it");
            target.Clear();
        }
    }

    [Fact]
    public void A_group_is_what_the_binary_format_of_copy_says()
    {
        var group = new CommitGroup();
        "record"u8.CopyTo(group.RecordSpace(6));
        group.Add(new ReadingKey(1, 2, 3, 0xFFFFFFFF, 5, ulong.MaxValue, 946_684_800_000_001), ReadingFlags.Late, 7, 946_684_800_000_002, 6, new Listener(), 0);

        // Signature, flags, extension; eleven columns, each with its length; the end. Times count from 2000-01-01.
        Convert.ToHexString(group.CopyData().Span).ShouldBe(string.Concat(
            "5047434F50590AFF0D0A00", "00000000", "00000000", "000B",
            "0000000400000001", "0000000400000002", "0000000400000003", "0000000400000001",
            "0000000800000000FFFFFFFF", "000000080000000000000005", "00000008FFFFFFFFFFFFFFFF", "000000080000000000000007",
            "000000080000000000000001", "000000080000000000000002", "000000067265636F7264", "FFFF"));
    }

    [Fact]
    public void Dead_letters_and_listeners_travel_along_and_go_with_the_group()
    {
        var (source, target, listener) = (new CommitGroup(), new CommitGroup(), new Listener());
        source.AddDeadLetter(1, 10, Start, RefusalReason.WrongTag, listener, 3);
        source.AddListener(listener);
        source.IsEmpty.ShouldBeFalse();
        target.Append(source);
        source.Clear();
        (source.IsEmpty, source.DeadLetters.Count).ShouldBe((true, 0));
        (target.IsEmpty, target.Count).ShouldBe((false, 0));
        target.DeadLetters[0].ShouldBe(new CommitGroup.DeadLetter(1, 10, Start, RefusalReason.WrongTag, listener, 3));
    }

    [Fact]
    public void What_belongs_to_a_lost_partition_is_taken_out_with_its_listeners_and_the_rest_stays_as_it_was()
    {
        var random = new Random(20261122);
        var (batch, expected) = (new CommitGroup(), new Dictionary<int, List<string>>());
        var listeners = new Dictionary<int, Listener>();
        foreach (var partition in new[] { 1, 2, 3, 2, 1 })
        {
            var group = new CommitGroup { Fence = new(partition, 7) };
            for (var i = 0; i < random.Next(1, 20); i++)
            {
                var row = Row.Draw(random);
                row.AddTo(group);
                (expected.TryGetValue(partition, out var rows) ? rows : expected[partition] = []).Add(row.ToString());
            }

            group.AddDeadLetter(1, partition, Start, RefusalReason.WrongTag, listeners.TryGetValue(partition, out var listener) ? listener : listeners[partition] = new(), 3);
            group.AddListener(listeners[partition]);
            batch.Append(group);
        }

        var taken = batch.TakeOut(new HashSet<PartitionEpoch> { new(2, 7) });
        RowsOf(taken).ShouldBe(expected[2]);
        RowsOf(batch).Where(row => !expected[3].Contains(row)).ShouldBe(expected[1]);
        RowsOf(batch).Where(row => expected[3].Contains(row)).ShouldBe(expected[3]);
        taken.Listeners.ShouldBe([listeners[2], listeners[2]]);
        batch.Listeners.ShouldBe([listeners[1], listeners[3], listeners[1]]);
        taken.DeadLetters.Select(letter => letter.DeviceNumber).ShouldBe([2, 2]);
        batch.DeadLetters.Select(letter => letter.DeviceNumber).ShouldBe([1, 3, 1]);
        batch.Fences.ShouldBe([new(1, 7), new(3, 7)], ignoreOrder: true);

        // Lost as well while the rest was about to commit.
        batch.TakeOut(new HashSet<PartitionEpoch> { new(1, 7), new(3, 7) }).Listeners.Count.ShouldBe(3);
        (batch.IsEmpty, batch.Count, batch.Fences.Count).ShouldBe((true, 0, 0));
    }

    [Fact]
    public void After_a_burst_the_memory_is_given_back()
    {
        var group = new CommitGroup();
        group.RecordSpace(5 * 1024 * 1024).Length.ShouldBe(5 * 1024 * 1024);
        group.Clear();
        group.RecordSpace(10).Length.ShouldBe(10);
    }

    [Fact]
    public void Messages_that_are_refused_fill_a_group_as_readings_do()
    {
        var group = new CommitGroup();
        var listener = new Listener();
        for (var i = 0; i < 20; i++)
        {
            group.AddDeadLetter(1, 10, Start, RefusalReason.WrongTag, listener, i);
        }

        group.Size.ShouldBe(20);
        for (var i = 0; i < 30; i++)
        {
            group.AddListener(listener);
        }

        group.Size.ShouldBe(30);
    }

    [Fact]
    public void A_defect_of_one_listener_keeps_nobody_else_from_their_answer_and_tells_nobody_twice()
    {
        var listeners = new[] { new Listener(), new Listener { Defect = true }, new Listener() };
        var group = new CommitGroup();
        Array.ForEach(listeners, group.AddListener);
        Committer.Tell(group, durable: true, NullLogger<Committer>.Instance);
        listeners.Select(listener => (listener.Commits, listener.Failures)).ShouldBe([(1, 0), (1, 0), (1, 0)]);
        Committer.Tell(group, durable: false, NullLogger<Committer>.Instance);
        listeners.Select(listener => listener.Failures).ShouldBe([1, 1, 1]);
    }

    private static IEnumerable<string> RowsOf(CommitGroup group) => Enumerable.Range(0, group.Count).Select(row => new Row(
        group.KeyOf(row), group.FlagsOf(row), group.EnvelopeTag(row), group.ReceivedAt(row), group.Record(row).ToArray(), group.RowListeners[row], group.RowEntries[row]).ToString());

    private sealed record Row(ReadingKey Key, ReadingFlags Flags, long Tag, long ReceivedAt, byte[] Record, ICommitListener Listener, int Entry)
    {
        public static Row Draw(Random random)
        {
            var record = new byte[random.Next(0, 3000)];
            random.NextBytes(record);
            var key = new ReadingKey(random.Next(), random.Next(), random.Next(), (uint)random.NextInt64(uint.MaxValue), (ulong)random.NextInt64() * 2, (ulong)random.NextInt64() * 2, Start + random.Next());
            return new Row(key, (ReadingFlags)random.Next(8), random.NextInt64(), Start + random.Next(), record, new Listener(), random.Next());
        }

        public void AddTo(CommitGroup group)
        {
            Record.CopyTo(group.RecordSpace(Record.Length + 28));
            group.Add(Key, Flags, Tag, ReceivedAt, Record.Length, Listener, Entry);
        }

        public override string ToString() => $"{Key} {Flags} {Tag} {ReceivedAt} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Record))} {Listener.GetHashCode()} {Entry}";
    }

    private sealed class Listener : ICommitListener
    {
        public bool Defect { get; init; }

        public int Commits { get; private set; }

        public int Failures { get; private set; }

        public void Refuse(int entry, RefusalReason reason) => throw new NotSupportedException();

        public void Describe(int entry, out ReadOnlyMemory<byte> topic, out ReadOnlyMemory<byte> envelope) => throw new NotSupportedException();

        public void Committed()
        {
            Commits++;
            ThrowIfDefect();
        }

        public void Failed()
        {
            Failures++;
            ThrowIfDefect();
        }

        private void ThrowIfDefect()
        {
            if (Defect)
            {
                throw new InvalidOperationException("A planted defect.");
            }
        }
    }
}
