using Npgsql;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall;

/// <summary>Who is on duty, from the database: schedules in one statement, and who of the staff is there.</summary>
internal sealed class DutyReader(IColleagues colleagues) : IOnCall
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<OnDuty>> WhoAsync(NpgsqlConnection connection, int tenantId, string? ward, string role, DateTimeOffset at, CancellationToken cancellation) =>
        (await TableAsync(connection, tenantId, role, new(at, at), cancellation)).Who(ward, role, at);

    /// <inheritdoc />
    public async Task<IDutyTable> ReadAsync(NpgsqlConnection connection, int tenantId, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation) =>
        await TableAsync(connection, tenantId, role: null, new(from, until), cancellation);

    /// <summary>The same, of one role or of all.</summary>
    public async Task<DutyTable> TableAsync(NpgsqlConnection connection, int tenantId, string? role, Period within, CancellationToken cancellation)
    {
        var names = await NamesAsync(connection, tenantId, cancellation);
        return new(await ScheduleReader.ReadAsync(connection, tenantId, role, schedule: null, within, cancellation), within, names);
    }

    /// <summary>Whose account may be used, with the names to be shown.</summary>
    public async Task<Dictionary<Guid, string>> NamesAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation) =>
        (await colleagues.ReadAsync(connection, tenantId, cancellation)).Where(colleague => !colleague.IsDisabled).ToDictionary(colleague => colleague.Id, colleague => colleague.Name);

    /// <summary>The names of everybody, also of those whose accounts may not be used for now.</summary>
    public async Task<Dictionary<Guid, string>> AllNamesAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation) =>
        (await colleagues.ReadAsync(connection, tenantId, cancellation)).ToDictionary(colleague => colleague.Id, colleague => colleague.Name);
}
