using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Events;

/// <summary>The server's events module on its own, as one node has it, with consumers of ours.</summary>
public sealed class EventNode : IAsyncDisposable
{
    /// <summary>The verb under which a node is a process of its own, which can be killed.</summary>
    public const string Verb = "event-node";

    private readonly IHost _host;

    private EventNode(IHost host) => _host = host;

    /// <summary>The node's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts a node.</summary>
    /// <param name="installation">An opened installation.</param>
    /// <param name="broker">The broker's address; null: events stay within this process.</param>
    /// <param name="settings">Settings of the module, without <c>Wardwatch:Events:</c>.</param>
    /// <param name="consumers">Who handles events.</param>
    /// <param name="observers">Who is told of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<EventNode> StartAsync(
        Installation installation, string? broker, IReadOnlyDictionary<string, string> settings, IEnumerable<IEventConsumer> consumers, IEnumerable<IEventObserver> observers, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{EventsOptions.Section}:{setting.Key}", (string?)setting.Value)).Append(new($"{BrokerOptions.Section}:{nameof(BrokerOptions.Url)}", broker)));
        builder.Services.AddLogging(logging => logging.AddFilter(level => level >= LogLevel.Warning));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(installation.Database);
        builder.Services.AddSingleton(installation.Tenants);
        builder.Services.AddSingleton(installation.Keyring);
        EventsModule.AddEvents(builder);
        EventsModule.AddEventWork(builder);
        foreach (var consumer in consumers) builder.Services.AddSingleton(consumer);
        foreach (var observer in observers) builder.Services.AddSingleton(observer);
        var host = builder.Build();
        await host.StartAsync(cancellation);
        return new(host);
    }

    /// <summary>Starts one as a process: its data folder, whose server must have it open, the broker's address or nothing, then settings as <c>Name=value</c>, then the consumers' names.</summary>
    internal static WatchedProcess StartProcess(string data, string? broker, IReadOnlyDictionary<string, string> settings, IEnumerable<string> consumers, Action<string> onLine) => WatchedProcess.Start(
        [Stage.Programs.Bench, Verb, data, broker ?? "", .. settings.Select(setting => $"{setting.Key}={setting.Value}"), "--", .. consumers], "KILL", new Dictionary<string, string?>(StringComparer.Ordinal), onLine);

    /// <summary>Is a node until it is killed.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var end = Array.IndexOf(arguments, "--");
        var settings = arguments[2..end].Select(setting => setting.Split('=', 2)).ToDictionary(setting => setting[0], setting => setting[1], StringComparer.Ordinal);
        using var stop = new ShutdownSignals();
        await using var installation = await Installation.OpenBesideAsync(
            new PlatformOptions { DataFolder = arguments[0] }, new ConfigurationBuilder().Build(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, stop.Stop);
        await using var node = await StartAsync(installation, arguments[1], settings, arguments[(end + 1)..].Select(name => new RecordingConsumer(name)), [], stop.Stop);
        await Console.Out.WriteLineAsync($"node {Environment.ProcessId}");
        await Task.Delay(Timeout.Infinite, stop.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _host.StopAsync(deadline.Token);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
