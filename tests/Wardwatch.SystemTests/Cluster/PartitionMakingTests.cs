using Npgsql;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>Nodes that start together, or cross midnight together, all make the next day's partitions of the tables.</summary>
public sealed class PartitionMakingTests(OneProcessWard ward) : IClassFixture<OneProcessWard>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ensure_readings_partition", "readings_20991231")]
    [InlineData("ensure_event_partitions", "events_209912")]
    public async Task Of_two_who_make_one_at_once_the_second_waits_and_finds_it_made(string function, string made)
    {
        await using var first = await ward.Database.OpenConnectionAsync(Cancellation);
        await using var second = await ward.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await first.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(first, $"select {function}('2099-12-31')");
        var waits = ExecuteAsync(second, $"select {function}('2099-12-31')");
        await Poll.UntilAsync(
            async () => (bool)(await ScalarAsync($"select coalesce(cardinality(pg_blocking_pids({second.ProcessID})), 0) > 0"))!, Poll.Patience, "the second one waits for the first", Cancellation);
        await transaction.CommitAsync(Cancellation);
        await waits;
        (await ScalarAsync($"select count(*) from pg_class where relname = '{made}'")).ShouldBe(1L);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = ward.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
