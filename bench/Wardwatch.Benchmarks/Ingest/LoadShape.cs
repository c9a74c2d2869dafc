using System.Globalization;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary>A form of load: so many connections with so many unacknowledged messages each.</summary>
internal sealed record LoadShape(int Connections, int InFlight)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Connections:#,0} × {InFlight}");
}

/// <summary>How a shape is put on a server.</summary>
/// <param name="Shape">The connections.</param>
/// <param name="Rate">Messages per second in all; 0: as fast as acknowledged.</param>
/// <param name="Seconds">Of measurement.</param>
/// <param name="WarmupSeconds">Before it: the run-time compiles what is hot within the first twenty seconds.</param>
/// <param name="Plain">TCP without TLS.</param>
internal sealed record LoadPlan(LoadShape Shape, double Rate, double Seconds, double WarmupSeconds, bool Plain = false);
