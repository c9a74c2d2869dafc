using Npgsql;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Alerts go along with their patients, and end when they leave: in the transaction of the move, so that nobody's alert is left on a bed for whoever comes next.</summary>
internal sealed class AlertMoves(StaffActs acts) : IMoveParticipant
{
    private const string EndOverrides = "update alert_overrides set ended_at = $3 where tenant_id = $1 and patient_no = $2 and ended_at is null";

    /// <inheritdoc />
    public async Task<Func<CancellationToken, Task>?> TakePartAsync(NpgsqlConnection connection, PatientMove move, CancellationToken cancellation)
    {
        if (move.ToWard is { } ward)
        {
            await using var go = StaffActs.Command(connection, AlertSql.Move, move.TenantId, move.PatientNumber, ward);
            await go.ExecuteNonQueryAsync(cancellation);
            return null;
        }

        await using var end = StaffActs.Command(connection, AlertSql.EndOfPatient, move.TenantId, move.PatientNumber, move.At.UtcDateTime);
        await acts.TellAsync(connection, move.TenantId, await StaffActs.TouchAsync(end, cancellation), "ended", move.At, move.Actor, judgement: null, cancellation);
        await using var overrides = StaffActs.Command(connection, EndOverrides, move.TenantId, move.PatientNumber, move.At.UtcDateTime);
        if (await overrides.ExecuteNonQueryAsync(cancellation) > 0)
        {
            await Platform.Contracts.DirectoryChanges.NotifyAsync(connection, AlertLimits.Topic, null, cancellation);
        }

        return null;
    }
}
