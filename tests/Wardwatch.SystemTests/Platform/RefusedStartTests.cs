using System.Security.Cryptography;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Platform;

public sealed class RefusedStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_installations_master_key_is_refused()
    {
        await using var server = ServerProcess.Create();
        await StartWithOneTenantAsync(server);
        await File.WriteAllTextAsync(Path.Combine(server.Data, "master.key"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Cancellation);
        await RefusesAsync(server, "another installation's key");
    }

    [Fact]
    public async Task A_lost_master_key_is_never_replaced_by_a_new_one()
    {
        await using var server = ServerProcess.Create();
        await StartWithOneTenantAsync(server);
        var path = Path.Combine(server.Data, "master.key");
        var key = await File.ReadAllTextAsync(path, Cancellation);
        File.Delete(path);
        await RefusesAsync(server, "The master key is missing");
        File.Exists(path).ShouldBeFalse();

        server.Environment["WARDWATCH_MASTER_KEY"] = key;
        await server.StartAsync(Cancellation);
    }

    [Fact]
    public async Task A_command_may_give_the_master_key()
    {
        await using var server = ServerProcess.Create();
        await StartWithOneTenantAsync(server);
        var elsewhere = Path.Combine(server.Data, "from-a-secret-store");
        File.Move(Path.Combine(server.Data, "master.key"), elsewhere);
        server.Environment["Wardwatch__Platform__MasterKeyCommand"] = $"cat '{elsewhere}'";
        await server.StartAsync(Cancellation);
        File.Exists(Path.Combine(server.Data, "master.key")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_migration_changed_after_it_was_applied_is_refused()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await ExecuteAsync(server, "update schema_migrations set checksum = 'another' where name like '%-02-readings.sql'");
        await server.TerminateAsync(Cancellation);
        await RefusesAsync(server, "2026-11-20-02-readings.sql was changed after it was applied");
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await ExecuteAsync(server, "insert into schema_migrations (name, checksum) values ('2999-01-01-01-later.sql', '')");
        await server.TerminateAsync(Cancellation);
        await RefusesAsync(server, "newer than this program");
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("full_page_writes")]
    [InlineData("synchronous_commit")]
    public async Task A_given_PostgreSQL_that_may_lose_commits_is_refused(string setting)
    {
        await using var given = await GivenPostgres.StartAsync([setting + "=off"], Cancellation);
        await using var server = ServerProcess.Create();
        server.Environment["ConnectionStrings__Wardwatch"] = given.ConnectionString;
        await RefusesAsync(server, setting + " = off");
    }

    [Fact]
    public async Task A_given_PostgreSQL_is_used_in_place_of_a_private_one()
    {
        await using var given = await GivenPostgres.StartAsync([], Cancellation);
        await using var server = ServerProcess.Create();
        server.Environment["ConnectionStrings__Wardwatch"] = given.ConnectionString;
        await server.StartAsync(Cancellation);
        Directory.Exists(Path.Combine(server.Data, "postgres")).ShouldBeFalse();
        await ExecuteAsync(server, "select 1 from tenants");
        (await server.TerminateAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_given_PostgreSQL_that_cannot_be_reached_is_named()
    {
        await using var server = ServerProcess.Create();
        server.Environment["ConnectionStrings__Wardwatch"] = $"Host=127.0.0.1;Port={ServerProcess.FreePort()};Username=wardwatch;Password=none;Database=wardwatch";
        await RefusesAsync(server, "ConnectionStrings__Wardwatch cannot be used");
    }

    [Fact]
    public async Task Without_PostgreSQL_the_message_says_how_to_install_it()
    {
        await using var server = ServerProcess.Create();
        server.Environment["Wardwatch__Platform__PostgresFolder"] = server.Data;
        await RefusesAsync(server, "apt-get install postgresql");
    }

    [Fact]
    public async Task Roles_cannot_be_split_over_processes_without_a_broker()
    {
        await using var server = ServerProcess.Create(arguments: ["--roles", "gateway"]);
        await RefusesAsync(server, "--roles all");
    }

    [Fact]
    public async Task The_port_for_conformance_suites_is_not_opened_to_others()
    {
        await using var server = ServerProcess.Create(arguments: ["--conformance", $"0.0.0.0:{ServerProcess.FreePort()}"]);
        await RefusesAsync(server, "for this machine only");
    }

    // One or two plain lines, and no stack trace.
    private static async Task RefusesAsync(ServerProcess server, string because)
    {
        var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
        code.ShouldNotBe(0);
        output.ShouldContain(because);
        output.ShouldNotContain("   at ");
        PostgresProcesses.Postmaster(server.Data).ShouldBeNull();
    }

    private static async Task StartWithOneTenantAsync(ServerProcess server)
    {
        await Prepared.FillAsync(server.Data, Cancellation);
        await server.StartAsync(Cancellation);
        var master = Convert.FromBase64String((await File.ReadAllTextAsync(Path.Combine(server.Data, "master.key"), Cancellation)).Trim());
        using var keyring = new Keyring(master, new LeasedNonces(1));
        await using (var database = server.OpenDatabase())
        await using (var insert = database.CreateCommand(
            """
            with added as (insert into tenants (public_id, name) values ('of-the-test', 'Hospital of the test') returning tenant_id)
            insert into tenant_keys (tenant_id, number, master_key_id, wrapped_key) select tenant_id, 1, $2, $1 from added
            """))
        {
            var key = keyring.CreateTenantKey();
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = key.WrappedKey });
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.MasterKeyId! });
            await insert.ExecuteNonQueryAsync(Cancellation);
        }

        await server.TerminateAsync(Cancellation);
    }

    private static async Task ExecuteAsync(ServerProcess server, string sql)
    {
        await using var database = server.OpenDatabase();
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
