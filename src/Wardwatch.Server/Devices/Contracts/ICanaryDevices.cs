using Npgsql;

namespace Wardwatch.Server.Devices.Contracts;

/// <summary>The virtual device of a synthetic patient.</summary>
/// <param name="Number">The database key, by which <see cref="IDeviceDirectory"/> knows it with its key.</param>
/// <param name="Token">With which it connects.</param>
public sealed record CanaryDevice(int Number, string Token);

/// <summary>Registers virtual devices: with a token, a sealed key and a binding like any other, but in no list, and bound, changed and revoked by nobody.</summary>
public interface ICanaryDevices
{
    /// <summary>Registers one and binds it, in the caller's transaction; processes learn of it after the commit.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="patientNumber">The synthetic patient.</param>
    /// <param name="topic">On which it publishes.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<CanaryDevice> RegisterAsync(NpgsqlConnection connection, int tenantId, int patientNumber, string topic, CancellationToken cancellation);
}
