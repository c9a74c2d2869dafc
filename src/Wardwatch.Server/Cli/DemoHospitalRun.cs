using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary>One run of the demo hospital, from an empty folder or a used one until Ctrl-C.</summary>
internal static class DemoHospitalRun
{
    /// <summary>Serves, with devices if <paramref name="simulator"/> is given.</summary>
    public static async Task RunAsync(WebApplicationBuilder builder, int patients, DemoSimulator? simulator, CancellationToken stop)
    {
        Console.WriteLine("Starting the demo hospital …");
        using var devicesStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var devices = Task.CompletedTask;
        try
        {
            await WardwatchServer.RunAsync(
                builder,
                Roles.All,
                prepare: (installation, cancellation) => FillAsync(installation, patients, simulator is not null, cancellation),
                started: (app, _) =>
                {
                    if (simulator is not null)
                    {
                        devices = simulator.RunAsync(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger<DemoSimulator>(), TimeProvider.System, devicesStop.Token);
                    }

                    Announce(app);
                    return Task.CompletedTask;
                },
                stop);
        }
        finally
        {
            await devicesStop.CancelAsync();
            await devices;
        }
    }

    private static Task FillAsync(Installation installation, int patients, bool simulated, CancellationToken cancellation)
    {
        Console.WriteLine("Database and keys are ready.");
        return Task.CompletedTask;
    }

    private static void Announce(WebApplication app)
    {
        var data = app.Services.GetRequiredService<DataFolder>();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var port = Uri.TryCreate(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var uri) ? uri.Port : 0;
        Console.WriteLine($"ready: http://localhost:{port}");
        var credentials = data.At("demo-credentials.json");
        if (!File.Exists(credentials))
        {
            return;
        }

        Console.WriteLine($"Demo accounts (passwords also in {credentials}):");
        using var accounts = JsonDocument.Parse(File.ReadAllBytes(credentials));
        foreach (var account in accounts.RootElement.EnumerateArray())
        {
            Console.WriteLine($"  {Text(account, "user"),-12} {Text(account, "password"),-24} {Text(account, "role")}, {Text(account, "name")}");
        }

        Console.WriteLine("Ctrl-C stops everything.");
    }

    private static string Text(JsonElement account, string name) => account.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
