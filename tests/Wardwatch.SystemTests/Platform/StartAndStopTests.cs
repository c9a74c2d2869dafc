using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Postgres;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Platform;

public sealed class StartAndStopTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_start_makes_everything_and_the_second_finds_it()
    {
        await using var server = ServerProcess.Create();
        await server.StartAsync(Cancellation);
        foreach (var secret in new[] { "master.key", "ca.key", "server.key" })
        {
            File.GetUnixFileMode(Path.Combine(server.Data, secret)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, secret);
        }

        var authority = await File.ReadAllTextAsync(Path.Combine(server.Data, "ca.pem"), Cancellation);
        (await server.TerminateAsync(Cancellation)).ShouldBe(0);
        PostgresProcesses.Postmaster(server.Data).ShouldBeNull();
        Directory.Exists(ClusterPlace.Of(DataFolder.Open(server.Data)).Socket).ShouldBeFalse("the folder of PostgreSQL's socket is left behind");

        await server.StartAsync(Cancellation);
        server.Log.ShouldNotContain("Applied migration");
        (await File.ReadAllTextAsync(Path.Combine(server.Data, "ca.pem"), Cancellation)).ShouldBe(authority);
    }

    [Fact]
    public async Task A_killed_server_leaves_no_PostgreSQL_and_keeps_what_was_committed()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await ExecuteAsync(server, "create table kept as select 42 as answer");
        PostgresProcesses.Postmaster(server.Data).ShouldNotBeNull();

        await server.KillAsync(Cancellation);
        await PostgresProcesses.WaitUntilNoneAsync(server.Data, Cancellation);

        await server.StartAsync(Cancellation);
        await ExecuteAsync(server, "drop table kept");
    }

    [Fact]
    public async Task A_server_killed_and_started_at_once_waits_for_its_old_PostgreSQL()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await server.KillAsync(Cancellation);
        await server.StartAsync(Cancellation);
        await server.KillAsync(Cancellation);
        await server.StartAsync(Cancellation);
        (await server.TerminateAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_PostgreSQL_that_dies_alone_is_started_again()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        var first = PostgresProcesses.Postmaster(server.Data).ShouldNotBeNull();
        ServerProcess.Signal(first, 9);

        await Poll.UntilAsync(() => Task.FromResult(PostgresProcesses.Postmaster(server.Data) is { } now && now != first), Poll.Patience, "another PostgreSQL", Cancellation);
        using var client = server.CreateClient();
        await Poll.UntilAsync(
            async () => (await client.GetAsync("/health/ready", Cancellation)).IsSuccessStatusCode, Poll.Patience, "ready again", Cancellation);
        await server.SaysAsync("ended by itself", Cancellation);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_what_to_do()
    {
        await using var server = ServerProcess.Create();
        await Prepared.FillAsync(server.Data, Cancellation);
        using var other = new TcpListener(IPAddress.Loopback, server.HttpPort);
        other.Start();
        var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
        code.ShouldNotBe(0);
        output.ShouldContain($"Port {server.HttpPort} is taken");
        output.ShouldContain("--http");
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task The_answers_without_sign_in_say_what_they_should_and_a_second_server_is_refused_and_no_query_reaches_the_log()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        using var client = server.CreateClient();

        using var health = JsonDocument.Parse(await client.GetStringAsync("/health?access_token=secret-of-a-nurse", Cancellation));
        health.RootElement.GetProperty("checks").GetProperty("postgresql").GetProperty("status").GetString().ShouldBe("healthy");

        using var demo = JsonDocument.Parse(await client.GetStringAsync("/api/demo", Cancellation));
        demo.RootElement.GetProperty("demo").GetBoolean().ShouldBeFalse();

        using var description = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Cancellation));
        description.RootElement.GetProperty("openapi").GetString().ShouldStartWith("3.1");

        (await client.GetStringAsync("/api-docs/index.html", Cancellation)).ShouldContain("swagger-ui");
        (await client.GetStringAsync("/metrics", Cancellation)).ShouldContain("dotnet_process_memory_working_set_bytes");
        (await client.GetAsync("/api/none?access_token=secret-of-a-nurse", Cancellation)).Dispose();

        await using var second = ServerProcess.Create(server.Data);
        var (code, output) = await second.StartExpectingFailureAsync(Cancellation);
        code.ShouldNotBe(0);
        output.ShouldContain("Another Wardwatch server uses the data folder");

        (await server.TerminateAsync(Cancellation)).ShouldBe(0);
        PostgresProcesses.Postmaster(server.Data).ShouldBeNull();
        server.Log.ShouldNotContain("secret-of-a-nurse");
    }

    private static async Task ExecuteAsync(ServerProcess server, string sql)
    {
        await using var database = server.OpenDatabase();
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
