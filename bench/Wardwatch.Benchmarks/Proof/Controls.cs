using System.Globalization;
using Npgsql;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>Negative controls: a proof that finds no planted fault proves nothing.</summary>
internal sealed class Controls(HospitalUnderTest planted, int devices, Random random)
{
    private const int Acknowledgements = 500;
    private const int AcknowledgedEarly = 50;

    private const string RowOf = "device_no = $1 and boot_id = $2 and counter = $3";
    private const string Double = $"""
        insert into readings select tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag, measured_at - interval '1 day', received_at, record
        from readings where {RowOf}
        """;

    private const string Delete = $"delete from readings where {RowOf}";
    private const string FlipABit = $"update readings set record = set_byte(record, length(record) / 2, get_byte(record, length(record) / 2) # 1) where {RowOf}";
    private const string Replace = $"update readings set record = $4 where {RowOf}";

    private readonly List<ControlResult> _results = [];

    /// <summary>What was planted and found up to now.</summary>
    public IReadOnlyList<ControlResult> Results => _results;

    /// <summary>Runs them on a hospital whose server acknowledges before it commits.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fleet = Fleet.Start(planted, devices, random, ended.Token);
        Account account;
        try
        {
            account = await EarlyAcknowledgementsAsync(fleet, cancellation);
        }
        finally
        {
            await ended.CancelAsync();
        }

        var rows = await SomeRowsAsync(4, cancellation);
        account = await PlantAsync("a doubled row", Double, rows[0], [], account, fleet, (before, after) => after.Doubled == before.Doubled + 1, cancellation);
        account = await PlantAsync("a deleted row", Delete, rows[1], [], account, fleet, (before, after) => after.Lost == before.Lost + 1, cancellation);
        account = await PlantAsync("a record with one bit changed", FlipABit, rows[2], [], account, fleet, (before, after) => after.Wrong == before.Wrong + 1, cancellation);
        var record = await OtherHeartRateAsync(rows[3], cancellation);
        await PlantAsync("a record sealed anew with another heart rate", Replace, rows[3], [record], account, fleet, (before, after) => after.Wrong == before.Wrong + 1, cancellation);
    }

    /// <summary>Enters what another check has found.</summary>
    public void Note(ControlResult result)
    {
        _results.Add(result);
        Report.Line($"control: planted {result.Planted} → {(result.IsFound ? "found" : "NOT FOUND")} ({result.Found})");
    }

    private async Task<Account> EarlyAcknowledgementsAsync(Fleet fleet, CancellationToken cancellation)
    {
        await fleet.LoadAsync(Acknowledgements, cancellation);
        using (FrozenDatabase.Freeze(planted.Data))
        {
            // What is acknowledged from here on cannot be stored; on a busy machine the moment between the two would otherwise be left to chance.
            await fleet.LoadAsync(AcknowledgedEarly, cancellation);
            await Killer.KillAsync(planted, Victim.Both, random, cancellation);
        }

        await planted.RestartAsync(cancellation);
        await fleet.LoadAsync(Acknowledgements, cancellation);
        await fleet.FinishAsync(cancellation);

        // What was acknowledged early is committed a moment later where no kill comes between: an orderly stop waits for it.
        await planted.StopServerAsync(cancellation);
        await planted.RestartAsync(cancellation);
        var account = await Accountant.TakeAsync(planted.Data, fleet.Devices, cancellation);
        Note(new ControlResult("acknowledgement before the commit, and one kill", Told(account), account.Lost > 0));
        return account;
    }

    private async Task<Account> PlantAsync(
        string what, string sql, StoredRow row, byte[][] more, Account before, Fleet fleet, Func<Account, Account, bool> isFound, CancellationToken cancellation)
    {
        await using (var command = planted.Database.CreateCommand(sql))
        {
            object[] values = [row.Key.DeviceNumber, unchecked((long)row.Key.BootId), unchecked((long)row.Key.Counter), .. more];
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            if (await command.ExecuteNonQueryAsync(cancellation) != 1) throw new BenchmarkException($"{what}: it could not be planted.");
        }

        var after = await Accountant.TakeAsync(planted.Data, fleet.Devices, cancellation);
        Note(new ControlResult(what, Told(after with { Lost = after.Lost - before.Lost, Doubled = after.Doubled - before.Doubled, Wrong = after.Wrong - before.Wrong }), isFound(before, after)));
        return after;
    }

    private async Task<List<StoredRow>> SomeRowsAsync(int count, CancellationToken cancellation)
    {
        await using var records = await StoredRecords.OpenAsync(planted.Data, cancellation);
        return await records.NewestAsync(cancellation).Take(count).ToListAsync(cancellation);
    }

    private async Task<byte[]> OtherHeartRateAsync(StoredRow row, CancellationToken cancellation)
    {
        await using var records = await StoredRecords.OpenAsync(planted.Data, cancellation);
        var content = row.Content;
        content.Set((int)Vital.HeartRate, content.Values[(int)Vital.HeartRate] + 1, 0);
        return records.Seal(row.Key, in content);
    }

    private static string Told(Account account) =>
        string.Create(CultureInfo.InvariantCulture, $"lost {account.Lost:N0}, doubled {account.Doubled:N0}, wrong {account.Wrong:N0}");
}
