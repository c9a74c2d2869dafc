using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Spectre.Console;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward analytics rebuild</c>: makes the figures of wards and hours anew from the history of events.</summary>
internal static class AnalyticsVerb
{
    public static Command Create() => new("analytics", "Look after the figures of wards and hours.") { Rebuild() };

    private static Command Rebuild()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var command = new Command("rebuild", "Make the figures anew from the history of events; servers may run meanwhile.") { hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var history = new EventHistory(installation.Keyring, Options.Create(new EventsOptions()), TimeProvider.System);
            var rebuild = new AnalyticsRebuild(installation.Database, history, TimeProvider.System);
            var events = await WithProgressAsync(progress => rebuild.RunAsync(place.TenantId, progress, cancellation));
            Console.WriteLine(arguments.GetValue(json) ? JsonSerializer.Serialize(new { events }) : $"The figures were made anew from {events:N0} events.");
            return CommandLine.Success;
        });
        return command;
    }

    private static Task<long> WithProgressAsync(Func<Action<long, long>, Task<long>> rebuild)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().StartAsync(progress =>
        {
            var task = progress.AddTask("Reading events");
            return rebuild((read, all) =>
            {
                task.MaxValue = Math.Max(1, all);
                task.Value = read;
            });
        });
    }
}
