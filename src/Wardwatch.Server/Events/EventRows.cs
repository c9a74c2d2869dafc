using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>How events are read from and written to tables: the columns and their order, in one place.</summary>
internal static class EventRows
{
    /// <summary>The columns that <see cref="Read"/> reads, in their order.</summary>
    public const string Columns = "tenant_id, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content";

    /// <summary>How many columns these are.</summary>
    public const int ColumnCount = 11;

    /// <summary>Rows of the parameters from <see cref="Add"/>, whose first is <c>$2</c>, under the names of <see cref="Columns"/> and <c>partition</c>.</summary>
    public const string FromParameters =
        "unnest($2::int[], $3::bigint[], $4::uuid[], $5::int[], $6::text[], $7::int[], $8::timestamptz[], $9::timestamptz[], $10::uuid[], $11::text[], $12::bytea[], $13::smallint[]) "
        + "as e (tenant_id, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content, partition)";

    /// <summary>What stays in order, of a row: the patient, or the hospital.</summary>
    public const string OrderKey = "coalesce(patient_no::bigint, -tenant_id::bigint)";

    /// <summary>Reads an event from a row that begins with <see cref="Columns"/>.</summary>
    public static SealedEvent Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(2), reader.GetInt64(1), reader.GetString(4), reader.GetInt32(5),
        new EventOrigin(reader.GetInt32(0), reader.IsDBNull(3) ? null : reader.GetInt32(3), new DateTimeOffset(reader.GetDateTime(6)), reader.IsDBNull(8) ? null : reader.GetGuid(8)),
        reader.GetDateTime(7), reader.IsDBNull(9) ? null : reader.GetString(9), reader.GetFieldValue<byte[]>(10));

    /// <summary>Adds the parameters $2 to $13; the first one is the caller's.</summary>
    public static void Add(NpgsqlParameterCollection parameters, IReadOnlyList<SealedEvent> events)
    {
        Many(events.Select(e => e.Origin.TenantId).ToArray(), NpgsqlDbType.Integer);
        Many(events.Select(e => e.Number).ToArray(), NpgsqlDbType.Bigint);
        Many(events.Select(e => e.Id).ToArray(), NpgsqlDbType.Uuid);
        Many(events.Select(e => e.Origin.PatientNumber).ToArray(), NpgsqlDbType.Integer);
        Many(events.Select(e => e.Name).ToArray(), NpgsqlDbType.Text);
        Many(events.Select(e => e.Version).ToArray(), NpgsqlDbType.Integer);
        Many(events.Select(e => e.Origin.At.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz);
        Many(events.Select(e => e.RecordedAt).ToArray(), NpgsqlDbType.TimestampTz);
        Many(events.Select(e => e.Origin.Actor).ToArray(), NpgsqlDbType.Uuid);
        Many(events.Select(e => e.Trace).ToArray(), NpgsqlDbType.Text);
        Many(events.Select(e => e.Content).ToArray(), NpgsqlDbType.Bytea);
        Many(events.Select(e => e.Partition).ToArray(), NpgsqlDbType.Smallint);

        void Many(Array values, NpgsqlDbType type) => parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
