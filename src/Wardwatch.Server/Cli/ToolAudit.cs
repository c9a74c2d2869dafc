using Npgsql;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary>What the command-line tool does is on record like everything else, in the transaction that does it. Nothing is watched for breaches: whoever runs it has the keys.</summary>
internal sealed class ToolAudit(Installation installation) : IAuditTrail
{
    private readonly AuditChain _chain = new(new AuditSeals(installation.Keyring));

    /// <inheritdoc />
    public async Task RecordAsync(AuditEntry entry, CancellationToken cancellation)
    {
        await using var connection = await installation.Database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RecordAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <inheritdoc />
    public Task RecordAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellation) =>
        _chain.AppendAsync(connection, entry.TenantId, [new(entry, TimeProvider.System.GetUtcNow())], cancellation);
}
