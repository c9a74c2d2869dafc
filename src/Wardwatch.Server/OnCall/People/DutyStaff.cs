using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall.People;

/// <summary>A duty in the API.</summary>
/// <param name="Role">A duty role.</param>
/// <param name="Tier">1 to 3.</param>
/// <param name="Wards">Where; null: in the whole hospital.</param>
internal sealed record DutyDocument(string? Role, int? Tier, IReadOnlyList<string>? Wards);

/// <summary>What somebody is to be on duty as.</summary>
/// <param name="Duties">All of them.</param>
/// <param name="Channels">in-app, push, mail: how they like to be told, the most welcome way first.</param>
internal sealed record DutyStaffRequest(IReadOnlyList<DutyDocument>? Duties, IReadOnlyList<string>? Channels);

/// <summary>A colleague and their duties.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">The name to be shown.</param>
/// <param name="Role">The role of the account.</param>
/// <param name="Wards">Where they work.</param>
/// <param name="Disabled">Whether the account may not be used for now: they are on no duty.</param>
/// <param name="Duties">What they can be on duty as.</param>
/// <param name="Channels">How they like to be told.</param>
/// <param name="Version">Counts the changes of both: their ETag; 0: nobody has said anything yet.</param>
internal sealed record DutyStaffResponse(
    string Id, string Name, string Role, IReadOnlyList<string> Wards, bool Disabled, IReadOnlyList<DutyDocument> Duties, IReadOnlyList<string> Channels, int Version);

/// <summary>Everybody of the staff, by name.</summary>
internal sealed record DutyStaffPage(IReadOnlyList<DutyStaffResponse> Items, string? Next);

/// <summary>Who can be on duty as what.</summary>
internal sealed class DutyStaff(TenantDatabase database, IColleagues colleagues, IAuditTrail trail, TimeProvider time)
{
    private const string Preferences = "select account_id, channels, version from oncall_preferences where tenant_id = $1 and ($2::uuid is null or account_id = $2)";
    private const string Clear = "delete from oncall_duties where account_id = $1";
    private const string Put = "insert into oncall_duties (tenant_id, account_id, role, tier, wards) values ($1, $2, $3, $4, $5::text[])";

    private const string PutChannels =
        """
        insert into oncall_preferences (tenant_id, account_id, channels) values ($1, $2, $3)
        on conflict (account_id) do update set channels = excluded.channels, version = oncall_preferences.version + 1
        """;

    // Those who are to be on duty at some time from now on by hand.
    private const string Substitutes =
        """
        select x.schedule_id from oncall_substitutions x
        where x.account_id = $1 and least(x.valid_until, x.ended_at) > $2 and (x.ended_at is null or x.ended_at > x.valid_from)
        """;

    private static readonly (string[] Channels, int Version) Untold = ([], 0);

    /// <summary>Everybody of the staff, by name.</summary>
    public async Task<List<DutyStaffResponse>> ListAsync(int tenantId, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var people = await colleagues.ReadAsync(transaction.Connection, tenantId, cancellation);

        // The versions first: should somebody change duties in between, a version is too old for them and not too new.
        var told = await ToldAsync(transaction.Connection, tenantId, account: null, cancellation);
        var duties = await Duties.ReadAsync(transaction.Connection, tenantId, account: null, cancellation);
        return [.. people.Select(person => new DutyStaffResponse(
            person.Id.ToString(), person.Name, person.Role, [.. person.Wards.Order(StringComparer.Ordinal)], person.IsDisabled,
            [.. duties[person.Id].Select(duty => new DutyDocument(duty.Role, duty.Tier, duty.Wards))], told.GetValueOrDefault(person.Id, Untold).Channels, told.GetValueOrDefault(person.Id, Untold).Version))];
    }

    /// <summary>Says what somebody can be on duty as, and how they like to be told.</summary>
    /// <param name="by">Who says so. Whose right reaches wards changes duties of these wards only, of colleagues who work on one of them.</param>
    /// <param name="account">Of whom.</param>
    /// <param name="match">The version that was seen; without one, whichever there is.</param>
    /// <param name="wanted">Duties and channels as they were asked for, or what is wrong with them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<OnCallResult> SetAsync(Planner by, Guid account, IfMatch match, (string? Fault, IReadOnlyList<Duty> Duties, string[] Channels) wanted, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        if (!(await change.ColleaguesAsync(cancellation)).TryGetValue(account, out var colleague) || !(by.Reach.WholeHospital || colleague.Wards.Any(by.Reaches)))
        {
            return OnCallOutcome.ColleagueNotFound;
        }

        if (wanted.Fault is not null)
        {
            return new(OnCallOutcome.Invalid, wanted.Fault);
        }

        if (!match.OrAny.Admits((await ToldAsync(change.Connection, by.TenantId, account, cancellation)).GetValueOrDefault(account, Untold).Version))
        {
            return match.IsGiven ? new OnCallResult(OnCallOutcome.VersionChanged, "Load the colleague's duties again.") : OnCallOutcome.VersionRequired;
        }

        List<Duty> before = [.. (await Duties.ReadAsync(change.Connection, by.TenantId, account, cancellation))[account]];
        var changed = before.Where(old => !wanted.Duties.Any(old.IsSameAs)).Concat(wanted.Duties.Where(added => !before.Exists(added.IsSameAs))).ToList();
        if (changed.Exists(duty => duty.Wards is null ? !by.Reaches(null) : duty.Wards.Any(ward => !by.Reaches(ward)))
            || !await change.HasWardsAsync([.. changed.SelectMany(duty => duty.Wards ?? [])], cancellation))
        {
            return OnCallOutcome.WardNotFound;
        }

        if (await NeededAsync(change, account, wanted.Duties, cancellation) is { } schedule)
        {
            return new(OnCallOutcome.DutyInUse, $"{colleague.Name} is on duty as {Duty.Describe(schedule.Role, schedule.Tier, schedule.Ward)} in {schedule.Name}: change that first.");
        }

        await change.ExecuteAsync(Clear, cancellation, account);
        foreach (var duty in wanted.Duties)
        {
            await change.ExecuteAsync(Put, cancellation, by.TenantId, account, duty.Role, (short)duty.Tier, duty.Wards?.ToArray());
        }

        await change.ExecuteAsync(PutChannels, cancellation, by.TenantId, account, wanted.Channels);
        return await change.FinishAsync(trail, $"{account}: {string.Join("; ", wanted.Duties.Select(duty => duty.Describe()))}", purpose: null, cancellation);
    }

    // A schedule in which they take turns, or stand in, with a duty that would go.
    private static async Task<StoredSchedule?> NeededAsync(OnCallChange change, Guid account, IReadOnlyList<Duty> duties, CancellationToken cancellation)
    {
        var substitutes = new HashSet<Guid>();
        await using (var command = change.Command(Substitutes, account, change.At.UtcDateTime))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                substitutes.Add(reader.GetGuid(0));
            }
        }

        var schedules = await OnCallChange.ListAsync(change.Connection, change.By.TenantId, id: null, ended: false, ward: null, cancellation);
        return schedules.Find(schedule =>
            (schedule.Last.Layers.Any(layer => layer.Members.Contains(account)) || substitutes.Contains(schedule.Id))
            && !duties.Any(duty => duty.Role == schedule.Role && duty.Tier == schedule.Tier && duty.Covers(schedule.Ward)));
    }

    private static async Task<Dictionary<Guid, (string[] Channels, int Version)>> ToldAsync(NpgsqlConnection connection, int tenantId, Guid? account, CancellationToken cancellation)
    {
        var told = new Dictionary<Guid, (string[] Channels, int Version)>();
        await using var command = new NpgsqlCommand(Preferences, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            told.Add(reader.GetGuid(0), (reader.GetFieldValue<string[]>(1), reader.GetInt32(2)));
        }

        return told;
    }
}
