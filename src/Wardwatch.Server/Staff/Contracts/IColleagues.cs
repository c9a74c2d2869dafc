using System.Collections.Frozen;
using Npgsql;

namespace Wardwatch.Server.Staff.Contracts;

/// <summary>A member of staff, as colleagues know them.</summary>
/// <param name="Id">The account.</param>
/// <param name="User">The name with which they sign in.</param>
/// <param name="Name">The name to be shown.</param>
/// <param name="Role">The role of the account.</param>
/// <param name="Wards">The wards on which they work.</param>
/// <param name="IsDisabled">Whether the account may not be used for now.</param>
public sealed record Colleague(Guid Id, string User, string Name, string Role, FrozenSet<string> Wards, bool IsDisabled);

/// <summary>Who works in the hospital.</summary>
public interface IColleagues
{
    /// <summary>Everybody of a hospital with an account of staff, by name.</summary>
    /// <param name="connection">A connection that sees the hospital.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<Colleague>> ReadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation);
}
