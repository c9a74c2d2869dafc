using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Cluster;
using Wardwatch.Server.Cluster.Queue;
using Wardwatch.Server.History;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>A partition has one owner at a time, and nobody commits rows of it but that one, however the old owner stands still.</summary>
public sealed class FenceTests(OneProcessWard ward) : IClassFixture<OneProcessWard>
{
    private const int Partitions = 3;
    private static readonly Guid Old = Guid.NewGuid();
    private static readonly Guid New = Guid.NewGuid();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PartitionTable Table => new(ward.Database, Options.Create(new ClusterOptions { Partitions = Partitions }));

    // Ends no commit by force, however slowly the test goes.
    private PartitionTable Patient => new(ward.Database, Options.Create(new ClusterOptions { Partitions = Partitions })) { CommitsEndWithin = Poll.Patience };

    [Fact]
    public async Task Of_two_who_take_a_partition_at_once_one_gets_it()
    {
        var seen = await SeenAsync(0);
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Table.TakeAsync(seen, Guid.NewGuid(), $"node {i}", Cancellation)));
        taken.Count(owned => owned is not null).ShouldBe(1);
        taken.OfType<PartitionEpoch>().Single().ShouldBe(new(0, seen.Epoch + 1));
    }

    [Fact]
    public async Task Whoever_lost_one_partition_is_told_of_that_one_only()
    {
        var (first, second) = (await TakeAsync(1, Old), await TakeAsync(2, Old));
        await TakeAsync(2, New);
        await using var connection = await ward.Database.OpenConnectionAsync(Cancellation);
        HashSet<PartitionEpoch> both = [first, second];
        (await CommitFences.HoldAsync(both, connection, Cancellation)).ShouldBe([second]);
        await CommitFences.LetGoAsync(both, connection);
    }

    [Fact]
    public async Task A_partition_is_taken_only_after_a_commit_that_is_under_way()
    {
        var owned = await TakeAsync(1, Old);
        await using var connection = await ward.Database.OpenConnectionAsync(Cancellation);
        (await CommitFences.HoldAsync(new HashSet<PartitionEpoch> { owned }, connection, Cancellation)).ShouldBeEmpty();
        var taking = Patient.TakeAsync(await SeenAsync(1), New, "node", Cancellation);
        await WaitingAsync(1);
        taking.IsCompleted.ShouldBeFalse();
        (await EpochAsync(1)).ShouldBe(owned.Epoch, "while its owner commits, nobody counts the epoch up");
        await CommitFences.LetGoAsync(new HashSet<PartitionEpoch> { owned }, connection);
        (await taking).ShouldNotBeNull().Epoch.ShouldBe(owned.Epoch + 1);
    }

    [Fact]
    public async Task An_owner_that_stands_still_in_the_midst_of_a_commit_is_ended_and_has_stored_nothing()
    {
        var owned = await TakeAsync(2, Old);
        await using var connection = await ward.Database.OpenConnectionAsync(Cancellation);
        await CommitFences.HoldAsync(new HashSet<PartitionEpoch> { owned }, connection, Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var insert = new NpgsqlCommand("insert into envelope_readers (reader, node) values (gen_random_uuid(), 'not committed')", connection);
        await insert.ExecuteNonQueryAsync(Cancellation);

        (await TakeAsync(2, New)).Epoch.ShouldBe(owned.Epoch + 1);
        await Should.ThrowAsync<NpgsqlException>(async () => await transaction.CommitAsync(Cancellation));
        await using var again = await ward.Database.OpenConnectionAsync(Cancellation);
        (await CommitFences.HoldAsync(new HashSet<PartitionEpoch> { owned }, again, Cancellation)).ShouldBe([owned]);
        await CommitFences.LetGoAsync(new HashSet<PartitionEpoch> { owned }, again);
        await using var count = new NpgsqlCommand("select count(*) from envelope_readers where node = 'not committed'", again);
        (await count.ExecuteScalarAsync(Cancellation)).ShouldBe(0L);
    }

    [Fact]
    public async Task Whoever_gives_a_partition_back_that_another_one_has_takes_nothing_from_them()
    {
        var owned = await TakeAsync(0, Old);
        await TakeAsync(0, New);
        await Table.FreeAsync(owned, Cancellation);
        (await SeenAsync(0)).Reader.ShouldBe(New);
    }

    [Fact]
    public async Task Another_number_of_partitions_is_refused()
    {
        await Table.EnsureAsync(Cancellation);
        var other = new PartitionTable(ward.Database, Options.Create(new ClusterOptions { Partitions = Partitions + 1 }));
        (await Should.ThrowAsync<StartupException>(() => other.EnsureAsync(Cancellation))).Message.ShouldContain($"{Partitions} partitions");
    }

    private async Task<PartitionEpoch> TakeAsync(int partition, Guid reader) =>
        (await Table.TakeAsync(await SeenAsync(partition), reader, "node", Cancellation)).ShouldNotBeNull();

    private async Task<long> EpochAsync(int partition) => (await SeenAsync(partition)).Epoch;

    private async Task<PartitionRow> SeenAsync(int partition)
    {
        await Table.EnsureAsync(Cancellation);
        return (await Table.ReadAsync(Cancellation))[partition];
    }

    private Task WaitingAsync(int partition) => Poll.UntilAsync(
        async () =>
        {
            await using var command = ward.Database.CreateCommand("select count(*) from pg_locks where locktype = 'advisory' and objid::bigint = $1 and mode = 'ExclusiveLock' and not granted");
            command.Parameters.Add(new() { Value = (long)partition });
            return (long)(await command.ExecuteScalarAsync(Cancellation))! > 0;
        },
        Poll.Patience, "somebody waits for the partition", Cancellation);
}
