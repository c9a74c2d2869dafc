using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>
/// Every parser, with kept cases and some thousands of mutated inputs from a fixed seed: seconds in all. <c>./test fuzz</c> goes on for as long as it is told.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    public static TheoryData<string> Parsers => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Whatever_comes_is_answered_in_bounded_time_and_memory(string parser)
    {
        var target = FuzzTargets.Create(parser);
        using var owned = target as IDisposable;
        var run = new FuzzRun(target, Seed);
        var finding = run.Run(KeptCases.Of(parser), executions => executions < target.QuickExecutions);
        output.WriteLine($"{parser}: seed {Seed}, {run.Executions:N0} inputs, {run.Answers:N0} different answers");
        Assert.True(finding is null, finding is null ? "" : run.Describe(finding));
        run.Answers.ShouldBeGreaterThan(3, "the inputs never got past the first check");
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        static List<byte[]> Inputs(int seed)
        {
            var target = new Recorder();
            new FuzzRun(target, seed).Run([], executions => executions < 300);
            return target.Inputs;
        }

        var first = Inputs(7);
        first.Count.ShouldBeGreaterThan(300);
        Inputs(7).ShouldBe(first);
        Inputs(8).ShouldNotBe(first);
    }

    [Fact]
    public void Kept_cases_belong_to_a_parser() => KeptCases.Parsers.ShouldBeSubsetOf(FuzzTargets.Names);

    [Fact]
    public void A_finding_says_how_to_see_it_again()
    {
        var run = new FuzzRun(new Recorder { Problem = "It is wrong." }, 77);
        var finding = run.Run([], executions => executions < 10).ShouldNotBeNull();
        run.Describe(finding).ShouldBe("""
            recorder: It is wrong.
            seed 77, execution 1, 2 bytes: 0102
            To repeat it: ./test fuzz recorder --seed 77, or keep the input as a file in tests/data/fuzz/recorder, where every run takes it first.
            """);
    }

    /// <summary>Remembers what it was given.</summary>
    private sealed class Recorder : FuzzTarget
    {
        public List<byte[]> Inputs { get; } = [];

        public string? Problem { get; init; }

        public override string Name => "recorder";

        public override IReadOnlyList<byte[]> Seeds { get; } = [[1, 2], [3, 4, 5, 6]];

        public override long AllocationLimit(int inputBytes) => 0;

        public override ulong Execute(byte[] input, FuzzMeter meter)
        {
            Inputs.Add(input);
            if (Problem is not null) throw new FuzzFailure(Problem);
            return (ulong)input.Length;
        }
    }
}
