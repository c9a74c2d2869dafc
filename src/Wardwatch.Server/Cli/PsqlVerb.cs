using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward psql</c>: PostgreSQL's shell on the database in use; one that is not running runs while the shell does.</summary>
internal static class PsqlVerb
{
    public static Command Create()
    {
        var data = VerbOptions.Data();
        var rest = new Argument<string[]>("arguments") { Arity = ArgumentArity.ZeroOrMore, Description = "Given on to psql; put -- before those that begin with a dash." };
        var command = new Command("psql", "Open psql on the database in use, for example: ward psql -- -c 'select 1'") { data, rest };
        command.SetAction(async (arguments, cancellation) =>
        {
            var builder = PlatformModule.CreateBuilder(VerbOptions.DataSettings(arguments.GetValue(data)));
            using var loggers = PlatformModule.CreateStartLoggers(builder, LogLevel.Warning);
            await using var installation = await Installation.OpenBesideAsync(PlatformModule.ReadOptions(builder.Configuration), builder.Configuration, TimeProvider.System, loggers, cancellation);
            return await RunAsync(installation.ConnectionString, arguments.GetValue(rest) ?? []);
        });
        return command;
    }

    private static async Task<int> RunAsync(string connectionString, string[] arguments)
    {
        var program = ExecutableFinder.OnPath("psql")
            ?? throw new StartupException("psql is not installed.", "Debian, Ubuntu: apt-get install postgresql-client");
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["PGHOST"] = connection.Host;
        start.Environment["PGPORT"] = connection.Port.ToString();
        start.Environment["PGUSER"] = connection.Username;
        start.Environment["PGDATABASE"] = connection.Database ?? connection.Username;
        start.Environment["PGAPPNAME"] = "ward psql";
        if (connection.Password is { Length: > 0 } password)
        {
            start.Environment["PGPASSWORD"] = password;
        }

        // Ctrl-C belongs to the shell while it runs: it stops a query there.
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
