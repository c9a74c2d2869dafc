using BenchmarkDotNet.Attributes;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>Times and allocations of the hot path's steps.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class HotPathBenchmarks
{
    /// <summary>The step that is set beside scikit-learn.</summary>
    public const string BatchName = "Forest, batch, per row";

    private readonly HotPath _path = new();

    /// <summary>Ascon-AEAD128, encrypt.</summary>
    [Benchmark(Description = "Ascon seal")]
    public int AsconSeal() => _path.AsconSeal();

    /// <summary>Ascon-AEAD128, decrypt.</summary>
    [Benchmark(Description = "Ascon open")]
    public int AsconOpen() => _path.AsconOpen();

    /// <summary>MQTT frame and PUBLISH.</summary>
    [Benchmark(Description = "Read frame and PUBLISH")]
    public int ReadPublish() => _path.ReadPublish();

    /// <summary>MQTT 3.1.1 frame and PUBLISH.</summary>
    [Benchmark(Description = "Read frame and PUBLISH, 3.1.1")]
    public int ReadPublish311() => _path.ReadPublish311();

    /// <summary>Envelope, Ascon included.</summary>
    [Benchmark(Description = "Open envelope")]
    public int OpenEnvelope() => _path.OpenEnvelope();

    /// <summary>JSON to values.</summary>
    [Benchmark(Description = "Parse vitals")]
    public int ParseVitals() => _path.ParseVitals();

    /// <summary>Score alone.</summary>
    [Benchmark(Description = "Forest, score")]
    public double ForestScore() => _path.ForestScore();

    /// <summary>Score and drivers.</summary>
    [Benchmark(Description = "Forest, score and drivers")]
    public double ForestScoreWithDrivers() => _path.ForestScoreWithDrivers();

    /// <summary>Score and drivers, one vital missing.</summary>
    [Benchmark(Description = "Forest, one vital missing")]
    public double ForestScoreWithDriversOneMissing() => _path.ForestScoreWithDriversOneMissing();

    /// <summary>Scores of different rows, per row.</summary>
    [Benchmark(Description = BatchName, OperationsPerInvoke = HotPath.BatchRows)]
    public double ForestBatch() => _path.ForestBatch();

    /// <summary>NEWS2.</summary>
    [Benchmark(Description = "NEWS2")]
    public int News2() => _path.News2Score();

    /// <summary>Alerts, nothing changes.</summary>
    [Benchmark(Description = "Alerts, a step")]
    public int AlertStep() => _path.AlertStep();

    /// <summary>The record's bytes.</summary>
    [Benchmark(Description = "ReadingRecord.Write")]
    public int WriteRecord() => _path.WriteRecord();

    /// <summary>AES-256-GCM.</summary>
    [Benchmark(Description = "DataKey.Seal")]
    public int SealRecord() => _path.SealRecord();

    /// <summary>All that a lane does with a reading.</summary>
    [Benchmark(Description = "Lane, whole step", OperationsPerInvoke = LaneStep.Readings)]
    public int Lane() => _path.Lane.Run();
}
