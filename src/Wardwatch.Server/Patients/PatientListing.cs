using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Which patients are wanted.</summary>
/// <param name="Search">What was typed, or null.</param>
/// <param name="Ward">Those who lie there, or null.</param>
/// <param name="Status">Those in this state, or null.</param>
/// <param name="Present">Those who are there (true), who are not (false), or both (null).</param>
/// <param name="Limit">At most so many.</param>
/// <param name="After">The public id of the last patient of the page before, or null.</param>
internal sealed record PatientQuery(string? Search, string? Ward, string? Status, bool? Present, int Limit, string? After);

/// <summary>
/// Lists and finds patients: those who are there by ward and bed, then the others, the one registered last first. The database looks by keyed hashes and for what
/// the caller may see only; what it finds is opened here.
/// </summary>
internal sealed class PatientListing(TenantDatabase database, IKeyring keyring, PatientDirectory directory)
{
    // What the hashes do not tell is compared after opening: then more is asked for, four times as much each time, some thousands in all.
    private const int MostRounds = 5;
    private const int FirstRound = 100;

    private const string Beds = " left join wards w on w.tenant_id = p.tenant_id and w.ward_id = p.ward_id left join beds b on b.tenant_id = p.tenant_id and b.ward_id = p.ward_id and b.bed = p.bed";
    private const string Place = "(coalesce(w.position, 2147483647), coalesce(p.ward_id, ''), coalesce(b.position, 2147483647), p.patient_id)";

    //  $1 hospital  $2 the whole of it  $3 wards  $4 patients  $5 record number's hash  $6 ward  $7 status  $8 after  $9 limit  $10… hashes
    private const string Reach = " p.tenant_id = $1 and p.merged_into is null and p.erased_at is null and p.canary_ward is null and ($2 or p.ward_id = any($3) or p.patient_no = any($4)";

    // Who it is is found first, by as few tables as tell it, and what is shown of them joined afterwards: planning all of it at once takes longer than doing it, and joins keys
    // of patients who are not wanted. A key is there for whoever was not erased.
    private const string ThereFrom = "(select p.*, coalesce(w.position, 2147483647) as ward_place, coalesce(b.position, 2147483647) as bed_place from patients p" + Beds + " where p.status <> 'discharged' and" + Reach +
        ") and ($5::bytea is null or true) and ($6::text is null or p.ward_id = $6) and ($7::text is null or p.status = $7)" +
        " and ($8::int is null or " + Place + " > (select coalesce(w.position, 2147483647), coalesce(p.ward_id, ''), coalesce(b.position, 2147483647), p.patient_id from patients p" + Beds + " where p.patient_no = $8))";

    private const string InBedOrder = " order by coalesce(w.position, 2147483647), coalesce(p.ward_id, ''), coalesce(b.position, 2147483647), p.patient_id limit $9";

    // Whoever may admit finds a patient who lies nowhere by the whole record number, and by nothing less.
    private const string ElsewhereFrom = "(select p.* from patients p where p.status = 'discharged' and" + Reach +
        " or p.record_number_index = $5) and ($6::text is null) and ($7::text is null or p.status = $7) and ($8::int is null or p.patient_no < $8)";

    private const string NewestFirst = " order by p.patient_no desc limit $9";

    private const string ThereAgain = " order by p.ward_place, coalesce(p.ward_id, ''), p.bed_place, p.patient_id";
    private const string ElsewhereAgain = " order by p.patient_no desc";

    /// <summary>A page of patients, with what goes into <c>after</c> for the next. Null: <c>after</c> is nobody whom the caller may see.</summary>
    public async Task<(List<StoredPatient> Items, string? Next)?> ListAsync(Caller caller, PatientQuery query, CancellationToken cancellation)
    {
        var search = string.IsNullOrWhiteSpace(query.Search) ? null : new PatientSearch(query.Search);
        var tokens = search?.Tokens(keyring.Tenant(caller.TenantId)) ?? [];
        if (search is not null && tokens.Length == 0)
        {
            return ([], null);
        }

        var index = search is not null && caller.May(Permissions.RegisterPatients) ? search.RecordNumberIndex(keyring.Tenant(caller.TenantId)) : null;
        (bool There, int Number)? after = null;
        if (query.After is not null)
        {
            var last = await directory.FindAsync(caller.TenantId, query.After, cancellation);
            if (last is null || !caller.Visible.Covers(last.TenantId, last.Ward, last.Number))
            {
                return null;
            }

            after = (last.IsPresent, last.Number);
        }

        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        var found = new List<StoredPatient>();
        foreach (var there in new[] { true, false })
        {
            // Whoever lies nowhere is in no ward, and in no state but discharged.
            var none = there ? after is { There: false } || query.Status == "discharged" : query.Ward is not null || query.Status is not (null or "discharged");
            if (none || found.Count > query.Limit || query.Present == !there)
            {
                continue;
            }

            var part = new Part(there, after is { } last && last.There == there ? last.Number : null, index, tokens);
            await FillAsync(transaction.Connection, caller.Visible, query, search, part, found, cancellation);
        }

        var next = Paging.Cut(found, query.Limit, patient => patient.Entry.Id);
        return (found, next);
    }

    private async Task FillAsync(
        NpgsqlConnection connection, AccessScope visible, PatientQuery query, PatientSearch? search, Part part, List<StoredPatient> found, CancellationToken cancellation)
    {
        var compares = search is { NeedsComparison: true };
        for (var (round, size) = (0, FirstRound); round < MostRounds && found.Count <= query.Limit; (round, size) = (round + 1, 4 * size))
        {
            var wanted = query.Limit + 1 - found.Count;
            wanted = compares ? Math.Max(size, wanted) : wanted;
            var page = await ReadAsync(connection, visible, query, part, wanted, cancellation);
            found.AddRange(page.Where(patient => search is null || patient.HasDuplicates || search.Matches(patient.Entry)).Take(query.Limit + 1 - found.Count));
            if (page.Count < wanted)
            {
                return;
            }

            part = part with { After = page[^1].Entry.Number };
        }
    }

    private async Task<List<StoredPatient>> ReadAsync(NpgsqlConnection connection, AccessScope visible, PatientQuery query, Part part, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Statement(part.There, part.Tokens.Length), connection);
        command.Parameters.Add(new() { Value = visible.TenantId });
        command.Parameters.Add(new() { Value = visible.WholeHospital });
        command.Parameters.Add(new() { Value = visible.Wards.ToArray() });
        command.Parameters.Add(new() { Value = visible.Patients.ToArray() });
        command.Parameters.Add(new() { Value = (object?)part.RecordNumber ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = (object?)query.Ward ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)query.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)part.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = limit });
        foreach (var token in part.Tokens)
        {
            command.Parameters.Add(new() { Value = token });
        }

        var page = new List<StoredPatient>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            page.Add(directory.Open(reader));
        }

        return page;
    }

    // One condition a hash: the database begins with whichever it takes for the rarest.
    private static string Statement(bool there, int tokens) =>
        StoredPatient.Columns + " from " + (there ? ThereFrom : ElsewhereFrom)
        + string.Concat(Enumerable.Range(10, tokens).Select(place => $" and exists (select from patient_search s{place} where s{place}.tenant_id = $1 and s{place}.token = ${place} and s{place}.patient_no = p.patient_no)"))
        + (there ? InBedOrder : NewestFirst) + ") p" + StoredPatient.Joins + (there ? ThereAgain : ElsewhereAgain);

    private sealed record Part(bool There, int? After, byte[]? RecordNumber, byte[][] Tokens);
}
