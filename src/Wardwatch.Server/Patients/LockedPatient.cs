using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A patient whose row is locked until the transaction ends: nobody else changes them meanwhile.</summary>
internal sealed record LockedPatient(
    int TenantId, int Number, string Id, string Status, string? Ward, string? Bed, int Version, int? MergedInto, byte[] Identity, byte[] WrappedKey, long? Encounter, DateTimeOffset LastStatusAt,
    Consent Consent)
{
    /// <summary>Whether they are there.</summary>
    public bool IsPresent => Status != "discharged";

    /// <summary>Locks a patient; null: there is none, or they were erased.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="id">The public id, or null.</param>
    /// <param name="number">The database key, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LockedPatient?> LockAsync(NpgsqlConnection connection, int tenantId, string? id, int? number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(MoveSql.Lock, connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        return new(
            tenantId, reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4),
            reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetInt32(6), reader.GetFieldValue<byte[]>(7), reader.GetFieldValue<byte[]>(8),
            reader.IsDBNull(9) ? null : reader.GetInt64(9), reader.GetFieldValue<DateTimeOffset>(10), new(reader.GetBoolean(11), reader.GetBoolean(12)));
    }

    /// <summary>Who the patient is.</summary>
    public PatientIdentity OpenIdentity(IKeyring keyring)
    {
        using var key = keyring.OpenPatientKey(TenantId, WrappedKey);
        return PatientIdentity.Open(key, TenantId, Id, Identity);
    }

    /// <summary>Seals words about the patient under their key; null for none.</summary>
    /// <param name="keyring">Opens the key.</param>
    /// <param name="at">When they were written: their place.</param>
    /// <param name="text">The words.</param>
    public byte[]? SealNote(IKeyring keyring, DateTimeOffset at, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        using var key = keyring.OpenPatientKey(TenantId, WrappedKey);
        return key.SealText(NotePlace(TenantId, Id, at), text.Trim());
    }

    /// <summary>The place of words about a patient.</summary>
    public static string NotePlace(int tenantId, string id, DateTimeOffset at) => $"wardwatch/patients.note/1/{tenantId}/{id}/{UnixTime.FromDateTimeOffset(at)}";
}
