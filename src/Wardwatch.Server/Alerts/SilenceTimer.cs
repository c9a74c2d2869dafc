using Npgsql;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>
/// Ends silences: a silenced alert that still holds signals again. Does not wait for whoever is doing something about the alert just now, since they may wait for the timer: it comes
/// again at once.
/// </summary>
internal sealed class SilenceTimer(StaffActs acts, ITimers timers, TimeProvider time) : ITimerHandler
{
    /// <summary>The kind of timer.</summary>
    public const string TimerKind = "alert-silence";

    private const string EndDue =
        """
        with free as (select alert_id from alerts where tenant_id = $1 and alert_id = $2 and silenced_until <= $3 for update skip locked)
        update alerts a set silenced_until = null from free f
        where a.tenant_id = $1 and a.alert_id = f.alert_id
        returning a.alert_id, a.type, a.priority, a.ended_at is null, a.patient_no, a.ward_id, a.canary
        """;

    private const string IsDue = "select exists (select from alerts where tenant_id = $1 and alert_id = $2 and silenced_until <= $3)";

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc />
    public string Kind => TimerKind;

    /// <inheritdoc />
    public async Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (alert, due) = (Guid.Parse(timer.Subject), timer.DueAt.UtcDateTime);
        await using var end = StaffActs.Command(connection, EndDue, timer.TenantId, alert, due);
        var ended = await StaffActs.TouchAsync(end, cancellation);
        await using var left = StaffActs.Command(connection, IsDue, timer.TenantId, alert, due);
        if (ended.Count == 0 && await left.ExecuteScalarAsync(cancellation) is true)
        {
            await timers.SetAsync(connection, timer.TenantId, TimerKind, timer.Subject, time.GetUtcNow() + Again, cancellation);
        }

        await acts.TellAsync(connection, timer.TenantId, ended, "silence-ended", timer.DueAt, account: null, judgement: null, cancellation);
    }
}
