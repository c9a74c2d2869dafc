using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Wardwatch.Server.Cli.Seed;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary>One run of the demo hospital, from an empty folder or a used one until Ctrl-C.</summary>
internal static class DemoHospitalRun
{
    /// <summary>Serves, with devices if <paramref name="simulator"/> is given.</summary>
    public static async Task RunAsync(WebApplicationBuilder builder, int patients, DemoSimulator? simulator, CancellationToken stop)
    {
        Console.WriteLine("Starting the demo hospital …");
        using var devicesStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var serverStop = new CancellationTokenSource();
        var devices = Task.CompletedTask;

        // The devices say good-bye first, so that their last readings are acknowledged.
        await using var order = stop.Register(() =>
        {
            if (devices.IsCompleted)
            {
                serverStop.Cancel();
            }
        });
        IReadOnlyList<DemoCredential> accounts = [];
        try
        {
            await WardwatchServer.RunAsync(
                builder,
                Roles.All,
                prepare: async (installation, cancellation) =>
                {
                    Console.WriteLine("Database and keys are ready.");
                    var hospital = await new DemoHospital(installation, TimeProvider.System).SeedAsync(patients, simulator is not null, cancellation);
                    Console.WriteLine($"{DemoHospital.Name}: {hospital.Patients} patients, {hospital.AddedPatients} of them new.");
                    accounts = hospital.Accounts;
                },
                started: (app, _) =>
                {
                    if (simulator is not null)
                    {
                        devices = RunDevicesAsync(app, simulator, serverStop, devicesStop.Token);
                    }

                    Announce(app, accounts);
                    return Task.CompletedTask;
                },
                serverStop.Token);
        }
        finally
        {
            await devicesStop.CancelAsync();
            await devices;
        }
    }

    private static async Task RunDevicesAsync(WebApplication app, DemoSimulator simulator, CancellationTokenSource serverStop, CancellationToken stop)
    {
        try
        {
            await simulator.RunAsync(PortOf(app, "http:") is { } port ? $"http://localhost:{port}" : null, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger<DemoSimulator>(), TimeProvider.System, stop);
            await serverStop.CancelAsync();
        }
        catch (StartupException)
        {
            // A ward without its devices is not the demo that was asked for.
            app.Lifetime.StopApplication();
            throw;
        }
    }

    private static void Announce(WebApplication app, IReadOnlyList<DemoCredential> accounts)
    {
        Console.WriteLine($"ready: http://localhost:{PortOf(app, "http:")}");
        if (PortOf(app, "https:") is { } https)
        {
            Console.WriteLine($"https://localhost:{https} (its authority: {app.Services.GetRequiredService<DataFolder>().AuthorityCertificate})");
        }

        Console.WriteLine($"One demo account of each role; all {accounts.Count} are in {app.Services.GetRequiredService<DataFolder>().At("demo-credentials.json")}:");
        foreach (var account in accounts.DistinctBy(account => account.Role))
        {
            Console.WriteLine($"  {account.User,-17} {account.Password,-22} {account.Role}, {account.Name}");
        }

        Console.WriteLine("Ctrl-C stops everything.");
    }

    private static int? PortOf(WebApplication app, string scheme) =>
        app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .FirstOrDefault(address => address.StartsWith(scheme, StringComparison.Ordinal)) is { } address ? BindingAddress.Parse(address).Port : null;
}
