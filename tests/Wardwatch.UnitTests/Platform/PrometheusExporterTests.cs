using System.Diagnostics.Metrics;
using Shouldly;
using Wardwatch.Server.Platform.Telemetry;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly PrometheusExporter _exporter = new();
    private readonly Meter _meter = new("Wardwatch.Tests");

    public void Dispose()
    {
        _meter.Dispose();
        _exporter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_for_each_set_of_labels()
    {
        var readings = _meter.CreateCounter<long>("test.readings", "{reading}", "Readings taken");
        readings.Add(2, new KeyValuePair<string, object?>("result", "stored"));
        readings.Add(3, new KeyValuePair<string, object?>("result", "stored"));
        readings.Add(1, new KeyValuePair<string, object?>("result", "late"));
        Lines("test_readings").ShouldBe(
        [
            "# HELP test_readings_total Readings taken",
            "# TYPE test_readings_total counter",
            "test_readings_total{result=\"late\"} 1",
            "test_readings_total{result=\"stored\"} 5",
        ]);
    }

    [Fact]
    public void A_histogram_counts_in_growing_buckets()
    {
        var duration = _meter.CreateHistogram("test.commit", "s", "Time of a commit", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1] });
        foreach (var seconds in new[] { 0.005, 0.01, 0.05, 5 })
        {
            duration.Record(seconds);
        }

        Lines("test_commit").ShouldBe(
        [
            "# HELP test_commit_seconds Time of a commit",
            "# TYPE test_commit_seconds histogram",
            "test_commit_seconds_bucket{le=\"0.01\"} 2",
            "test_commit_seconds_bucket{le=\"0.1\"} 3",
            "test_commit_seconds_bucket{le=\"1\"} 3",
            "test_commit_seconds_bucket{le=\"+Inf\"} 4",
            "test_commit_seconds_sum 5.065",
            "test_commit_seconds_count 4",
        ]);
    }

    [Fact]
    public void Levels_and_observed_values_show_the_latest()
    {
        var level = _meter.CreateGauge<int>("test.level");
        level.Record(7);
        level.Record(4);
        var lanes = _meter.CreateUpDownCounter<int>("test.lanes");
        lanes.Add(5);
        lanes.Add(-2);
        var total = 10L;
        _meter.CreateObservableCounter("test.seen", () => total);
        _exporter.Write();
        total = 12;
        Lines("test_level")[2].ShouldBe("test_level 4");
        Lines("test_lanes")[1..].ShouldBe(["# TYPE test_lanes gauge", "test_lanes 3"]);
        Lines("test_seen")[1..].ShouldBe(["# TYPE test_seen_total counter", "test_seen_total 12"]);
    }

    [Fact]
    public void Labels_are_escaped()
    {
        _meter.CreateCounter<int>("test.escaped").Add(1, new KeyValuePair<string, object?>("a.b", "say \"hi\"\\\n"));
        Lines("test_escaped")[2].ShouldBe("""test_escaped_total{a_b="say \"hi\"\\\n"} 1""");
    }

    [Fact]
    public void Too_many_series_are_refused_and_counted()
    {
        var wild = _meter.CreateCounter<int>("test.wild");
        for (var i = 0; i < MetricFamily.MostSeries + 5; i++)
        {
            wild.Add(1, new KeyValuePair<string, object?>("n", i));
        }

        Lines("test_wild").Count.ShouldBe(2 + MetricFamily.MostSeries);
        _exporter.Write().ShouldContain("metrics_series_refused_total 5\n");
    }

    [Fact]
    public void Parallel_measurements_are_all_counted()
    {
        var counter = _meter.CreateCounter<long>("test.parallel");
        Parallel.For(0, 10_000, _ => counter.Add(1));
        Lines("test_parallel")[2].ShouldBe("test_parallel_total 10000");
    }

    [Fact]
    public void A_known_series_costs_no_allocation()
    {
        var counter = _meter.CreateCounter<long>("test.free");
        var tag = new KeyValuePair<string, object?>("result", "stored");
        Allocations.Of(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                counter.Add(1, tag);
            }
        }).ShouldBe(0);
    }

    [Theory]
    [InlineData("alerts.received", "{alert}", true, "alerts_received_total")]
    [InlineData("alerts_received_total", null, true, "alerts_received_total")]
    [InlineData("incident.mtta", "s", false, "incident_mtta_seconds")]
    [InlineData("dotnet.process.memory.working_set", "By", false, "dotnet_process_memory_working_set_bytes")]
    [InlineData("kestrel.active_connections", "{connection}", false, "kestrel_active_connections")]
    [InlineData("0weird name", null, false, "_0weird_name")]
    public void Names_are_those_of_Prometheus(string instrument, string? unit, bool counter, string name) =>
        PrometheusNames.Metric(instrument, unit, counter).ShouldBe(name);

    private List<string> Lines(string prefix) =>
        _exporter.Write().Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal) || line.StartsWith("# HELP " + prefix, StringComparison.Ordinal) || line.StartsWith("# TYPE " + prefix, StringComparison.Ordinal)).ToList();
}
