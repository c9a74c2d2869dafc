using System.CommandLine;
using System.Text.Json;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Database;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward migrate</c>: brings the database to this program's schema, as a start of the server would.</summary>
internal static class MigrateVerb
{
    public static Command Create()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var command = new Command("migrate", "Bring the database to the schema of this program; a start of the server does the same.") { data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var builder = PlatformModule.CreateBuilder(VerbOptions.DataSettings(arguments.GetValue(data)));
            using var loggers = PlatformModule.CreateStartLoggers(builder, LogLevel.Warning);
            await using var installation = await Installation.OpenBesideAsync(PlatformModule.ReadOptions(builder.Configuration), builder.Configuration, TimeProvider.System, loggers, cancellation);
            var applied = installation.AppliedMigrations;
            Console.WriteLine(arguments.GetValue(json)
                ? JsonSerializer.Serialize(new { applied, schema = Migration.Embedded[^1].Name }, JsonSerializerOptions.Web)
                : applied.Count == 0 ? $"The schema is up to date ({Migration.Embedded[^1].Name})." : "Applied: " + string.Join(", ", applied));
            return CommandLine.Success;
        });
        return command;
    }
}
