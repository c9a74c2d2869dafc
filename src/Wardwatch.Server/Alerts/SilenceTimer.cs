using Npgsql;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Ends silences: a silenced alert that still holds signals again.</summary>
internal sealed class SilenceTimer(StaffActs acts) : ITimerHandler
{
    /// <summary>The kind of timer.</summary>
    public const string TimerKind = "alert-silence";

    private const string EndDue =
        """
        update alerts set silenced_until = null
        where tenant_id = $1 and alert_id = $2 and silenced_until <= $3
        returning alert_id, type, priority, ended_at is null, patient_no, ward_id, canary
        """;

    /// <inheritdoc />
    public string Kind => TimerKind;

    /// <inheritdoc />
    public async Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var end = StaffActs.Command(connection, EndDue, timer.TenantId, Guid.Parse(timer.Subject), timer.DueAt.UtcDateTime);
        await acts.TellAsync(connection, timer.TenantId, await StaffActs.TouchAsync(end, cancellation), "silence-ended", timer.DueAt, account: null, judgement: null, cancellation);
    }
}
