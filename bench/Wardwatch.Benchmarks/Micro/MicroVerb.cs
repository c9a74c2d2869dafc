using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Wardwatch.Benchmarks.Micro;

/// <summary><c>bench micro</c>: the hot path's steps under BenchmarkDotNet, in this process, so that nothing is built for it.</summary>
internal static class MicroVerb
{
    private static readonly Option<string> Filter = new("--filter") { Description = "Only steps whose name matches, such as *Ascon*", DefaultValueFactory = _ => "*" };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Three short iterations: rough times" };
    private static readonly Option<string?> Artifacts = new("--artifacts") { Description = "Keep BenchmarkDotNet's log and tables in this folder" };

    public static Command Create()
    {
        var command = new Command("micro", "Times and allocations of each step of a reading's way, one by one") { Filter, Quick, Artifacts };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var kept = parsed.GetValue(Artifacts);
        var folder = kept ?? Directory.CreateTempSubdirectory("wardwatch-bench-").FullName;
        try
        {
            var job = (parsed.GetValue(Quick) ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
            var config = ManualConfig.CreateEmpty()
                .AddJob(job)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddLogger(ConsoleLogger.Default)
                .AddExporter(MarkdownExporter.GitHub)
                .AddFilter(new GlobFilter([parsed.GetValue(Filter) ?? "*"]))
                .WithArtifactsPath(folder);
            var summary = BenchmarkRunner.Run<HotPathBenchmarks>(config);
            Compare(summary);
            return summary.HasCriticalValidationErrors || summary.Reports.Length == 0 || summary.Reports.Any(report => !report.Success) ? 1 : 0;
        }
        finally
        {
            if (kept is null) Directory.Delete(folder, recursive: true);
        }
    }

    // A row of a large batch in scikit-learn's isolation forest of 100 trees of 256 rows with 7 features (ours has 6), on one core of a machine like that of docs/benchmarks.md.
    private const double ScikitMicroseconds = 10.9;

    private static void Compare(Summary summary)
    {
        var batch = summary.Reports.FirstOrDefault(report => report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Contains(HotPathBenchmarks.BatchName, StringComparison.Ordinal));
        if (batch?.ResultStatistics?.Mean is not { } nanoseconds) return;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Forest, a batch on one core: {nanoseconds / 1000:0.00} µs a row; scikit-learn took {ScikitMicroseconds} µs on such a machine: {ScikitMicroseconds * 1000 / nanoseconds:0.0} times its rate."));
    }
}
