using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary>The installation on which a verb works: beside a running server, or alone.</summary>
internal static class CommandInstallation
{
    public static Task<Installation> OpenAsync(string? data, CancellationToken cancellation) => OpenAsync(data, newMasterKeyFile: null, cancellation);

    /// <summary>The same with a master key to come.</summary>
    public static async Task<Installation> OpenAsync(string? data, string? newMasterKeyFile, CancellationToken cancellation)
    {
        var settings = VerbOptions.DataSettings(data);
        if (newMasterKeyFile is not null)
        {
            settings = settings.Append(KeyValuePair.Create(PlatformOptions.Section + ":" + nameof(PlatformOptions.NewMasterKeyFile), (string?)newMasterKeyFile));
        }

        var builder = PlatformModule.CreateBuilder(settings);
        using var loggers = PlatformModule.CreateStartLoggers(builder, LogLevel.Warning);
        return await Installation.OpenBesideAsync(PlatformModule.ReadOptions(builder.Configuration), builder.Configuration, TimeProvider.System, loggers, cancellation);
    }
}
