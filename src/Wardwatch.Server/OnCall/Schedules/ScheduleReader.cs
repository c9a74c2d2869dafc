using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Reads schedules with whatever says who is on duty within a while, in one statement: of one moment.</summary>
internal static class ScheduleReader
{
    private const string Read =
        """
        select s.schedule_id, s.name, s.ward_id, s.role, s.tier, s.version, s.created_at, s.changed_at, s.ended_at,
               r.zone, r.layers::text, r.valid_from, r.valid_until, c.replaced, c.accounts, c.froms, c.untils
        from oncall_schedules s
        join oncall_revisions r using (schedule_id)
        left join lateral (
            select array_agg(x.replaced_id) as replaced, array_agg(x.account_id) as accounts, array_agg(x.valid_from) as froms, array_agg(x.until) as untils
            from (
                select replaced_id, account_id, valid_from, least(valid_until, ended_at) as until from oncall_substitutions
                where schedule_id = s.schedule_id and valid_until > $2 and valid_from < $3 and (ended_at is null or ended_at > valid_from)
                order by substitution_no
            ) x
        ) c on true
        where s.tenant_id = $1 and (r.valid_until is null or r.valid_until > $2) and r.valid_from < $3
          and ($4::text is null or s.role = $4) and ($5::uuid is null or s.schedule_id = $5)
        order by s.ward_id nulls first, s.role, s.tier, s.name, s.schedule_id, r.number
        """;

    // A turn and an override are no longer than that, so that nothing from further away says who is on duty, or until when.
    private static readonly TimeSpan Around = TimeSpan.FromDays(Layer.MostDays + 4);

    /// <summary>Schedules that were there within a while, or near it.</summary>
    /// <param name="connection">A connection that sees the hospital.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="role">Those of this duty role; null: all.</param>
    /// <param name="schedule">This one; null: all.</param>
    /// <param name="within">When.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<List<StoredSchedule>> ReadAsync(NpgsqlConnection connection, int tenantId, string? role, Guid? schedule, Period within, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Read, connection)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = (within.From - Around).UtcDateTime },
                new() { Value = (within.Until + Around).UtcDateTime },
                new() { Value = (object?)role ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)schedule ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        };
        return await AllAsync(command, cancellation);
    }

    /// <summary>Reads rows of such columns; the substitutions may be missing.</summary>
    public static async Task<List<StoredSchedule>> AllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var schedules = new List<StoredSchedule>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, revision) = (reader.GetGuid(0), RevisionOf(reader));
            if (schedules.Count > 0 && schedules[^1].Id == id)
            {
                schedules[^1] = schedules[^1] with { Rules = schedules[^1].Rules with { Revisions = [.. schedules[^1].Rules.Revisions, revision] } };
                continue;
            }

            schedules.Add(new(
                id, reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), reader.GetInt16(4), reader.GetInt32(5), new(reader.GetDateTime(6)),
                new(reader.GetDateTime(7)), reader.IsDBNull(8) ? null : new DateTimeOffset(reader.GetDateTime(8)), new Schedule([revision], SubstitutionsOf(reader))));
        }

        return schedules;
    }

    private static Revision RevisionOf(NpgsqlDataReader reader) => new(
        new(reader.GetDateTime(11)), reader.IsDBNull(12) ? null : new DateTimeOffset(reader.GetDateTime(12)), Zones.Stored(reader.GetString(9)), StoredLayers.Read(reader.GetString(10)));

    private static List<Substitution> SubstitutionsOf(NpgsqlDataReader reader)
    {
        if (reader.FieldCount <= 14 || reader.IsDBNull(14))
        {
            return [];
        }

        var (replaced, accounts) = (reader.GetFieldValue<Guid?[]>(13), reader.GetFieldValue<Guid[]>(14));
        var (froms, untils) = (reader.GetFieldValue<DateTime[]>(15), reader.GetFieldValue<DateTime[]>(16));
        return [.. accounts.Select((account, i) => new Substitution(replaced[i], account, new(new(froms[i]), new(untils[i]))))];
    }
}
