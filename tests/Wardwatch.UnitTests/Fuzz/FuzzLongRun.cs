using System.Globalization;
using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>
/// Fuzzing for as long as somebody wants: <c>./test fuzz [PARSER] [--minutes N] [--seed S]</c> sets the environment that this reads. A line each ten seconds, each
/// finding as two files (the input, and what is wrong with it) in a folder that the first line names.
/// </summary>
public class FuzzLongRun
{
    private const double DefaultMinutes = 1;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    // Explicit: a run that did not ask for it neither runs nor counts it.
    [Fact(Explicit = true)]
    public void Fuzz_as_long_as_was_asked_for()
    {
        var wanted = Environment.GetEnvironmentVariable("WARDWATCH_FUZZ");
        Assert.SkipWhen(string.IsNullOrEmpty(wanted), "Use: ./test fuzz [PARSER] [--minutes N] [--seed S]");
        var minutes = double.Parse(Variable("WARDWATCH_FUZZ_MINUTES") ?? DefaultMinutes.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var seed = int.Parse(Variable("WARDWATCH_FUZZ_SEED") ?? (Environment.TickCount & 0x7FFF_FFFF).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var folder = Variable("WARDWATCH_FUZZ_FINDINGS") ?? Path.Combine(Path.GetTempPath(), $"wardwatch-fuzz-{seed}");
        Say($"seed {seed}, {minutes:0.##} minutes a parser, findings go to {folder}");
        List<string> findings = [];
        foreach (var parser in wanted == "all" ? FuzzTargets.Names : [wanted!])
        {
            if (Fuzz(parser, TimeSpan.FromMinutes(minutes), seed, folder) is { } finding) findings.Add(finding);
        }

        findings.ShouldBeEmpty();
    }

    private static string? Fuzz(string parser, TimeSpan budget, int seed, string folder)
    {
        var target = FuzzTargets.Create(parser);
        using var owned = target as IDisposable;
        var run = new FuzzRun(target, seed);
        var began = TimeProvider.System.GetTimestamp();
        var (lastLine, lastExecutions) = (TimeSpan.Zero, 0L);
        var finding = run.Run(KeptCases.Of(parser), _ => TimeProvider.System.GetElapsedTime(began) < budget, () =>
        {
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            if (elapsed - lastLine < BetweenLines) return;
            var executions = run.Executions;
            Say($"{parser}: {elapsed.TotalSeconds:0} s, {executions:N0} inputs, {(executions - lastExecutions) / (elapsed - lastLine).TotalSeconds:N0}/s, {run.Answers:N0} different answers");
            (lastLine, lastExecutions) = (elapsed, executions);
        });
        Say($"{parser}: {run.Executions:N0} inputs in {TimeProvider.System.GetElapsedTime(began).TotalMinutes:0.0} minutes, {run.Answers:N0} different answers, {(finding is null ? "no finding" : "A FINDING")}");
        if (finding is null) return null;

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{parser}-{finding.Execution}");
        var description = run.Describe(finding);
        File.WriteAllBytes(path + ".input", finding.Input);
        File.WriteAllText(path + ".txt", description);
        Say($"{description}\nkept as {path}.input");
        return path;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    // The runner shows a test's own output at its end; this is for whoever watches.
    private static void Say(string line) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));
}
