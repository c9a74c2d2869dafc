using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>Learns of rotated keys of hospitals while the server runs, so that what is new is wrapped under the newest.</summary>
internal sealed partial class KeyChanges(DirectoryChanges changes, Keyring keyring, ILogger<KeyChanges> log) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(TenantKeyStore.Topic, (tenant, _) =>
        {
            foreach (var id in tenant is { } one ? [one] : keyring.TenantIds)
            {
                Reload(id);
            }

            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Reload(int tenantId)
    {
        try
        {
            keyring.Reload(tenantId);
        }
        catch (Exception error) when (error is CryptographicException or StartupException or KeyNotFoundException)
        {
            // What is open stays open; what is wrapped under the new key will not open until this process gets the master key that is meant.
            LogNotOpened(log, tenantId, error.Message);
        }
    }

    [LoggerMessage(1031, LogLevel.Error, "The rotated key of hospital {TenantId} cannot be opened here: {Reason} Give this process the new master key, and restart it")]
    private static partial void LogNotOpened(ILogger log, int tenantId, string reason);
}
