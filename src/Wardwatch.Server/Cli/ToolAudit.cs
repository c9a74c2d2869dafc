using Npgsql;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary>The audit trail for the command line: what the tool changes stands in the same chain, whether a server runs beside it or not.</summary>
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

    /// <inheritdoc />
    public void Note(AuditEntry entry) => throw new NotSupportedException("The command line waits for what it records.");
}
