using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Benchmarks.Proof.Planted;

/// <summary>
/// <c>planted-server</c>: the real server with one fault of ours, for the negative controls: whoever waits for a commit is told that it is durable before the
/// committer has it. The fault comes in where ASP.NET Core's own tests exchange services, when the host is built; the product has no switch for it.
/// </summary>
internal static class PlantedServer
{
    /// <summary>The verb.</summary>
    public const string Verb = "planted-server";

    /// <summary>Runs the server's command line.</summary>
    public static Task<int> RunAsync(string[] arguments)
    {
        DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener =>
        {
            if (listener.Name == "Microsoft.Extensions.Hosting") listener.Subscribe(new Observer<KeyValuePair<string, object?>>(OnHostEvent));
        }));
        return Wardwatch.Server.Cli.CommandLine.RunAsync(arguments);
    }

    private static void OnHostEvent(KeyValuePair<string, object?> hostEvent)
    {
        if (hostEvent is { Key: "HostBuilding", Value: IHostBuilder builder }) builder.ConfigureServices(Plant);
    }

    private static void Plant(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(ICommitter));
        services.Remove(real);
        services.AddSingleton<ICommitter>(provider => new EarlyCommitter((ICommitter)real.ImplementationFactory!(provider)));
        Console.Error.WriteLine("This server acknowledges before it commits: a planted fault.");
    }

    private sealed class Observer<T>(Action<T> onNext) : IObserver<T>
    {
        public void OnCompleted()
        {
            // The process ends with its host.
        }

        public void OnError(Exception error)
        {
            // As above.
        }

        public void OnNext(T value) => onNext(value);
    }
}

/// <summary>Says "durable" first and hands over afterwards.</summary>
internal sealed class EarlyCommitter(ICommitter real) : ICommitter
{
    public CommitGroup Rent() => real.Rent();

    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => real.WaitForRoomAsync(cancellation);

    public bool TrySubmit(CommitGroup group)
    {
        foreach (var listener in group.Listeners) listener.Committed();
        group.Listeners.Clear();
        group.Listeners.Add(Nobody.Instance);
        for (var row = 0; row < group.RowListeners.Count; row++) group.RowListeners[row] = Nobody.Instance;
        return real.TrySubmit(group);
    }

    private sealed class Nobody : ICommitListener
    {
        public static readonly Nobody Instance = new();

        public void Refuse(int entry, RefusalReason reason)
        {
            // Nobody waits any more.
        }

        public void Describe(int entry, out ReadOnlyMemory<byte> topic, out ReadOnlyMemory<byte> envelope) => (topic, envelope) = (default, default);

        public void Committed()
        {
            // Nobody waits any more.
        }

        public void Failed()
        {
            // Nobody waits any more.
        }
    }
}
