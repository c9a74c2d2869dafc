using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Operations;

/// <summary>A dead letter as it is shown.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">When it was set aside.</param>
/// <param name="Source">device or event.</param>
/// <param name="Device">The device that sent it.</param>
/// <param name="Consumer">The consumer that could not handle it.</param>
/// <param name="Event">The kind of event with its version.</param>
/// <param name="Reason">A stable code.</param>
/// <param name="Fault">The kind of exception.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Size">Bytes, sealed.</param>
/// <param name="Settled">replayed, dropped, or null.</param>
/// <param name="SettledAt">When.</param>
/// <param name="SettledBy">By whom.</param>
internal sealed record DeadLetterResponse(
    string Id, DateTimeOffset At, string Source, string? Device, string? Consumer, string? Event, string Reason, string? Fault, int Attempts, int Size,
    string? Settled, DateTimeOffset? SettledAt, string? SettledBy);

/// <summary>Which dead letters are asked for.</summary>
internal sealed record DeadLetterFilter(string? Source, string? Reason, bool? Settled, long? Before, long? Number, int Limit);

/// <summary>A dead letter with what its replay needs.</summary>
internal sealed record FoundDeadLetter(DeadLetterResponse Shown, int? DeviceNumber, string? Topic, int? PatientNumber)
{
    /// <summary>Whether it came from a device.</summary>
    public bool IsDevices => DeviceNumber is not null;

    /// <summary>Its number.</summary>
    public long Number => long.Parse(Shown.Id, CultureInfo.InvariantCulture);
}

/// <summary>One list over what devices sent and nobody could believe, and events that a consumer could not handle; both are numbered by one sequence.</summary>
internal sealed class DeadLetterList(IDeviceDirectory devices)
{
    private const string Find =
        """
        select l.*, a.name from (
            select dead_letter_id, received_at as at, 'device' as source, device_no, topic, null::text as consumer, null::text as event, reason, null::text as fault, 1 as attempts,
                   octet_length(envelope) as size, settled, settled_at, settled_by, null::int as patient_no
            from dead_letters where tenant_id = $1 and ($5::bigint is null or dead_letter_id < $5) and ($6::bigint is null or dead_letter_id = $6)
            union all
            select dead_letter_id, dead_at, 'event', null, null, consumer, name || ' v' || version, reason, fault, attempts, octet_length(content), settled, settled_at, settled_by, patient_no
            from event_dead_letters where tenant_id = $1 and ($5::bigint is null or dead_letter_id < $5) and ($6::bigint is null or dead_letter_id = $6)
        ) as l left join staff_accounts a on a.account_id = l.settled_by
        where ($2::text is null or l.source = $2) and ($3::text is null or l.reason = $3) and ($4::boolean is null or (l.settled is not null) = $4)
        order by dead_letter_id desc limit $7
        """;

    private const string SettleDevices = "update dead_letters set settled = $2, settled_at = $3, settled_by = $4, note = $5 where dead_letter_id = $1 and settled is null";
    private const string SettleEvents = "update event_dead_letters set settled = $2, settled_at = $3, settled_by = $4, note = $5 where dead_letter_id = $1 and settled is null";
    private const string Envelope = "select envelope from dead_letters where dead_letter_id = $1";

    /// <summary>Those that match, newest first.</summary>
    public async Task<List<FoundDeadLetter>> FindAsync(TenantTransaction transaction, int tenantId, DeadLetterFilter filter, CancellationToken cancellation)
    {
        await using var command = transaction.Command(Find, tenantId, filter.Source, filter.Reason, filter.Settled, filter.Before, filter.Number, filter.Limit);
        NpgsqlDbType[] types = [NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Boolean, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Integer];
        for (var i = 0; i < types.Length; i++)
        {
            command.Parameters[i].NpgsqlDbType = types[i];
        }

        var found = new List<FoundDeadLetter>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    /// <summary>What the device sent, as it came.</summary>
    public static async Task<byte[]?> EnvelopeAsync(TenantTransaction transaction, long number, CancellationToken cancellation)
    {
        await using var command = transaction.Command(Envelope, number);
        return (byte[]?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Notes that one was replayed or dropped; false if somebody else was faster.</summary>
    public static async Task<bool> SettleAsync(
        TenantTransaction transaction, FoundDeadLetter letter, string how, DateTime at, Guid actor, byte[]? note, CancellationToken cancellation)
    {
        await using var command = transaction.Command(letter.IsDevices ? SettleDevices : SettleEvents, letter.Number, how, at, actor, note);
        command.Parameters[4].NpgsqlDbType = NpgsqlDbType.Bytea;
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private FoundDeadLetter Read(NpgsqlDataReader reader)
    {
        int? device = reader.IsDBNull(3) ? null : reader.GetInt32(3);
        return new(
            new(
                reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), new(reader.GetDateTime(1)), reader.GetString(2), device is { } number ? devices.Find(number)?.Id : null,
                Text(reader, 5), Text(reader, 6), reader.GetString(7), Text(reader, 8), reader.GetInt32(9), reader.GetInt32(10), Text(reader, 11),
                reader.IsDBNull(12) ? null : new DateTimeOffset(reader.GetDateTime(12)), Text(reader, 15)),
            device, Text(reader, 4), reader.IsDBNull(14) ? null : reader.GetInt32(14));
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
