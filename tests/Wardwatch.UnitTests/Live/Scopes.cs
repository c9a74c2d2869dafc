using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.UnitTests.Live;

/// <summary>What subscribers may see.</summary>
internal static class Scopes
{
    /// <summary>A whole hospital.</summary>
    public static AccessScope Whole(int tenant) => new(tenant, WholeHospital: true, [], []);
}
