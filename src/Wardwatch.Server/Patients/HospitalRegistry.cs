using System.Text.RegularExpressions;
using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A ward to be set up, with the labels of its beds in their order.</summary>
internal sealed record NewWard(string Id, string Name, int Position, IReadOnlyList<string> Beds);

/// <summary>Sets up hospitals and their wards.</summary>
internal sealed partial class HospitalRegistry(NpgsqlDataSource database, IKeyring keyring)
{
    /// <summary>Every hospital.</summary>
    public async Task<List<HospitalEntry>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PatientSql.Hospitals);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var hospitals = new List<HospitalEntry>();
        while (await reader.ReadAsync(cancellation))
        {
            hospitals.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return hospitals;
    }

    /// <summary>The hospital with this public id, or null.</summary>
    public async Task<HospitalEntry?> FindAsync(string id, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).Find(hospital => hospital.Id == id);

    /// <summary>The hospital with this public id, set up with a key of its own if it was not there.</summary>
    public async Task<HospitalEntry> EnsureAsync(string id, string name, CancellationToken cancellation)
    {
        if (!IdPattern().IsMatch(id))
        {
            throw new ArgumentException("A hospital's id has 1 to 64 letters, digits, dots, underscores or hyphens.", nameof(id));
        }

        if (await FindAsync(id, cancellation) is { } known)
        {
            return known;
        }

        await using (var connection = await database.OpenConnectionAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await using var insert = new NpgsqlCommand(PatientSql.InsertHospital, connection);
            var key = keyring.CreateTenantKey();
            insert.Parameters.Add(new() { Value = id });
            insert.Parameters.Add(new() { Value = name });
            insert.Parameters.Add(new() { Value = key.Number });
            insert.Parameters.Add(new() { Value = key.MasterKeyId });
            insert.Parameters.Add(new() { Value = key.WrappedKey });
            await insert.ExecuteNonQueryAsync(cancellation);
            await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, null, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return await FindAsync(id, cancellation) ?? throw new InvalidOperationException($"Hospital {id} vanished while it was being set up.");
    }

    /// <summary>Adds wards and beds in the caller's transaction; those that exist stay as they are. The caller notifies the directory.</summary>
    public static async Task AddWardsAsync(NpgsqlConnection connection, int tenantId, IReadOnlyList<NewWard> wards, CancellationToken cancellation)
    {
        await using var insertWards = new NpgsqlCommand(PatientSql.InsertWards, connection);
        insertWards.Parameters.Add(new() { Value = tenantId });
        insertWards.Parameters.Add(new() { Value = wards.Select(ward => ward.Id).ToArray() });
        insertWards.Parameters.Add(new() { Value = wards.Select(ward => ward.Name).ToArray() });
        insertWards.Parameters.Add(new() { Value = wards.Select(ward => ward.Position).ToArray() });
        await insertWards.ExecuteNonQueryAsync(cancellation);

        var beds = wards.SelectMany(ward => ward.Beds.Select((bed, position) => (Ward: ward.Id, Bed: bed, Position: position))).ToArray();
        await using var insertBeds = new NpgsqlCommand(PatientSql.InsertBeds, connection);
        insertBeds.Parameters.Add(new() { Value = tenantId });
        insertBeds.Parameters.Add(new() { Value = Array.ConvertAll(beds, bed => bed.Ward) });
        insertBeds.Parameters.Add(new() { Value = Array.ConvertAll(beds, bed => bed.Bed) });
        insertBeds.Parameters.Add(new() { Value = Array.ConvertAll(beds, bed => bed.Position) });
        await insertBeds.ExecuteNonQueryAsync(cancellation);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}
