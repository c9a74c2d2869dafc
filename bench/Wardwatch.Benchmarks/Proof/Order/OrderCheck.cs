using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Proof.Order;

/// <summary>What the check of the order has shown.</summary>
/// <param name="Messages">Readings that were sent, each after the acknowledgement of the one before.</param>
/// <param name="Trace">What the trace says; null if it was skipped.</param>
/// <param name="Skipped">Why it was skipped; null if it was not.</param>
internal sealed record OrderResult(int Messages, TraceSummary? Trace, string? Skipped)
{
    /// <summary>True if the trace is whole: an acknowledgement for each reading.</summary>
    public bool IsWhole => Trace is { } trace && trace.Sends == Messages;

    /// <summary>True if every acknowledgement was sent after its reading was on disk.</summary>
    public bool IsClean => Skipped is not null || (IsWhole && Trace!.InOrder == Messages);
}

/// <summary>
/// Traces server and PostgreSQL with one strace while one device sends reading after reading, and looks whether PostgreSQL's write-ahead log was on disk
/// (fdatasync had returned) before each PUBACK was handed to the system. Killing cannot show that: what a killed program has written stays in the system's cache.
/// </summary>
internal static class OrderCheck
{
    /// <summary>Runs the check.</summary>
    public static async Task<OrderResult> RunAsync(HospitalUnderTest hospital, int messages, CancellationToken cancellation)
    {
        var trace = Path.Combine(Path.GetTempPath(), $"wardwatch-order-{Environment.ProcessId}-{hospital.MqttPort}.trace");
        try
        {
            await using var publisher = await Publisher.ConnectAsync(hospital, hospital.Devices()[0], cancellation);
            await PublishAsync(publisher, 1, cancellation); // everything has been compiled and opened once
            await using var strace = await Strace.AttachAsync(hospital, ["-yy", "-s", "8", "-e", "signal=none", "-o", trace, "-e", $"trace={Calls}"], cancellation);
            if (strace.Refusal is { } refusal) return new OrderResult(0, Trace: null, refusal);
            await PublishAsync(publisher, messages, cancellation);
            await strace.DetachAsync();
            return new OrderResult(messages, TraceOrder.Read(File.ReadLines(trace), hospital.MqttPort, Path.Combine(hospital.Data, "postgres", "pg_wal")), Skipped: null);
        }
        finally
        {
            File.Delete(trace);
        }
    }

    private const string Calls = "fdatasync,fsync,pwrite64,pwritev,pwritev2,sendto,sendmsg,write,writev,recvfrom,recvmsg,read,readv";

    private static async Task PublishAsync(Publisher publisher, int count, CancellationToken cancellation)
    {
        for (var step = 0; step < count; step++)
        {
            publisher.Append(PlausibleVitals.At(MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow()), step));
            publisher.Flush();
            await publisher.WhenAcknowledgedAsync(cancellation);
        }
    }
}
