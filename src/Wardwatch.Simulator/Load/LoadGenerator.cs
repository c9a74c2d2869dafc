using System.Net.Sockets;
using System.Security.Authentication;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>What load to make.</summary>
/// <param name="Rate">Messages per second over all connections; 0: as many as the server acknowledges.</param>
/// <param name="Connections">Null: one for every device there is.</param>
/// <param name="InFlight">Unacknowledged messages per connection, at most.</param>
/// <param name="Warmup">Before the measurement.</param>
/// <param name="Duration">Of the measurement.</param>
/// <param name="SealedAhead">Messages over all connections that are sealed before the start; null: as many as will probably be sent.</param>
/// <param name="Plain">TCP without TLS, for a broker on this machine that the server is compared with.</param>
internal sealed record LoadOptions(double Rate, int? Connections, int InFlight, TimeSpan Warmup, TimeSpan Duration, int? SealedAhead = null, bool Plain = false)
{
    // A message has some 150 bytes; readings older than a minute count as late, which is another path.
    private const int MostSealedAhead = 3_000_000;
    private const int UsuallySealedAhead = 3_000_000;
    private static readonly TimeSpan LongestAhead = TimeSpan.FromSeconds(45);

    /// <summary>How many messages each connection seals before the start.</summary>
    public int SealedAheadEach(int connections)
    {
        var total = Warmup + Duration;
        var all = SealedAhead is { } asked ? asked
            : total > LongestAhead ? 0
            : Rate > 0 ? (int)Math.Min(MostSealedAhead, Rate * total.TotalSeconds)
            : UsuallySealedAhead;
        return (all + connections - 1) / connections;
    }
}

/// <summary>
/// Load against a server, in one of two forms: at a fixed rate, spread over the connections and not slowed down by late answers until the windows are full;
/// or as fast as the server acknowledges, each acknowledgement making room for the next message.
/// </summary>
internal sealed class LoadGenerator(SimulatorOptions options, LoadOptions load, TimeProvider time, StatusWriter status)
{
    private const int HandshakesAtOnce = 32;
    private static readonly TimeSpan PaceStep = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <exception cref="SimulatorException">Credentials or server cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var notes = new List<string>();
        var devices = WardBuilder.ChooseDevices(options with { Patients = load.Connections ?? options.Patients ?? int.MaxValue, DeviceChoice = options.DeviceChoice ?? "all" }, notes, clamp: load.Connections is null);
        var dial = await FindServerAsync(cancellation);
        var counters = new LoadCounters();
        var connections = devices.Select(device => new LoadConnection(device, options.Version, load.InFlight, load.Rate <= 0, counters, time)).ToList();
        var begin = time.GetTimestamp();
        await ConnectAsync(connections, dial, cancellation);
        status.Note($"{connections.Count:N0} connections in {time.GetElapsedTime(begin).TotalSeconds:0.0} s; {(load.Rate > 0 ? $"{load.Rate:N0}/s" : "as fast as acknowledged")}, at most {load.InFlight} under way each, {load.Duration.TotalSeconds:0.#} s after {load.Warmup.TotalSeconds:0.#} s of warm-up");

        if (load.SealedAheadEach(connections.Count) is var ahead and > 0)
            Parallel.ForEach(connections, connection => connection.SealAhead(ahead));
        var readers = connections.Select(connection => connection.RunAsync()).ToList();
        var report = await MeasureAsync(connections, counters, cancellation);
        foreach (var connection in connections) connection.Stop();
        await WaitForAnswersAsync(connections);
        report = report with
        {
            SentInAll = counters.Whole.Sent,
            AcknowledgedInAll = counters.Whole.Acknowledged,
            Refused = counters.Whole.Refused,
            Unanswered = connections.Sum(connection => (long)connection.UnderWay),
            ConnectionsLost = counters.Lost,
        };
        await Task.WhenAll(connections.Select(connection => connection.CloseAsync()));
        await Task.WhenAll(readers);
        status.Load(report);
        if (report.Acknowledged == 0)
            throw new SimulatorException(ExitCode.Failure, "The server acknowledged nothing.");
    }

    private async Task<Dial> FindServerAsync(CancellationToken cancellation)
    {
        if (load.Plain) return DialPlainAsync;
        var address = new ServerAddress(options.Host, options.Port, ServerAddress.ReadAuthorities(Path.Combine(options.DataFolder, "ca.pem")));
        await address.ProbeAsync(options.Patience, time, cancellation);
        return address.DialAsync;
    }

    private async Task<Stream> DialPlainAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ConnectAsync(List<LoadConnection> connections, Dial dial, CancellationToken cancellation)
    {
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = HandshakesAtOnce, CancellationToken = cancellation };
            await Parallel.ForEachAsync(connections, parallel, async (connection, token) => await connection.ConnectAsync(dial, token));
        }
        catch (ConnectRefusedException refusal)
        {
            throw new SimulatorException(ExitCode.Refused, $"The server refuses a device ({refusal.Reason}). Do the keys in {options.DataFolder} belong to this server?", refusal);
        }
        catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException)
        {
            throw new SimulatorException(ExitCode.NoServer, $"Not all connections could be opened: {problem.Message}", problem);
        }
    }

    private async Task<LoadReport> MeasureAsync(List<LoadConnection> connections, LoadCounters counters, CancellationToken cancellation)
    {
        var pace = new Pace(load.Rate, connections);
        if (load.Rate <= 0)
        {
            foreach (var connection in connections) connection.Allow(0);
        }

        await RunForAsync(load.Warmup, pace, cancellation);
        counters.Restart();
        status.Phase("measuring");
        var begin = time.GetTimestamp();
        await RunForAsync(load.Duration, pace, cancellation);
        var seconds = time.GetElapsedTime(begin).TotalSeconds;
        var measured = counters.Take();
        status.Phase("measured");
        return new LoadReport
        {
            Connections = connections.Count,
            InFlight = load.InFlight,
            Seconds = seconds,
            Sent = measured.Sent,
            Acknowledged = measured.Acknowledged,
            Latency = measured.Latency,
        };
    }

    private async Task RunForAsync(TimeSpan duration, Pace pace, CancellationToken cancellation)
    {
        if (load.Rate <= 0)
        {
            await Task.Delay(duration, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var begin = time.GetTimestamp();
        using var timer = new PeriodicTimer(PaceStep, time);
        var last = TimeSpan.Zero;
        while (last < duration && !cancellation.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var elapsed = time.GetElapsedTime(begin);
            pace.Give(elapsed - last);
            last = elapsed;
        }
    }

    private async Task WaitForAnswersAsync(List<LoadConnection> connections)
    {
        var begin = time.GetTimestamp();
        while (connections.Exists(connection => connection.UnderWay > 0) && time.GetElapsedTime(begin) < AnswerPatience)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None);
    }

    /// <summary>Hands out allowances in turn, so that each connection gets its share also where there are fewer messages than connections.</summary>
    private sealed class Pace(double rate, List<LoadConnection> connections)
    {
        private double _owed;
        private int _next;

        public void Give(TimeSpan elapsed)
        {
            _owed += rate * elapsed.TotalSeconds;
            var whole = (long)_owed;
            _owed -= whole;
            var (each, rest) = Math.DivRem(whole, connections.Count);
            for (var i = 0; i < connections.Count && (each > 0 || i < rest); i++)
            {
                connections[_next].Allow(each + (i < rest ? 1 : 0));
                _next = (_next + 1) % connections.Count;
            }
        }
    }
}
