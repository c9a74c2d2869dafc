using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall.Changes;

/// <summary>Makes overrides and swaps, and takes them back. What has happened stays.</summary>
internal sealed class ChangeRegistry(TenantDatabase database, IColleagues colleagues, ChangeList list, IAuditTrail trail, TimeProvider time)
{
    private const int MostReason = 500;

    // A page that says "from now" is answered a moment later.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(Layer.MostDays);
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(2 * 366);

    /// <summary>Puts somebody on duty for a while.</summary>
    public async Task<(OnCallResult Result, long Number)> AddOverrideAsync(Planner by, OverrideRequest asked, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        if (!Guid.TryParse(asked.Schedule, out var id) || await change.FindAsync(id, cancellation) is not { } schedule)
        {
            return (OnCallOutcome.ScheduleNotFound, 0);
        }

        var fault = ReadPeriod(asked.From, asked.Until, change.At, out var within) ?? FaultOf(asked.Reason);
        if (fault is not null || !Guid.TryParse(asked.Person, out var person))
        {
            return (new(OnCallOutcome.Invalid, fault ?? "person must be the id of an account."), 0);
        }

        if (schedule.EndedAt is not null)
        {
            return (OnCallOutcome.ScheduleEnded, 0);
        }

        if (await change.CheckAsync([person], schedule.Role, schedule.Tier, schedule.Ward, cancellation) is { IsDone: false } refused)
        {
            return (refused, 0);
        }

        await using (var overlapping = change.Command(ChangeSql.Overlapping, id, within.From.UtcDateTime, within.Until.UtcDateTime))
        {
            if ((bool)(await overlapping.ExecuteScalarAsync(cancellation))!)
            {
                return (OnCallOutcome.OverrideOverlaps, 0);
            }
        }

        var reason = list.Seal(by.TenantId, ChangeList.OverridePlace(by.TenantId, id, change.At), asked.Reason);
        var number = await InsertAsync(change, id, swap: null, replaced: null, person, within, reason, cancellation);
        return (await change.FinishAsync(trail, $"{number}: {schedule.Name}, {person}, {Describe(within)}", asked.Reason, cancellation), number);
    }

    /// <summary>Takes an override back: one that has not begun does not count, one that goes on ends now.</summary>
    public async Task<OnCallResult> EndOverrideAsync(Planner by, long number, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        var found = await list.OverridesAsync(change.Connection, by.TenantId, ChangeQuery.One(number), new Dictionary<Guid, string>(), cancellation);
        if (found is not [var made] || await change.FindAsync(Guid.Parse(made.Schedule), cancellation) is not { } schedule)
        {
            return OnCallOutcome.OverrideNotFound;
        }

        // What is over already needs no end.
        if (made.EndedAt is null && made.Until > change.At)
        {
            await change.ExecuteAsync(ChangeSql.EndOverride, cancellation, number, change.At.UtcDateTime);
        }

        return await change.FinishAsync(trail, $"{number}: {schedule.Name}", purpose: null, cancellation);
    }

    /// <summary>Lets two people exchange stretches.</summary>
    public async Task<(OnCallResult Result, long Number)> AddSwapAsync(Planner by, SwapRequest asked, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        var (first, refused) = await ReadGivenAsync(change, "first", asked.First, cancellation);
        if (!refused.IsDone)
        {
            return (refused, 0);
        }

        (var second, refused) = await ReadGivenAsync(change, "second", asked.Second, cancellation);
        if (!refused.IsDone)
        {
            return (refused, 0);
        }

        if ((ReadAgreement(first!, second!, asked.AgreedBy, out var agreed) ?? FaultOf(asked.Reason)) is { } fault)
        {
            return (new(OnCallOutcome.Invalid, fault), 0);
        }

        foreach (var (given, taker) in new[] { (first!, second!.Person), (second!, first!.Person) })
        {
            refused = await change.CheckAsync([taker], given.Schedule.Role, given.Schedule.Tier, given.Schedule.Ward, cancellation);
            refused = refused.IsDone ? await CheckGivenAsync(change, given, cancellation) : refused;
            if (!refused.IsDone)
            {
                return (refused, 0);
            }
        }

        var number = await InsertSwapAsync(change, agreed, asked.Reason, cancellation);
        await InsertAsync(change, first!.Schedule.Id, number, first.Person, second!.Person, first.Within, reason: null, cancellation);
        await InsertAsync(change, second.Schedule.Id, number, second.Person, first.Person, second.Within, reason: null, cancellation);
        var detail = $"{number}: {first.Person} gives {Describe(first.Within)} of {first.Schedule.Name}, {second.Person} gives {Describe(second.Within)} of {second.Schedule.Name}";
        return (await change.FinishAsync(trail, detail, asked.Reason, cancellation), number);
    }

    /// <summary>Takes a swap back, as long as neither has begun to stand in for the other.</summary>
    public async Task<OnCallResult> EndSwapAsync(Planner by, long number, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        var found = await list.SwapsAsync(change.Connection, by.TenantId, ChangeQuery.One(number), new Dictionary<Guid, string>(), cancellation);
        if (found is not [var made] || await change.FindAsync(Guid.Parse(made.First.Schedule), cancellation) is null || await change.FindAsync(Guid.Parse(made.Second.Schedule), cancellation) is null)
        {
            return OnCallOutcome.SwapNotFound;
        }

        if (made.EndedAt is null && Stretches.Earlier(made.First.From, made.Second.From) <= change.At)
        {
            return OnCallOutcome.SwapBegun;
        }

        if (made.EndedAt is null)
        {
            await change.ExecuteAsync(ChangeSql.EndSwap, cancellation, number, change.At.UtcDateTime);
        }

        return await change.FinishAsync(trail, $"{number}", purpose: null, cancellation);
    }

    private sealed record Given(StoredSchedule Schedule, Guid Person, Period Within);

    private static async Task<(Given? Given, OnCallResult Result)> ReadGivenAsync(OnCallChange change, string field, GivenStretchRequest? asked, CancellationToken cancellation)
    {
        if (asked is null || !Guid.TryParse(asked.Schedule, out var id) || await change.FindAsync(id, cancellation) is not { } schedule)
        {
            return (null, OnCallOutcome.ScheduleNotFound);
        }

        if (ReadPeriod(asked.From, asked.Until, change.At, out var within) is { } fault)
        {
            return (null, new(OnCallOutcome.Invalid, $"{field}: {fault}"));
        }

        return Guid.TryParse(asked.Person, out var person)
            ? (new(schedule, person, within), schedule.EndedAt is null ? OnCallResult.Done : OnCallOutcome.ScheduleEnded)
            : (null, new(OnCallOutcome.Invalid, $"{field}: person must be the id of an account."));
    }

    private static string? ReadAgreement(Given first, Given second, IReadOnlyList<string>? asked, out Guid[] agreed)
    {
        agreed = [.. (asked ?? []).Select(person => Guid.TryParse(person, out var account) ? account : default).Distinct()];
        if (first.Person == second.Person)
        {
            return "nobody swaps with themself: first and second must be two people.";
        }

        if (first.Schedule.Id == second.Schedule.Id && first.Within.From < second.Within.Until && second.Within.From < first.Within.Until)
        {
            return "the two stretches overlap: each would stand in for the other at once.";
        }

        return agreed.Length == 0 || agreed.Any(person => person != first.Person && person != second.Person) ? "agreedBy must say which of the two have agreed: one of them at least." : null;
    }

    // Whoever gives a stretch must be on duty in it, or nothing would be exchanged.
    private static async Task<OnCallResult> CheckGivenAsync(OnCallChange change, Given given, CancellationToken cancellation)
    {
        var colleagues = await change.ColleaguesAsync(cancellation);
        var read = await ScheduleReader.ReadAsync(change.Connection, change.By.TenantId, role: null, given.Schedule.Id, given.Within, cancellation);
        var stands = read.SelectMany(schedule => schedule.Rules.Final(given.Within, person => colleagues.TryGetValue(person, out var known) && !known.IsDisabled));
        return stands.Any(stretch => stretch.Person == given.Person)
            ? OnCallResult.Done
            : new(OnCallOutcome.SwapWithoutDuty, $"{colleagues.GetValueOrDefault(given.Person)?.Name ?? "Somebody"} is not on duty in {given.Schedule.Name} then.");
    }

    private static string? ReadPeriod(DateTimeOffset? from, DateTimeOffset? until, DateTimeOffset now, out Period within)
    {
        within = default;
        if (from is not { } begin || until is not { } end || begin >= end)
        {
            return "from and until must be times, and until must be later than from.";
        }

        if (end <= now || begin < now - JustNow)
        {
            return "what is over is over: from must not lie in the past.";
        }

        if (end - begin > Longest || end > now + Furthest)
        {
            return $"from until until must not be longer than {Longest.TotalDays} days, nor further away than two years; change the schedule for that.";
        }

        within = new(UnixTime.ToDateTimeOffset(UnixTime.FromDateTimeOffset(Stretches.Later(begin, now))), UnixTime.ToDateTimeOffset(UnixTime.FromDateTimeOffset(end)));
        return null;
    }

    private static string? FaultOf(string? reason) => string.IsNullOrWhiteSpace(reason) || ScheduleFields.IsText(reason, MostReason) ? null : $"reason must be a text of at most {MostReason} characters.";

    private static async Task<long> InsertAsync(
        OnCallChange change, Guid schedule, long? swap, Guid? replaced, Guid person, Period within, byte[]? reason, CancellationToken cancellation)
    {
        await using var insert = change.Command(
            ChangeSql.Insert, change.By.TenantId, schedule, swap, replaced, person, within.From.UtcDateTime, within.Until.UtcDateTime, reason, change.By.Entry.AccountId, change.At.UtcDateTime);
        Say(insert, (2, NpgsqlDbType.Bigint), (3, NpgsqlDbType.Uuid), (7, NpgsqlDbType.Bytea));
        return (long)(await insert.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<long> InsertSwapAsync(OnCallChange change, Guid[] agreed, string? reason, CancellationToken cancellation)
    {
        var place = ChangeList.SwapPlace(change.By.TenantId, change.At);
        await using var insert = change.Command(ChangeSql.InsertSwap, change.By.TenantId, agreed, list.Seal(change.By.TenantId, place, reason), change.By.Entry.AccountId, change.At.UtcDateTime);
        Say(insert, (2, NpgsqlDbType.Bytea));
        return (long)(await insert.ExecuteScalarAsync(cancellation))!;
    }

    private static void Say(NpgsqlCommand command, params ReadOnlySpan<(int Parameter, NpgsqlDbType Type)> types)
    {
        foreach (var (parameter, type) in types)
        {
            command.Parameters[parameter].NpgsqlDbType = type;
        }
    }

    private static string Describe(Period within) => $"{within.From.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)} to {within.Until.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}";
}
