using Npgsql;

namespace Wardwatch.Server.OnCall.Contracts;

/// <summary>Somebody who is on duty.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Name">The name to be shown.</param>
/// <param name="Role">The duty role, as in <see cref="Wardwatch.Clinical.Alerts.DutyRoles"/>.</param>
/// <param name="Tier">1 is asked first, then 2, then 3.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Source">rotation, override or swap.</param>
/// <param name="Schedule">The schedule's public id.</param>
public sealed record OnDuty(Guid AccountId, string Name, string Role, int Tier, DateTimeOffset From, DateTimeOffset Until, string Source, string Schedule);

/// <summary>Who is on duty, now and at any time. Reads only; accounts that are gone or disabled are on no duty.</summary>
public interface IOnCall
{
    /// <summary>Everybody who is on duty in a role, on a ward or for the whole hospital, at a time; by tier, then by name.</summary>
    /// <param name="connection">A connection that sees the hospital.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="ward">The ward; null: only those on duty for the whole hospital.</param>
    /// <param name="role">The duty role.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<OnDuty>> WhoAsync(NpgsqlConnection connection, int tenantId, string? ward, string role, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Everything that <see cref="WhoAsync"/> can answer for one hospital in a stretch of time, read once: for asking about many beds, roles and times.</summary>
    Task<IDutyTable> ReadAsync(NpgsqlConnection connection, int tenantId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation);
}

/// <summary>Duties of a stretch of time, in memory.</summary>
public interface IDutyTable
{
    /// <summary>As <see cref="IOnCall.WhoAsync"/>; the time must be within the stretch.</summary>
    IReadOnlyList<OnDuty> Who(string? ward, string role, DateTimeOffset at);

    /// <summary>The times within the stretch at which somebody's duty on this ward begins or ends, in order: between two of them nothing changes.</summary>
    IReadOnlyList<DateTimeOffset> Changes(string? ward, string role);
}
