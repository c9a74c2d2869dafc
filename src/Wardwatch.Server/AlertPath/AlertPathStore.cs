using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>A ward's path as it stands in the database.</summary>
internal sealed record StoredPath(int TenantId, string Ward, DateTimeOffset CreatedAt, PathTimes Times, DateTimeOffset? SentAt, string? ProvenBy);

/// <summary>A round that this process has taken over.</summary>
internal sealed record ClaimedRound(int TenantId, string Ward, int DeviceNumber, string Token, DateTimeOffset SentAt);

/// <summary>The rows of the alert paths. A round is claimed by one process, whichever comes first; a receipt counts once.</summary>
internal sealed class AlertPathStore(NpgsqlDataSource database, ICanaryPatients patients, ICanaryDevices devices, IKeyring keyring, IOptions<AlertPathOptions> options, TimeProvider time)
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "alert-paths";

    private const string All = "select tenant_id, ward_id, created_at, next_at, owed_since, proven_at, sent_at, proven_by from alert_paths order by tenant_id, ward_id";

    private const string Exists = "select exists (select from alert_paths where tenant_id = $1 and ward_id = $2)";

    private const string Insert = "insert into alert_paths (tenant_id, ward_id, patient_no, device_no, wrapped_token, created_at, next_at) values ($1, $2, $3, $4, $5, $6, $6)";

    // Whoever else is at a row has it; the next attempt is due when this one would be late.
    private const string Claim =
        """
        with due as (select tenant_id, ward_id from alert_paths where next_at <= $1 order by next_at limit $2 for update skip locked)
        update alert_paths p set sent_at = $1, owed_since = coalesce(p.owed_since, $1), next_at = $3
        from due where p.tenant_id = due.tenant_id and p.ward_id = due.ward_id
        returning p.tenant_id, p.ward_id, p.device_no, p.wrapped_token
        """;

    private const string WardOf = "select ward_id from notifications where tenant_id = $1 and notification_id = $2 and kind = 'canary'";

    // The notification must be of the round that is under way: its alert was raised since, by the clock of the gateway that began the round. A little is left for clocks that differ.
    private const string Receive =
        """
        update alert_paths p set
            proven_at = case when p.owed_since is null then p.proven_at else $2 end,
            proven_by = case when p.owed_since is null and p.proven_by = 'screen' then p.proven_by else $3 end,
            next_at = case when p.owed_since is null then p.next_at else p.sent_at + $4 end,
            owed_since = null
        where exists (
            select from notifications n join alert_incidents i on i.incident_id = n.incident_id join alerts a on a.alert_id = i.alert_id and a.tenant_id = n.tenant_id
            where n.notification_id = $1 and n.kind = 'canary' and n.tenant_id = p.tenant_id and a.patient_no = p.patient_no and a.raised_at >= p.sent_at - interval '2 seconds')
        """;

    private const string Reached =
        """
        select p.owed_since is not null,
               exists (select from alerts a where a.patient_no = p.patient_no and a.canary and a.raised_at >= p.sent_at - interval '2 seconds'),
               exists (select from alerts a join alert_incidents i using (alert_id) where a.patient_no = p.patient_no and a.canary and a.raised_at >= p.sent_at - interval '2 seconds'),
               exists (select from alerts a join alert_incidents i using (alert_id) join notifications n on n.incident_id = i.incident_id where a.patient_no = p.patient_no and a.canary and a.raised_at >= p.sent_at - interval '2 seconds')
        from alert_paths p where p.tenant_id = $1 and p.ward_id = $2
        """;

    private const string ForgetRounds = "select forget_canary_rounds($1, $2)";
    private const int MostForgotten = 1000;

    /// <summary>Every path.</summary>
    public async Task<List<StoredPath>> ReadAsync(CancellationToken cancellation)
    {
        var paths = new List<StoredPath>();
        await using var command = database.CreateCommand(All);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var times = new PathTimes(reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset?>(4), reader.GetFieldValue<DateTimeOffset?>(5));
            paths.Add(new(
                reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), times, reader.GetFieldValue<DateTimeOffset?>(6), reader.IsDBNull(7) ? null : reader.GetString(7)));
        }

        return paths;
    }

    /// <summary>Gives a ward its synthetic patient, the patient a virtual device, and begins the rounds. Does nothing if that is done.</summary>
    public async Task EnsureAsync(int tenantId, string ward, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await OneProcess.DoAsync(connection, Topic, async () =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var exists = Command(connection, Exists, tenantId, ward))
            {
                if ((bool)(await exists.ExecuteScalarAsync(cancellation))!)
                {
                    return;
                }
            }

            var patient = await patients.EnsureAsync(connection, tenantId, ward, cancellation);
            var device = await devices.RegisterAsync(connection, tenantId, patient.Number, $"hospital/{patient.Hospital}/ward/{ward}/patient/{patient.Id}", cancellation);
            await using (var insert = Command(
                connection, Insert, tenantId, ward, patient.Number, device.Number, keyring.Wrap(tenantId, Encoding.ASCII.GetBytes(device.Token)), time.GetUtcNow().UtcDateTime))
            {
                await insert.ExecuteNonQueryAsync(cancellation);
            }

            await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
            await transaction.CommitAsync(cancellation);
        }, cancellation);
    }

    /// <summary>Takes over rounds that are due.</summary>
    public async Task<List<ClaimedRound>> ClaimAsync(int most, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var rounds = new List<ClaimedRound>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var command = Command(connection, Claim, now.UtcDateTime, most, now.AddSeconds(options.Value.LateSeconds).UtcDateTime))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var token = Encoding.ASCII.GetString(keyring.Unwrap(reader.GetInt32(0), reader.GetFieldValue<byte[]>(3)));
                rounds.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), token, now));
            }
        }

        if (rounds.Count > 0)
        {
            await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
        }

        return rounds;
    }

    /// <summary>The ward of a test; null: there is no such test.</summary>
    public async Task<string?> WardOfAsync(int tenantId, Guid notification, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, WardOf, tenantId, notification);
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>A test has arrived. One of an earlier round says nothing of the present one.</summary>
    /// <param name="notification">The test.</param>
    /// <param name="by">server or screen.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task ReceivedAsync(Guid notification, string by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, Receive, notification, time.GetUtcNow().UtcDateTime, by, TimeSpan.FromSeconds(options.Value.IntervalSeconds));
        if (await command.ExecuteNonQueryAsync(cancellation) > 0)
        {
            await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
        }
    }

    /// <summary>How far the last round came, in words.</summary>
    public static async Task<string> ReachedAsync(NpgsqlConnection connection, int tenantId, string ward, CancellationToken cancellation)
    {
        await using var command = Command(connection, Reached, tenantId, ward);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || !reader.GetBoolean(0))
        {
            return "No test alert was sent.";
        }

        return (reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3)) switch
        {
            (false, _, _) => "The last test was sent, and its alert was not stored.",
            (_, false, _) => "The alert of the last test was stored, and nobody was assigned to it.",
            (_, _, false) => "The alert of the last test has an incident, of which nobody was told.",
            _ => "The last test was sent to somebody, and no screen got it.",
        };
    }

    /// <summary>Removes what old rounds have left.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow().AddHours(-options.Value.KeepHours).UtcDateTime;
        int forgotten;
        do
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var command = Command(connection, ForgetRounds, before, MostForgotten);
            forgotten = (int)(await command.ExecuteScalarAsync(cancellation))!;
        }
        while (forgotten == MostForgotten);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
