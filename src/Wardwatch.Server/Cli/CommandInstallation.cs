using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary>The installation on which a verb works: beside a running server, or alone.</summary>
internal static class CommandInstallation
{
    public static async Task<Installation> OpenAsync(string? data, CancellationToken cancellation)
    {
        var builder = PlatformModule.CreateBuilder(VerbOptions.DataSettings(data));
        using var loggers = PlatformModule.CreateStartLoggers(builder, LogLevel.Warning);
        return await Installation.OpenBesideAsync(PlatformModule.ReadOptions(builder.Configuration), builder.Configuration, TimeProvider.System, loggers, cancellation);
    }
}
