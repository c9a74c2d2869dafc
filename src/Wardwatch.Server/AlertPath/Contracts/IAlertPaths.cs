namespace Wardwatch.Server.AlertPath.Contracts;

/// <summary>How far a ward's alert path is proven.</summary>
/// <param name="Ward">The ward.</param>
/// <param name="ProvenAt">When the last alert of its synthetic patient arrived; null: none has yet.</param>
/// <param name="State">proven, late or broken.</param>
public sealed record AlertPathDocument(string Ward, DateTimeOffset? ProvenAt, string State);

/// <summary>How far the wards' alert paths are proven, from memory: it is said as well while nothing can be read.</summary>
public interface IAlertPaths
{
    /// <summary>The wards of a hospital, in their order; empty where the paths are not tested.</summary>
    IReadOnlyList<AlertPathDocument> Of(int tenantId);
}

/// <summary>Is told when a ward's alert path is proven again, or is in another state.</summary>
public interface IAlertPathObserver
{
    /// <summary>Never waits.</summary>
    void Changed(int tenantId, AlertPathDocument path);
}
