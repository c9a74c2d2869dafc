using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server;

/// <summary>The server: an opened installation, the modules of its roles, and the web host that carries them.</summary>
public static class WardwatchServer
{
    /// <summary>Starts the server, calls <paramref name="started"/>, and serves until <paramref name="stop"/> or until it is drained; then stops in order: the modules, the database.</summary>
    /// <param name="builder">Configuration and logging, as the command line made them.</param>
    /// <param name="roles">Role names separated by commas.</param>
    /// <param name="prepare">Called when the installation is open and before the modules start; may fill an empty database.</param>
    /// <param name="started">Called with the server's addresses when it takes requests and devices.</param>
    /// <param name="stop">Asks for an orderly stop.</param>
    /// <exception cref="StartupException">Something that the operator can remove.</exception>
    public static async Task RunAsync(
        WebApplicationBuilder builder, string roles, Func<Installation, CancellationToken, Task> prepare, Func<WebApplication, CancellationToken, Task> started, CancellationToken stop)
    {
        var selected = Roles.Select(roles, BrokerOptions.IsSet(builder.Configuration));
        var options = PlatformModule.ReadOptions(builder.Configuration);
        using var loggers = PlatformModule.CreateStartLoggers(builder);
        await using var installation = await Installation.OpenAsync(options, builder.Configuration, TimeProvider.System, loggers, stop);
        await prepare(installation, stop);

        PlatformModule.AddPlatform(builder, installation);
        selected.Roles.SetOn(builder);
        foreach (var add in selected.Adds)
        {
            add(builder);
        }

        await using var app = await StartupFailures.ExplainAsync(builder.Build);

        // Building and mapping read settings already, so that a wrong one is explained there as well as at the start proper.
        await StartupFailures.ExplainAsync(() =>
        {
            PlatformModule.UsePlatform(app);
            PlatformModule.MapPlatform(app);
            foreach (var map in selected.Maps)
            {
                map(app);
            }

            return app.StartAsync(stop);
        });
        await started(app, stop);
        await app.WaitForShutdownAsync(stop);
        if (!stop.IsCancellationRequested && !app.Services.GetRequiredService<NodeDrain>().EndsProcess)
        {
            throw new StartupException("The server stopped, since one of its parts failed.", "The log above says which, and why.");
        }
    }
}
