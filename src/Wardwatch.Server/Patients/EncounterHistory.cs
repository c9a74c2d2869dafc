using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A bed in which a patient lay.</summary>
internal sealed record PlaceDocument(string Ward, string Bed, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A state in which a patient was.</summary>
/// <param name="Status">admitted, stable, observation, critical or discharged.</param>
/// <param name="Since">From when.</param>
/// <param name="By">The name of who said so; <c>system</c> for the server itself.</param>
/// <param name="Note">In words, or null.</param>
internal sealed record StatusDocument(string Status, DateTimeOffset Since, string By, string? Note);

/// <summary>A device that a patient wore.</summary>
internal sealed record WornDocument(string Device, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A stay with everything that is known of it.</summary>
internal sealed record EncounterDocument(
    string Id, DateTimeOffset AdmittedAt, DateTimeOffset? DischargedAt, string? DischargedTo, string? DischargeNote,
    List<PlaceDocument> Places, List<StatusDocument> Statuses, List<WornDocument> Devices);

/// <summary>A page of stays, newest first.</summary>
internal sealed record EncounterPage(IReadOnlyList<EncounterDocument> Items, string? Next);

/// <summary>A bed and who lies in it.</summary>
internal sealed record BedDocument(string Bed, BedPatientDocument? Patient);

/// <summary>A patient in a bed, in short.</summary>
internal sealed record BedPatientDocument(string Id, string Name, string Status, DateTimeOffset Since);

/// <summary>Every bed of a ward, in its order.</summary>
internal sealed record BedPage(IReadOnlyList<BedDocument> Items, string? Next);

/// <summary>Reads the stays of patients, those of who was merged into them among them: each opened with its own key.</summary>
internal sealed class EncounterHistory(TenantDatabase database, IKeyring keyring)
{
    private const string Stays =
        """
        select e.encounter_id, e.admitted_at, e.discharged_at, e.discharged_to, e.discharge_note, e.patient_no, p.patient_id, k.wrapped_key
        from patients p join patient_keys k on k.patient_no = p.patient_no join encounters e on e.patient_no = p.patient_no
        where p.tenant_id = $1 and (p.patient_no = $2 or p.merged_into = $2) and ($3::bigint is null or e.encounter_id < $3)
        order by e.encounter_id desc limit $4
        """;

    private const string Places = "select encounter_id, ward_id, bed, valid_from, valid_until from encounter_places where tenant_id = $1 and encounter_id = any($2) order by valid_from, place_id";

    private const string States =
        "select encounter_id, status, since, account_id, actor_name, note from patient_statuses where tenant_id = $1 and encounter_id = any($2) order by status_id";

    // A device belongs to the stays in which it was worn, be it for a part of them.
    private const string Devices =
        """
        select e.encounter_id, d.device_id, greatest(b.valid_from, e.admitted_at), nullif(least(b.valid_until, coalesce(e.discharged_at, 'infinity')), 'infinity')
        from encounters e
        join device_bindings b on b.patient_no = e.patient_no and b.valid_from < coalesce(e.discharged_at, 'infinity') and b.valid_until > e.admitted_at
        join devices d on d.device_no = b.device_no
        where e.tenant_id = $1 and e.encounter_id = any($2) order by b.valid_from, b.binding_id
        """;

    /// <summary>A page of stays, newest first, and one more if there is one.</summary>
    public async Task<List<EncounterDocument>> ReadAsync(PatientEntry patient, long? before, int limit, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(patient.TenantId, cancellation);
        var stays = await StaysAsync(transaction, patient, before, limit, cancellation);
        if (stays.Count == 0)
        {
            return [];
        }

        var byId = stays.ToDictionary(stay => stay.Id);
        object[] values = [patient.TenantId, byId.Keys.ToArray()];
        await EachAsync(transaction, Places, values, row => byId[row.GetInt64(0)].Document.Places.Add(new(row.GetString(1), row.GetString(2), Time(row, 3)!.Value, Time(row, 4))), cancellation);
        await EachAsync(transaction, States, values, row => byId[row.GetInt64(0)].AddStatus(row), cancellation);
        await EachAsync(transaction, Devices, values, row => byId[row.GetInt64(0)].AddDevice(new(row.GetString(1), Time(row, 2)!.Value, Time(row, 3))), cancellation);
        return stays.ConvertAll(stay => stay.Document);
    }

    private async Task<List<Stay>> StaysAsync(TenantTransaction transaction, PatientEntry patient, long? before, int limit, CancellationToken cancellation)
    {
        var stays = new List<Stay>();
        await using var command = transaction.Command(Stays, patient.TenantId, patient.Number, before, limit);
        command.Parameters[2].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, owner, wrapped) = (reader.GetInt64(0), reader.GetString(6), reader.GetFieldValue<byte[]>(7));
            string? Open(byte[] note, DateTimeOffset at)
            {
                using var key = keyring.OpenPatientKey(patient.TenantId, wrapped);
                return key.OpenText(LockedPatient.NotePlace(patient.TenantId, owner, at), note);
            }

            var left = Time(reader, 2);
            var note = reader.IsDBNull(4) || left is null ? null : Open(reader.GetFieldValue<byte[]>(4), left.Value);
            stays.Add(new(id, new($"{id}", Time(reader, 1)!.Value, left, reader.IsDBNull(3) ? null : reader.GetString(3), note, [], [], []), Open));
        }

        return stays;
    }

    private static async Task EachAsync(TenantTransaction transaction, string sql, object[] values, Action<NpgsqlDataReader> take, CancellationToken cancellation)
    {
        await using var command = transaction.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            take(reader);
        }
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private sealed record Stay(long Id, EncounterDocument Document, Func<byte[], DateTimeOffset, string?> Open)
    {
        public void AddStatus(NpgsqlDataReader row)
        {
            var since = row.GetFieldValue<DateTimeOffset>(2);
            var by = row.IsDBNull(3) ? "system" : row.IsDBNull(4) ? "" : row.GetString(4);
            Document.Statuses.Add(new(row.GetString(1), since, by, row.IsDBNull(5) ? null : Open(row.GetFieldValue<byte[]>(5), since)));
        }

        // What was worn on across a transfer is one binding a ward; it is shown as one.
        public void AddDevice(WornDocument worn)
        {
            var last = Document.Devices.FindLastIndex(device => device.Device == worn.Device);
            if (last >= 0 && Document.Devices[last].Until == worn.From)
            {
                Document.Devices[last] = Document.Devices[last] with { Until = worn.Until };
            }
            else
            {
                Document.Devices.Add(worn);
            }
        }
    }
}
