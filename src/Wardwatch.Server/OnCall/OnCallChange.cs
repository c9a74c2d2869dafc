using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.People;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall;

/// <summary>Who changes something, and how far their right to it reaches.</summary>
/// <param name="Entry">What goes on record, but for the detail.</param>
/// <param name="Reach">What they may change.</param>
internal sealed record Planner(AuditEntry Entry, AccessScope Reach)
{
    /// <summary>The caller of a request.</summary>
    public static Planner Of(HttpContext context, string action) => new(AuditEntry.Of(context, action), context.User.Caller().ScopeOf(Permissions.ManageOnCall));

    /// <summary>The command line, which may change everything.</summary>
    public static Planner OfTool(int tenantId, string action) => new(AuditEntry.OfTool(tenantId, action), new(tenantId, WholeHospital: true, [], []));

    /// <summary>The hospital.</summary>
    public int TenantId => Entry.TenantId;

    /// <summary>Whether a place is theirs: a ward, or with null the whole hospital.</summary>
    public bool Reaches(string? ward) => Reach.WholeHospital || (ward is not null && Reach.CoversWard(TenantId, ward));
}

/// <summary>
/// A change of what says who is on duty. Changes of one hospital come one after another, so that what one of them has looked at is still so when it is done; each goes
/// on record in its own transaction.
/// </summary>
internal sealed class OnCallChange : IAsyncDisposable
{
    private const string Order = "select pg_advisory_xact_lock(hashtext('on-duty'), $1)";
    private const string KnownWards = "select count(*) from wards where tenant_id = $1 and ward_id = any($2)";

    private const string One =
        """
        select s.schedule_id, s.name, s.ward_id, s.role, s.tier, s.version, s.created_at, s.changed_at, s.ended_at, r.zone, r.layers::text, r.valid_from, r.valid_until
        from oncall_schedules s
        cross join lateral (select x.zone, x.layers, x.valid_from, x.valid_until from oncall_revisions x where x.schedule_id = s.schedule_id order by x.number desc limit 1) r
        where s.tenant_id = $1 and ($2::uuid is null or s.schedule_id = $2) and ($3 or s.ended_at is null) and ($4::text is null or s.ward_id = $4)
        order by s.ward_id nulls first, s.role, s.tier, s.name, s.schedule_id
        """;

    private readonly TenantTransaction _transaction;
    private readonly IColleagues _colleagues;

    private OnCallChange(TenantTransaction transaction, IColleagues colleagues, Planner by, DateTimeOffset at) => (_transaction, _colleagues, By, At) = (transaction, colleagues, by, at);

    /// <summary>Who makes it.</summary>
    public Planner By { get; }

    /// <summary>When it is made: in microseconds, as the database keeps them.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The connection, within the transaction.</summary>
    public NpgsqlConnection Connection => _transaction.Connection;

    /// <summary>Begins a change; it waits for those before it.</summary>
    public static async Task<OnCallChange> BeginAsync(TenantDatabase database, IColleagues colleagues, Planner by, TimeProvider time, CancellationToken cancellation)
    {
        var transaction = await database.BeginAsync(by.TenantId, cancellation);
        await using (var order = transaction.Command(Order, by.TenantId))
        {
            await order.ExecuteNonQueryAsync(cancellation);
        }

        return new(transaction, colleagues, by, UnixTime.ToDateTimeOffset(time.Microseconds()));
    }

    /// <summary>A change that is looked at and never finished: it holds up no other.</summary>
    public static async Task<OnCallChange> LookAsync(TenantDatabase database, IColleagues colleagues, Planner by, TimeProvider time, CancellationToken cancellation) =>
        new(await database.BeginAsync(by.TenantId, cancellation), colleagues, by, UnixTime.ToDateTimeOffset(time.Microseconds()));

    /// <summary>A statement of the change.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values) => _transaction.Command(sql, values);

    /// <summary>Runs a statement; answers how many rows it touched.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            // What is not there has no type of its own.
            if (parameter.Value is DBNull)
            {
                parameter.NpgsqlDbType = NpgsqlDbType.Unknown;
            }
        }

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The schedule with this id as it is now, if it is the planner's to change.</summary>
    public async Task<StoredSchedule?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ListAsync(Connection, By.TenantId, id, ended: true, ward: null, cancellation)) is [var schedule] && By.Reaches(schedule.Ward) ? schedule : null;

    /// <summary>Schedules with the rules that hold or held last.</summary>
    public static async Task<List<StoredSchedule>> ListAsync(NpgsqlConnection connection, int tenantId, Guid? id, bool ended, string? ward, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(One, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = ended },
                new() { Value = (object?)ward ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        return await ScheduleReader.AllAsync(command, cancellation);
    }

    /// <summary>Whether the hospital has these wards.</summary>
    public async Task<bool> HasWardsAsync(IReadOnlyCollection<string> wards, CancellationToken cancellation)
    {
        var distinct = wards.Distinct(StringComparer.Ordinal).ToArray();
        await using var command = Command(KnownWards, By.TenantId, distinct);
        return (long)(await command.ExecuteScalarAsync(cancellation))! == distinct.Length;
    }

    /// <summary>Everybody of the staff.</summary>
    public async Task<Dictionary<Guid, Colleague>> ColleaguesAsync(CancellationToken cancellation) =>
        (await _colleagues.ReadAsync(Connection, By.TenantId, cancellation)).ToDictionary(colleague => colleague.Id);

    /// <summary>Refuses people who are not there, or who have not the duty of a schedule.</summary>
    public async Task<OnCallResult> CheckAsync(IEnumerable<Guid> people, string role, int tier, string? ward, CancellationToken cancellation)
    {
        var colleagues = await ColleaguesAsync(cancellation);
        var duties = await Duties.ReadAsync(Connection, By.TenantId, account: null, cancellation);
        foreach (var person in people.Distinct())
        {
            if (!colleagues.TryGetValue(person, out var colleague) || colleague.IsDisabled)
            {
                return new(OnCallOutcome.Invalid, $"There is no colleague {person}, or their account may not be used.");
            }

            if (!duties[person].Any(duty => duty.Role == role && duty.Tier == tier && duty.Covers(ward)))
            {
                return new(OnCallOutcome.MemberWithoutDuty, $"{colleague.Name} has not the duty {Duty.Describe(role, tier, ward)}.");
            }
        }

        return OnCallResult.Done;
    }

    /// <summary>Puts the change on record and makes it durable.</summary>
    public async Task<OnCallResult> FinishAsync(IAuditTrail trail, string detail, string? purpose, CancellationToken cancellation)
    {
        await trail.RecordAsync(Connection, By.Entry with { Detail = detail, Purpose = purpose }, cancellation);
        await _transaction.CommitAsync(cancellation);
        return OnCallResult.Done;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}
