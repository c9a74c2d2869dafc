using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>What became of an attempt.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Result">How it ended; <see cref="SendOutcome.Again"/> was turned into failed after the last one.</param>
/// <param name="Pause">When it is made again, if it is.</param>
internal readonly record struct AttemptNote(ClaimedAttempt Attempt, SendResult Result, TimeSpan Pause);

/// <summary>
/// Attempts in the database, as those who send see them: of all hospitals. Times are the database's, so that no clock of a process makes anything late. Whoever claims an
/// attempt has it for so long; died it meanwhile, another one makes it again: it may then come twice, with the same id, and never not at all.
/// </summary>
internal sealed class AttemptStore(NpgsqlDataSource database)
{
    // One step of the index for each receiver, however much waits for it.
    private const string FindDestinations =
        """
        with recursive place as (
            (select destination from notification_attempts where stage = 'queued' and not digest order by destination limit 1)
            union all
            select (select a.destination from notification_attempts a where a.stage = 'queued' and not a.digest and a.destination > place.destination order by a.destination limit 1)
            from place where place.destination is not null
        )
        select destination from place where destination is not null
        """;

    private const string Claim =
        """
        with due as (
            select found.attempt_no
            from unnest($1::text[], $2::int[]) as room (destination, free)
            cross join lateral (
                select a.attempt_no from notification_attempts a
                where a.stage = 'queued' and not a.digest and a.withdrawn_at is null and a.destination = room.destination and a.priority between $3 and $4 and a.not_before <= statement_timestamp()
                order by a.priority desc, a.not_before limit room.free for update skip locked) as found
        ), claimed as (
            update notification_attempts a set claim = $5, attempts = a.attempts + 1, not_before = statement_timestamp() + $6
            from due where a.attempt_no = due.attempt_no
            returning a.attempt_no, a.attempt_id, a.tenant_id, a.channel, a.destination, a.target_id, a.attempts, a.carries, a.queued_at, a.notification_no, a.account_id
        )
        select c.attempt_no, c.attempt_id, c.tenant_id, c.channel, c.destination, c.target_id, c.attempts, c.carries, c.queued_at,
               n.notification_id, c.account_id, n.kind, n.priority, n.incident_id, n.ward_id, n.created_at,
               coalesce(s.content, w.address, r.mail), w.wrapped_secret, coalesce(w.enabled, true)
        from claimed c
        join notifications n using (notification_no)
        left join push_subscriptions s on c.channel = 'push' and s.subscription_id = c.target_id and s.account_id = c.account_id
        left join webhooks w on c.channel = 'webhook' and w.webhook_id = c.target_id and w.tenant_id = c.tenant_id
        left join notification_rules r on c.channel = 'mail' and r.account_id = c.account_id
        order by n.priority desc, c.attempt_no
        """;

    // Whoever was withdrawn while it was under way is sent if it was sent, and not made again if it was not.
    private const string Note =
        """
        update notification_attempts a set
            stage = case when d.outcome = 'again' and a.withdrawn_at is null then 'queued' when d.outcome = 'sent' then 'sent' when d.outcome = 'failed' and a.withdrawn_at is null then 'failed' else 'withdrawn' end,
            sent_at = case when d.outcome = 'sent' then statement_timestamp() else a.sent_at end,
            failed_at = case when d.outcome = 'failed' then statement_timestamp() else a.failed_at end,
            withdrawn_at = case when d.outcome = 'sent' then null when d.outcome = 'withdrawn' then coalesce(a.withdrawn_at, statement_timestamp()) else a.withdrawn_at end,
            attempts = a.attempts - d.uncounted, error = d.error, claim = null, not_before = statement_timestamp() + d.pause
        from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::interval[]) as d (attempt_no, claim, outcome, error, uncounted, pause)
        where a.attempt_no = d.attempt_no and a.claim = d.claim and a.stage = 'queued'
        """;

    // What went with it has come as far.
    private const string NoteCarried =
        """
        update notification_attempts a set
            stage = d.outcome, error = d.error,
            sent_at = case when d.outcome = 'sent' then statement_timestamp() else a.sent_at end,
            failed_at = case when d.outcome = 'failed' then statement_timestamp() else a.failed_at end,
            withdrawn_at = case when d.outcome = 'withdrawn' then statement_timestamp() else a.withdrawn_at end
        from unnest($1::bigint[], $2::text[], $3::text[]) as d (attempt_no, outcome, error)
        where a.carried_by = d.attempt_no and a.stage = 'queued'
        """;

    private const string EndSubscriptions = "delete from push_subscriptions where subscription_id = any($1)";

    private const string Gather =
        """
        with due as (
            select attempt_no, tenant_id, account_id, channel, target_id, destination, notification_no, priority, queued_at from notification_attempts
            where stage = 'queued' and digest and carried_by is null and withdrawn_at is null and not_before <= statement_timestamp()
            order by not_before limit $1 for update skip locked
        ), message as (
            insert into notification_attempts (attempt_id, tenant_id, notification_no, account_id, channel, target_id, destination, priority, carries, not_before, queued_at)
            select gen_random_uuid(), tenant_id, max(notification_no), account_id, channel, target_id, destination, max(priority), count(*), statement_timestamp(), statement_timestamp()
            from due group by tenant_id, account_id, channel, target_id, destination
            returning attempt_no, account_id, channel, target_id
        ), gathered as (
            update notification_attempts a set carried_by = m.attempt_no
            from due d join message m on m.account_id = d.account_id and m.channel = d.channel and m.target_id is not distinct from d.target_id
            where a.attempt_no = d.attempt_no
        )
        select count(*) from due
        """;

    // Withdrawn while somebody made it who died then.
    private const string GiveUp = "update notification_attempts set stage = 'withdrawn', claim = null where stage = 'queued' and withdrawn_at is not null and not_before <= statement_timestamp()";

    private const string Oldest =
        "select coalesce(extract(epoch from statement_timestamp() - min(not_before)), 0)::float8 from notification_attempts where stage = 'queued' and not digest and withdrawn_at is null and claim is null and attempts = 0";

    private const string Clean =
        """
        delete from notifications n using (select notification_no, created_at from notifications order by notification_no limit $2) as old
        where n.notification_no = old.notification_no and old.created_at < $1
        """;

    /// <summary>Everybody for whom something waits, due or not.</summary>
    public async Task<List<string>> FindDestinationsAsync(CancellationToken cancellation)
    {
        var found = new List<string>();
        await using var command = database.CreateCommand(FindDestinations);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>Takes what is due, the urgent and the old first.</summary>
    /// <param name="rooms">So many of each receiver.</param>
    /// <param name="from">Not below this priority.</param>
    /// <param name="until">Not above this priority.</param>
    /// <param name="lease">For so long nobody else takes them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<List<ClaimedAttempt>> ClaimAsync(IReadOnlyList<(string Destination, int Free)> rooms, AlertPriority from, AlertPriority until, TimeSpan lease, CancellationToken cancellation)
    {
        var claim = Guid.NewGuid();
        await using var command = database.CreateCommand(Claim);
        Add(command, rooms.Select(room => room.Destination).ToArray());
        Add(command, rooms.Select(room => room.Free).ToArray());
        Add(command, (short)from);
        Add(command, (short)until);
        Add(command, claim);
        Add(command, lease);
        var claimed = new List<ClaimedAttempt>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            claimed.Add(Read(reader, claim));
        }

        return claimed;
    }

    /// <summary>Notes how attempts ended. Those that somebody else has meanwhile are left alone.</summary>
    public async Task NoteAsync(IReadOnlyList<AttemptNote> notes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        var note = new NpgsqlBatchCommand(Note);
        Add(note, notes.Select(one => one.Attempt.Number).ToArray());
        Add(note, notes.Select(one => one.Attempt.Claim).ToArray());
        Add(note, notes.Select(one => Word(one.Result.Outcome)).ToArray());
        Add(note, notes.Select(one => one.Result.Error).ToArray());
        Add(note, notes.Select(one => one.Result.Outcome == SendOutcome.NotTried ? 1 : 0).ToArray());
        Add(note, notes.Select(one => one.Pause).ToArray());
        batch.BatchCommands.Add(note);
        var carriers = notes.Where(one => one.Attempt.Carries > 0 && Word(one.Result.Outcome) != "again").ToList();
        if (carriers.Count > 0)
        {
            var carried = new NpgsqlBatchCommand(NoteCarried);
            Add(carried, carriers.Select(one => one.Attempt.Number).ToArray());
            Add(carried, carriers.Select(one => Word(one.Result.Outcome)).ToArray());
            Add(carried, carriers.Select(one => one.Result.Error).ToArray());
            batch.BatchCommands.Add(carried);
        }

        var ended = notes.Where(one => one.Result.EndsTarget && one.Attempt.Target is not null).Select(one => one.Attempt.Target!.Value).ToArray();
        if (ended.Length > 0)
        {
            var end = new NpgsqlBatchCommand(EndSubscriptions);
            Add(end, ended);
            batch.BatchCommands.Add(end);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Gathers what waited for its digest into one message for each person and channel; answers how many there were.</summary>
    public async Task<long> GatherAsync(int most, CancellationToken cancellation)
    {
        await using var giveUp = database.CreateCommand(GiveUp);
        await giveUp.ExecuteNonQueryAsync(cancellation);
        await using var gather = database.CreateCommand(Gather);
        Add(gather, most);
        return (long)(await gather.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>For how many seconds the oldest that nobody has tried yet has been due.</summary>
    public async Task<double> OldestAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Oldest);
        return Math.Max(0, (double)(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>Removes what is older, some at a time, and answers how many.</summary>
    public async Task<int> CleanAsync(DateTime before, int most, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Clean);
        Add(command, before);
        Add(command, most);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static ClaimedAttempt Read(NpgsqlDataReader reader, Guid claim) => new()
    {
        Number = reader.GetInt64(0),
        Id = reader.GetGuid(1),
        Claim = claim,
        TenantId = reader.GetInt32(2),
        Channel = reader.GetString(3),
        Destination = reader.GetString(4),
        Target = reader.IsDBNull(5) ? null : reader.GetGuid(5),
        Attempt = reader.GetInt32(6),
        Carries = reader.GetInt32(7),
        QueuedAt = new(reader.GetDateTime(8)),
        Notification = reader.GetGuid(9),
        Account = reader.GetGuid(10),
        Kind = reader.GetString(11),
        Priority = (AlertPriority)reader.GetInt16(12),
        Incident = reader.IsDBNull(13) ? null : reader.GetGuid(13),
        Ward = reader.IsDBNull(14) ? null : reader.GetString(14),
        CreatedAt = new(reader.GetDateTime(15)),
        Receiver = reader.IsDBNull(16) ? null : reader.GetFieldValue<byte[]>(16),
        WrappedSecret = reader.IsDBNull(17) ? null : reader.GetFieldValue<byte[]>(17),
        IsEnabled = reader.GetBoolean(18),
    };

    private static string Word(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent => "sent",
        SendOutcome.Failed => "failed",
        SendOutcome.Withdrawn => "withdrawn",
        _ => "again",
    };

    private static void Add(NpgsqlCommand command, object value) => command.Parameters.Add(new() { Value = value });

    private static void Add(NpgsqlBatchCommand command, object value) => command.Parameters.Add(new() { Value = value });
}
