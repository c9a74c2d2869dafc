using Npgsql;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Proof;

/// <summary>
/// Killing programs cannot show that <c>fsync</c> is off: what they have written stays with the operating system. So the settings are looked at while the server
/// runs as well as at its start (<see cref="Platform.RefusedStartTests"/>).
/// </summary>
public sealed class DurabilityTests
{
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_whose_database_stops_being_durable_is_not_ready_until_it_is_again()
    {
        await using var given = await GivenPostgres.StartAsync([], Cancellation);
        await using var server = ServerProcess.Create();
        server.Environment["ConnectionStrings__Wardwatch"] = given.ConnectionString;
        await server.StartAsync(Cancellation);
        using var client = server.CreateClient();
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
        {
            await SetAsync(given, $"alter system set {setting} = off");
            await Poll.UntilAsync(async () => !await IsReadyAsync(client), Soon, $"not ready with {setting} = off", Cancellation);
            (await client.GetStringAsync("/health/live", Cancellation)).ShouldNotBeNull();
            await SetAsync(given, $"alter system reset {setting}");
            await Poll.UntilAsync(() => IsReadyAsync(client), Soon, $"ready again with {setting} = on", Cancellation);
        }
    }

    private static async Task SetAsync(GivenPostgres given, string statement)
    {
        await using var connection = new NpgsqlConnection(given.ConnectionString);
        await connection.OpenAsync(Cancellation);
        foreach (var sql in new[] { statement, "select pg_reload_conf()" })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/health/ready", Cancellation);
        return answer.IsSuccessStatusCode;
    }
}
