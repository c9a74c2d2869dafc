using Shouldly;
using Xunit;

namespace Wardwatch.UnitTests.Architecture;

/// <summary>The walls between the server's modules hold; and the checker that says so finds what is planted.</summary>
public class ModuleWallTests
{
    private static readonly ModuleWalls Server = new([.. SourceTree.Sources.Where(file => file.Path.StartsWith("src/Wardwatch.Server/", StringComparison.Ordinal))]);

    [Fact]
    public void Modules_use_one_another_through_contracts_only() => Server.Breaches().ShouldBeEmpty();

    [Fact]
    public void The_uses_of_modules_form_no_circle() => string.Join(" → ", ModuleWalls.Cycle(Server.Graph())).ShouldBeEmpty();

    [Fact]
    public void The_modules_of_a_readings_way_use_one_another_in_its_direction()
    {
        var graph = Server.Graph();
        graph["Gateway"].ShouldContain("Monitoring");
        graph["Monitoring"].ShouldContain("History");
        graph["History"].ShouldContain("Patients");
        graph["Live"].ShouldContain("Monitoring");
        graph["Monitoring"].ShouldNotContain("Live");
        graph["Platform"].ShouldBeEmpty();
    }

    [Fact]
    public void Each_module_is_entered_through_its_own_class()
    {
        Server.StrayEntrances().ShouldBeEmpty();
        Server.WithoutEntrance().ShouldBeEmpty();
    }

    [Fact]
    public void No_import_holds_for_a_whole_project() => SourceTree.Sources
        .Where(file => file.Root.ToString().Contains("global using", StringComparison.Ordinal)).Select(file => file.Path).ShouldBeEmpty();

    [Theory]
    [InlineData("using Wardwatch.Server.History;")]
    [InlineData("using static Wardwatch.Server.History.Committer;")]
    [InlineData("using C = Wardwatch.Server.History.Committer;")]
    [InlineData("using Wardwatch.Server.History.Inner;")]
    [InlineData("using Wardwatch.Server.Cli;")]
    [InlineData("class A { Wardwatch.Server.History.Committer c; }")]
    [InlineData("class A { global::Wardwatch.Server.History.Committer c; }")]
    [InlineData("class A { History.Committer c; }")]
    [InlineData("class A { System.Collections.Generic.List<History.Committer> c; }")]
    [InlineData("class A { History.Inner.Deep c; }")]
    [InlineData("class A { Server.History.Committer c; }")]
    [InlineData("class A { string s = nameof(History.Committer); }")]
    [InlineData("class A { string s = nameof(Wardwatch.Server.History.Committer); }")]
    [InlineData("class A { int n = History.Committer.Limit; }")]
    [InlineData("class A { void M() => History.Committer.Run(); }")]
    [InlineData("class A { object o = typeof(History.Committer); }")]
    [InlineData("class A { object o = new History.Committer(); }")]
    [InlineData("class A : History.Committer { }")]
    [InlineData("[History.Committer] class A { }")]
    [InlineData("class A { void M(object o) { if (o is History.Committer c) { } } }")]
    public void A_planted_breach_is_found(string code) => Planted(code).Breaches().Count().ShouldBeGreaterThan(0);

    [Theory]
    [InlineData("using Wardwatch.Server.History.Contracts;")]
    [InlineData("class A { History.Contracts.ICommitter c; }")]
    [InlineData("class A { string s = nameof(Wardwatch.Server.History.Contracts.ICommitter); }")]
    [InlineData("class A { B History; string M() => History.Find(1).Name; }")]
    [InlineData("class A { Gateway.Session s; Wardwatch.Server.Gateway.Session t; }")]
    [InlineData("/// <summary><see cref=\"Wardwatch.Server.History.Committer\"/></summary>\nclass A { }")]
    public void What_is_allowed_is_not_taken_for_a_breach(string code) => Planted(code).Breaches().ShouldBeEmpty();

    [Fact]
    public void A_planted_circle_is_found()
    {
        var walls = Planted("using Wardwatch.Server.History.Contracts;", history: "using Wardwatch.Server.Gateway.Contracts;");
        ModuleWalls.Cycle(walls.Graph()).Count.ShouldBe(3);
        ModuleWalls.Cycle(Planted("using Wardwatch.Server.History.Contracts;").Graph()).ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_entrance_elsewhere_is_found()
    {
        Planted("static class Other { public static void AddGateway(IHostApplicationBuilder b) { } }").StrayEntrances().Count().ShouldBe(1);
        Planted("static class GatewayModule { public static void AddGateway(IHostApplicationBuilder b) { } }").StrayEntrances().ShouldBeEmpty();
        Planted("class A { }").WithoutEntrance().ShouldContain("Gateway");
    }

    /// <summary>A module with something to hide, and code of another one, its imports above its namespace.</summary>
    private static ModuleWalls Planted(string code, string history = "")
    {
        var (imports, rest) = code.StartsWith("using", StringComparison.Ordinal) ? (code, "class A { }") : ("", code);
        return new ModuleWalls(
        [
            new SourceFile("History/Committer.cs", history + "namespace Wardwatch.Server.History; class Committer { }"),
            new SourceFile("History/Inner/Deep.cs", "namespace Wardwatch.Server.History.Inner; class Deep { }"),
            new SourceFile("History/Contracts/ICommitter.cs", "namespace Wardwatch.Server.History.Contracts; public interface ICommitter { }"),
            new SourceFile("Cli/CommandLine.cs", "using Wardwatch.Server.History; namespace Wardwatch.Server.Cli; class CommandLine { History.Committer c; }"),
            new SourceFile("Roles.cs", "using Wardwatch.Server.History; namespace Wardwatch.Server; class Roles { History.Committer c; }"),
            new SourceFile("Gateway/A.cs", $"{imports}\nnamespace Wardwatch.Server.Gateway;\nclass Session {{ }}\n{rest}"),
        ]);
    }
}
