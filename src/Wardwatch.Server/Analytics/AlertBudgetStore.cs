using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Sets wards' budgets of alerts, on record.</summary>
internal sealed class AlertBudgetStore(TenantDatabase database, IAuditTrail trail, TimeProvider time)
{
    /// <summary>Sets a ward's budget.</summary>
    /// <param name="context">The request of somebody who may.</param>
    /// <param name="ward">A ward of the caller's hospital.</param>
    /// <param name="alertsPerBedDay">The budget; null: the installation's again.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The ward's own budget now, or null.</returns>
    public async Task<WardBudget?> SetAsync(HttpContext context, string ward, double? alertsPerBedDay, CancellationToken cancellation)
    {
        var (caller, now) = (context.User.Caller(), time.GetUtcNow());
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = alertsPerBedDay is { } budget
            ? transaction.Command(AlertLoadSql.PutBudget, caller.TenantId, ward, budget, now.UtcDateTime, caller.AccountId, caller.Name)
            : transaction.Command(AlertLoadSql.EndBudget, caller.TenantId, ward);
        await command.ExecuteNonQueryAsync(cancellation);
        var detail = alertsPerBedDay is { } set ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ward}: {set} alerts per bed-day") : $"{ward}: the installation's";
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.SetAlertBudget) with { Detail = detail }, cancellation);
        await transaction.CommitAsync(cancellation);
        return alertsPerBedDay is { } own ? new(own, caller.Name, now) : null;
    }
}
