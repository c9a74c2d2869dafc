using Npgsql;

namespace Wardwatch.Server.Access.Contracts;

/// <summary>Makes a change of what somebody may see take effect at once, in every process.</summary>
public interface IAccessChanges
{
    /// <summary>Tells every process when the connection's transaction commits.</summary>
    Task NotifyAsync(NpgsqlConnection connection, CancellationToken cancellation);

    /// <summary>Takes it into account in this process, before the change is answered.</summary>
    Task ReloadAsync(CancellationToken cancellation);
}
