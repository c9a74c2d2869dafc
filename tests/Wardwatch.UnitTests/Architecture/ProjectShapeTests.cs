using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>Sizes, names and purity of the sources; and the checker that says so finds what is planted.</summary>
public class ProjectShapeTests
{
    private static IEnumerable<SourceFile> Of(string project) => SourceTree.Sources.Where(file => file.Path.StartsWith($"src/{project}/", StringComparison.Ordinal));

    [Fact]
    public void Files_and_methods_can_be_read_in_one_sitting()
    {
        SourceTree.Sources.Count.ShouldBeGreaterThan(100);
        ProjectShape.LongFiles(SourceTree.Sources, most: 450).ShouldBeEmpty();
        ProjectShape.LongMethods(SourceTree.Sources, most: 80).ShouldBeEmpty();
    }

    [Fact]
    public void Imports_are_in_the_one_order()
    {
        SourceTree.AllTexts.Count().ShouldBeGreaterThan(600);
        ProjectShape.ImportsOutOfOrder(SourceTree.AllTexts).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("using A;\nusing System;\n\nclass C;")]
    [InlineData("using System.Text;\nusing System;\n")]
    [InlineData("using A.B;\nusing A;\n")]
    [InlineData("using static A.B;\nusing C;\n")]
    [InlineData("using X = A.B;\nusing C;\n")]
    public void Planted_imports_out_of_order_are_found(string text) => ProjectShape.ImportsOutOfOrder([("A.cs", text)]).ShouldNotBeEmpty();

    [Fact]
    public void Names_say_what_a_thing_is() => ProjectShape.EmptyNamesIn(SourceTree.Sources).ShouldBeEmpty();

    [Fact]
    public void What_a_device_speaks_and_what_measurements_mean_know_neither_each_other_nor_the_server()
    {
        ProjectShape.UsesOf(Of("Wardwatch.Devices"), "Wardwatch.Server", "Wardwatch.Clinical", "Wardwatch.Simulator").ShouldBeEmpty();
        ProjectShape.UsesOf(Of("Wardwatch.Clinical"), "Wardwatch.Server", "Wardwatch.Devices", "Wardwatch.Simulator").ShouldBeEmpty();
        ProjectShape.UsesOf(Of("Wardwatch.Server"), "Wardwatch.Simulator").ShouldBeEmpty();
        ProjectShape.UsesOf(Of("Wardwatch.Simulator"), "Wardwatch.Server").ShouldBeEmpty();
    }

    [Fact]
    public void Clinical_code_and_protocols_read_no_clock_and_open_nothing()
    {
        ProjectShape.Impurities(Of("Wardwatch.Clinical")).ShouldBeEmpty();
        ProjectShape.Impurities(Of("Wardwatch.Devices")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("class A { byte[] B = File.ReadAllBytes(\"x\"); }")]
    [InlineData("class A { byte[] B = System.IO.File.ReadAllBytes(\"x\"); }")]
    [InlineData("class A { long T = DateTime.UtcNow.Ticks; }")]
    [InlineData("class A { object T = DateTimeOffset.Now; }")]
    [InlineData("class A { A(TimeProvider time) { } }")]
    [InlineData("class A { long T = Stopwatch.GetTimestamp(); }")]
    [InlineData("class A { long T = Environment.TickCount64; }")]
    [InlineData("class A { object T = Task.Delay(1); }")]
    [InlineData("class A { object T = new HttpClient(); }")]
    [InlineData("class A { object T = Random.Shared; }")]
    public void A_planted_impurity_is_found(string code) => ProjectShape.Impurities([new SourceFile("A.cs", code)]).ShouldNotBeEmpty();

    [Theory]
    [InlineData("class A { int Process; int M(A other) => other.Process; }")]
    [InlineData("class A { DateTimeOffset At; object M() => At.UtcTicks; }")]
    public void Pure_code_is_not_taken_for_impure(string code) => ProjectShape.Impurities([new SourceFile("A.cs", code)]).ShouldBeEmpty();

    [Fact]
    public void Planted_sizes_and_names_are_found()
    {
        var long450 = new SourceFile("A.cs", new string('\n', 451));
        ProjectShape.LongFiles([long450], 450).Count().ShouldBe(1);
        var method = new SourceFile("B.cs", $"class B {{ void M() {{ {new string('\n', 81)} }} }}");
        ProjectShape.LongMethods([method], 80).Count().ShouldBe(1);
        ProjectShape.LongMethods([method], 90).ShouldBeEmpty();
        foreach (var name in new[] { "Helpers", "DateHelper", "StringUtils", "Common", "CommonThings", "Core" })
        {
            ProjectShape.EmptyNamesIn([new SourceFile("x/Plain.cs", $"class {name} {{ }}")]).ShouldNotBeEmpty(name);
        }

        foreach (var name in new[] { "Score", "Commands", "CommitGroup", "RunCoreless" })
        {
            ProjectShape.EmptyNamesIn([new SourceFile("x/Plain.cs", $"class {name} {{ }}")]).ShouldBeEmpty(name);
        }

        ProjectShape.UsesOf([new SourceFile("C.cs", "using Wardwatch.Server.History;")], "Wardwatch.Server").ShouldNotBeEmpty();
        ProjectShape.UsesOf([new SourceFile("C.cs", "class C { Wardwatch.Server.X y; }")], "Wardwatch.Server").ShouldNotBeEmpty();
    }
}
