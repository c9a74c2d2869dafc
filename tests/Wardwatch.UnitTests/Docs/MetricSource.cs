using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Wardwatch.Server.Platform.Telemetry;
using Xunit;

namespace Wardwatch.UnitTests.Docs;

/// <summary>An instrument as the source makes it.</summary>
/// <param name="Name">Its name: <c>wardwatch.readings.stored</c>.</param>
/// <param name="Metric">Its name on <c>/metrics</c>: <c>wardwatch_readings_stored_total</c>.</param>
/// <param name="IsHistogram">Whether it is three series there.</param>
/// <param name="IsWhole">Whether it has a unit and a description.</param>
internal sealed record Instrument(string Name, string Metric, bool IsHistogram, bool IsWhole);

/// <summary>The metrics of the server, from its source.</summary>
internal static class MetricSource
{
    private static readonly string[] Methods = ["CreateCounter", "CreateObservableCounter", "CreateUpDownCounter", "CreateObservableUpDownCounter", "CreateGauge", "CreateObservableGauge", "CreateHistogram"];

    /// <summary>Every instrument that is made.</summary>
    public static IEnumerable<Instrument> Instruments()
    {
        foreach (var call in SourceTree.Files("src/Wardwatch.Server", "*.cs").Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken).DescendantNodes())
            .OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: var method } && Methods.Contains(method)
                && call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax { Token.Value: string name } }, ..])
            {
                var texts = call.ArgumentList.Arguments.Select(argument => (argument.Expression as LiteralExpressionSyntax)?.Token.Value).OfType<string>().ToList();
                yield return new(name, PrometheusNames.Metric(name, texts.ElementAtOrDefault(1), method is "CreateCounter" or "CreateObservableCounter"), method == "CreateHistogram", texts.Count == 3);
            }
        }
    }

    /// <summary>Every series on <c>/metrics</c>: a histogram is three of them.</summary>
    public static IEnumerable<string> Series() => Instruments().SelectMany(instrument => instrument.IsHistogram
        ? new[] { instrument.Metric, instrument.Metric + "_bucket", instrument.Metric + "_sum", instrument.Metric + "_count" }
        : [instrument.Metric]);
}
