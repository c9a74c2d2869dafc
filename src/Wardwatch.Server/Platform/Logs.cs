using Microsoft.Extensions.Logging.Console;

namespace Wardwatch.Server.Platform;

/// <summary>Logs go to standard output: JSON, one line each; in the demo, lines for people.</summary>
internal static class Logs
{
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
            logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                console.UseUtcTimestamp = true;
                console.IncludeScopes = false;
            });
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
