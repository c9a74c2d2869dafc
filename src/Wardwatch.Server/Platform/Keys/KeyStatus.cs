using Npgsql;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>The keys of one hospital.</summary>
/// <param name="Hospital">Its id.</param>
/// <param name="Numbers">The numbers of its keys: two while it is rotated.</param>
/// <param name="MasterKeys">The master keys that wrap them, by fingerprint.</param>
/// <param name="Since">When the newest was made.</param>
internal sealed record HospitalKeyStatus(string Hospital, IReadOnlyList<int> Numbers, IReadOnlyList<string> MasterKeys, DateTimeOffset Since);

/// <summary>Which keys are in use.</summary>
/// <param name="MasterKeys">The fingerprints of the master keys in use, the newest first.</param>
/// <param name="IsRotating">A rotation is under way, or was interrupted.</param>
/// <param name="Hospitals">Every hospital.</param>
internal sealed record KeyStatus(IReadOnlyList<string> MasterKeys, bool IsRotating, IReadOnlyList<HospitalKeyStatus> Hospitals)
{
    private const string Select = """
        select public_id, array_agg(number order by number), array_agg(distinct coalesce(master_key_id, '?')), max(k.created_at)
        from tenants join tenant_keys k using (tenant_id) group by public_id order by public_id
        """;

    /// <summary>Reads it.</summary>
    public static async Task<KeyStatus> ReadAsync(NpgsqlDataSource database, DataFolder data, Keyring keyring, CancellationToken cancellation)
    {
        var registered = await KeyOpening.RegisteredAsync(database, cancellation);
        await using var command = database.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var hospitals = new List<HospitalKeyStatus>();
        while (await reader.ReadAsync(cancellation))
        {
            hospitals.Add(new(reader.GetString(0), reader.GetFieldValue<int[]>(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        var rotating = registered.Count > 1 || hospitals.Exists(hospital => hospital.Numbers.Count > 1) || (keyring.Masters.Origin == MasterKeyOrigin.File && File.Exists(data.PreviousMasterKey));
        return new(registered, rotating, hospitals);
    }
}
