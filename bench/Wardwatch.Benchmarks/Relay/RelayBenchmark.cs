using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Relay;

/// <summary>
/// What Mosquitto relays: the same generator publishes with QoS 1, one receiver takes everything out with QoS 1. A broker acknowledges when it has a message in
/// memory; it decrypts nothing, scores nothing and stores nothing.
/// </summary>
internal static class RelayBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs one shape against a broker of its own.</summary>
    public static async Task<IngestResult> RunAsync(string program, LoadPlan plan, CancellationToken cancellation)
    {
        await using var broker = await MosquittoBroker.StartAsync(program, plan.Plain, plan.Shape.Connections, cancellation);
        await using var receiver = await RelayReceiver.StartAsync(broker, plan.Plain, cancellation);
        var meter = new CostMeter(MosquittoBroker.ProcessName);
        var (cost, peak, relayed) = (default(Cost), 0L, 0L);
        var report = await GeneratorRun.RunAsync(
            plan,
            broker.Data,
            broker.Port,
            begins =>
            {
                if (begins)
                {
                    relayed = receiver.Received;
                    meter.Begin();
                }
                else
                {
                    relayed = receiver.Received - relayed;
                    (cost, peak) = meter.End();
                }
            },
            cancellation);
        if (cost is null) throw new BenchmarkException("The load generator did not say when it measured.");

        var arrived = await WaitForAsync(receiver, report.AcknowledgedInAll, cancellation);
        return new IngestResult
        {
            System = "Mosquitto",
            Transport = plan.Plain ? "TCP" : "TLS",
            Shape = plan.Shape,
            RateWanted = plan.Rate,
            RatePerSecond = relayed / report.Seconds,
            P50 = report.P50,
            P99 = report.P99,
            Cost = cost,
            Messages = relayed,
            PeakBytes = peak,
            Acknowledged = report.AcknowledgedInAll,
            Verified = Math.Min(arrived, report.AcknowledgedInAll),
            Fault = arrived < report.AcknowledgedInAll ? $"{report.AcknowledgedInAll - arrived:N0} acknowledged messages did not come out" : null,
        };
    }

    private static async Task<long> WaitForAsync(RelayReceiver receiver, long count, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (receiver.Received < count && TimeProvider.System.GetElapsedTime(began) < Patience)
            await Task.Delay(20, cancellation);
        return receiver.Received;
    }
}
