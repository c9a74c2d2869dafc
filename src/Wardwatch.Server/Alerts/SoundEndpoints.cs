using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>For how long a ward's sound is paused.</summary>
internal sealed record SoundPauseRequest(int? Seconds);

/// <summary>The pauses of wards.</summary>
internal sealed record SoundPausePage(IReadOnlyList<SoundPauseDocument> Items);

/// <summary>Pausing the sound of a ward: for two minutes at most, by name. Alerts go on; one of higher priority sounds all the same, which the screens see to.</summary>
internal static class SoundEndpoints
{
    /// <summary>The longest pause, in seconds (IEC 60601-1-8 practice of makers; see docs/clinical.md).</summary>
    internal const int LongestPause = 120;

    private const string Put =
        """
        insert into sound_pauses (tenant_id, ward_id, paused_until, paused_at, account_id, account_name) values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, ward_id) do update
        set paused_until = excluded.paused_until, paused_at = excluded.paused_at, account_id = excluded.account_id, account_name = excluded.account_name
        returning paused_at
        """;

    private const string End = "update sound_pauses set paused_until = $3 where tenant_id = $1 and ward_id = $2 and paused_until > $3 returning paused_at";
    private const string Read = "select ward_id, paused_at, paused_until, account_name from sound_pauses where tenant_id = $1 and paused_until > $2 order by ward_id";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/sound-pauses", ListAsync).RequireAuthorization(Permissions.ReadPatients).WithTags("Alerts").WithName("listSoundPauses").WithSummary("Wards whose sound is paused, by whom and until when.");
        routes.MapPost("/api/wards/{id}/sound-pause", PauseAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Alerts").WithName("pauseSound")
            .WithSummary("Pauses a ward's sound for at most two minutes.");
        routes.MapDelete("/api/wards/{id}/sound-pause", EndAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Alerts").WithName("endSoundPause").WithSummary("The ward sounds again.");
    }

    private static async Task<Results<Ok<SoundPausePage>, ProblemHttpResult>> ListAsync(
        HttpContext context, TenantDatabase database, TimeProvider time, string? ward = null, CancellationToken cancellation = default)
    {
        var caller = context.User.Caller();
        var scope = caller.ScopeOf(Permissions.ReadPatients);
        var pauses = new List<SoundPauseDocument>();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = transaction.Command(Read, caller.TenantId, time.GetUtcNow().UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var pause = new SoundPauseDocument(reader.GetString(0), Time(reader.GetDateTime(1)), Time(reader.GetDateTime(2)), reader.GetString(3));
            if ((ward is null || ward == pause.Ward) && scope.CoversWard(caller.TenantId, pause.Ward))
            {
                pauses.Add(pause);
            }
        }

        return TypedResults.Ok(new SoundPausePage(pauses));
    }

    private static Task<Results<Ok<SoundPauseDocument>, ProblemHttpResult>> PauseAsync(
        string id, SoundPauseRequest request, HttpContext context, IPatientDirectory patients, TenantDatabase database, IAuditTrail audit, IEnumerable<ISoundObserver> observers, TimeProvider time,
        CancellationToken cancellation) =>
        SetAsync(id, request.Seconds ?? 0, context, patients, database, audit, observers, time, cancellation);

    private static Task<Results<Ok<SoundPauseDocument>, ProblemHttpResult>> EndAsync(
        string id, HttpContext context, IPatientDirectory patients, TenantDatabase database, IAuditTrail audit, IEnumerable<ISoundObserver> observers, TimeProvider time, CancellationToken cancellation) =>
        SetAsync(id, null, context, patients, database, audit, observers, time, cancellation);

    private static async Task<Results<Ok<SoundPauseDocument>, ProblemHttpResult>> SetAsync(
        string id, int? seconds, HttpContext context, IPatientDirectory patients, TenantDatabase database, IAuditTrail audit, IEnumerable<ISoundObserver> observers, TimeProvider time,
        CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!patients.Wards.Any(ward => ward.TenantId == caller.TenantId && ward.Id == id) || !caller.ScopeOf(Permissions.ActOnAlerts).CoversWard(caller.TenantId, id))
        {
            return Problems.WardNotFound();
        }

        if (seconds is < 1 or > LongestPause)
        {
            return Problems.InvalidParameter($"seconds must be between 1 and {LongestPause}.");
        }

        var now = time.GetUtcNow();
        var until = now.AddSeconds(seconds ?? 0);
        DateTimeOffset from;
        await using (var transaction = await database.BeginAsync(caller.TenantId, cancellation))
        {
            await using var command = seconds is null
                ? transaction.Command(End, caller.TenantId, id, now.UtcDateTime)
                : transaction.Command(Put, caller.TenantId, id, until.UtcDateTime, now.UtcDateTime, caller.AccountId, caller.Name);
            from = await command.ExecuteScalarAsync(cancellation) is DateTime began ? Time(began) : now;
            await audit.RecordAsync(transaction.Connection, AuditEntry.Of(context, seconds is null ? AuditActions.EndSoundPause : AuditActions.PauseSound) with { Detail = $"ward {id}" }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        var document = new SoundPauseDocument(id, from, until, caller.Name);
        foreach (var observer in observers)
        {
            observer.Changed(caller.TenantId, document);
        }

        return TypedResults.Ok(document);
    }

    private static DateTimeOffset Time(DateTime stored) => new(DateTime.SpecifyKind(stored, DateTimeKind.Utc));
}
