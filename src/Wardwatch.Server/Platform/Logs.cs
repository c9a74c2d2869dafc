using Microsoft.Extensions.Logging.Console;

using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Telemetry;

namespace Wardwatch.Server.Platform;

/// <summary>Logs go to standard output: JSON, one object a line; in the demo, or if somebody says so, lines for people.</summary>
internal static class Logs
{
    /// <summary>Whether lines are for people.</summary>
    /// <exception cref="StartupException">There is no such format.</exception>
    public static bool AreForPeople(IConfiguration configuration, bool demo) => configuration[$"{LogOptions.Section}:{nameof(LogOptions.Format)}"] switch
    {
        null or "" => demo,
        LogOptions.Json => false,
        LogOptions.Text => true,
        var other => throw new StartupException($"There is no format '{other}' of logs.", $"{LogOptions.Section}:{nameof(LogOptions.Format)} is {LogOptions.Json} or {LogOptions.Text}."),
    };

    /// <summary>Says where lines go, in which form, and whose are left out.</summary>
    public static void Configure(ILoggingBuilder logging, bool forPeople, HostStart? start = null)
    {
        logging.ClearProviders();
        if (forPeople)
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
                console.UseUtcTimestamp = false;
            });
        }
        else
        {
            logging.AddConsole(console => console.FormatterName = JsonLogFormatter.FormatterName);
            logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        }

        // The framework writes whole addresses there, and a query may hold an access token.
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Its keys lie in a folder that only this user may read, beside the master key.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        // Why a start failed is said in two plain lines; the host would add a stack trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && start is { IsOver: true });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
    }
}

/// <summary>Whether the host has started.</summary>
internal sealed class HostStart
{
    /// <summary>True once everything runs.</summary>
    public volatile bool IsOver;
}
