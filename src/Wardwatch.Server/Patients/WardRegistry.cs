using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>How a change of a ward ended.</summary>
internal enum WardOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such ward.</summary>
    NotFound,

    /// <summary>A patient lies in a bed that would go.</summary>
    BedOccupied,
}

/// <summary>Sets up wards and beds for requests, in the name of the caller's hospital.</summary>
internal sealed class WardRegistry(TenantDatabase database, PatientDirectory directory, IAuditTrail trail)
{
    private const string Insert =
        "insert into wards (tenant_id, ward_id, name, position) select $1, $2, $3, coalesce(max(position), 0) + 1 from wards on conflict do nothing";

    private const string Rename = "update wards set name = $2 where ward_id = $1";
    private const string RemoveBeds = "delete from beds where ward_id = $1 and bed <> all($2)";

    private const string PutBeds =
        """
        insert into beds (tenant_id, ward_id, bed, position)
        select $1, $2, bed, number from unnest($3::text[]) with ordinality as given (bed, number)
        on conflict (tenant_id, ward_id, bed) do update set position = excluded.position
        """;

    /// <summary>Sets up a ward; false if its id is taken.</summary>
    public async Task<bool> AddAsync(HttpContext context, string id, string name, IReadOnlyList<string> beds, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        await using (var transaction = await database.BeginAsync(tenantId, cancellation))
        {
            await using var insert = transaction.Command(Insert, tenantId, id, name);
            if (await insert.ExecuteNonQueryAsync(cancellation) == 0)
            {
                return false;
            }

            await using var put = transaction.Command(PutBeds, tenantId, id, beds.ToArray());
            await put.ExecuteNonQueryAsync(cancellation);
            await FinishAsync(context, transaction, AuditActions.AddWard, id, cancellation);
        }

        await directory.ReloadAsync(null, cancellation);
        return true;
    }

    /// <summary>Renames a ward and sets its beds.</summary>
    public async Task<WardOutcome> ChangeAsync(HttpContext context, string id, string name, IReadOnlyList<string> beds, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        try
        {
            await using var transaction = await database.BeginAsync(tenantId, cancellation);
            await using var rename = transaction.Command(Rename, id, name);
            if (await rename.ExecuteNonQueryAsync(cancellation) == 0)
            {
                return WardOutcome.NotFound;
            }

            await using var put = transaction.Command(PutBeds, tenantId, id, beds.ToArray());
            await put.ExecuteNonQueryAsync(cancellation);
            await using var remove = transaction.Command(RemoveBeds, id, beds.ToArray());
            await remove.ExecuteNonQueryAsync(cancellation);
            await FinishAsync(context, transaction, AuditActions.ChangeWard, id, cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return WardOutcome.BedOccupied;
        }

        await directory.ReloadAsync(null, cancellation);
        return WardOutcome.Done;
    }

    private async Task FinishAsync(HttpContext context, TenantTransaction transaction, string action, string id, CancellationToken cancellation)
    {
        await DirectoryChanges.NotifyAsync(transaction.Connection, PatientDirectory.Topic, null, cancellation);
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, action) with { Detail = id }, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
