using Wardwatch.SystemTests.Harness;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// Begins with the collections that take longest, so that none of them is left alone at the end while every other place is empty. Who is not named comes after them.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // By what a run of all tests says; only the order of the first dozen matters.
    private static readonly string[] Longest =
    [
        "events", "KeyRotationTests", "AlertPathTests", "BrokerQueueTests", "demo server", "ProveTests", "StartAndStopTests", "two nodes", "ErasureTests", "SoakTests", "FaultTests", "spine",
        "RefusedStartTests", "ProxyTests", "two hospitals", "attacks", "RequestLimitTests", "AuditTamperingTests", "sign-in server",
    ];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(PlaceOf)];

    private static int PlaceOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName == name || collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is >= 0 and var place
            ? place
            : Longest.Length;
}
