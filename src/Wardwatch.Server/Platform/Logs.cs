using Microsoft.Extensions.Logging.Console;

namespace Wardwatch.Server.Platform;

/// <summary>Logs go to standard output: JSON, one line each; in the demo, lines for people.</summary>
internal static class Logs
{
    public static void Configure(ILoggingBuilder logging, bool forPeople)
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
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
    }
}
