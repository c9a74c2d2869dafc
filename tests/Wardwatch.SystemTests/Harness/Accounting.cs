using System.Text.Json;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.SystemTests.Harness;

/// <summary>What devices say compared with what the database holds.</summary>
/// <param name="Attempted">Readings that were sent at least once, or meant to be.</param>
/// <param name="Acknowledged">Those with a PUBACK.</param>
/// <param name="Stored">Readings in the database.</param>
/// <param name="Unknown">Sent, not acknowledged, forgotten by their device: each may be stored or not.</param>
/// <param name="Lost">Acknowledged and not in the database.</param>
/// <param name="Doubled">In the database more than once, whether acknowledged or not.</param>
/// <param name="Foreign">In the database, and nobody sent them.</param>
/// <param name="Unreadable">Stored, and not to be had from the history exactly once with the values that were sent.</param>
public sealed record Account(int Attempted, int Acknowledged, int Stored, int Unknown, int Lost, int Doubled, int Foreign, int Unreadable);

/// <summary>Counts by device, boot and counter in the database, and reads every reading back, decrypted, over the API.</summary>
public static class Accounting
{
    private const string CountRows = """
        select device_id, boot_id, counter, count(*) from readings join devices using (device_no)
        where device_id = any($1) group by device_id, boot_id, counter
        """;

    /// <summary>Takes stock. The devices must have ended.</summary>
    public static async Task<Account> TakeAsync(DemoWard ward, IReadOnlyList<LedgerDevice> devices, CancellationToken cancellation)
    {
        var rows = await RowsAsync(ward, devices, cancellation);
        int attempted = 0, acknowledged = 0, lost = 0, unreadable = 0, known = 0;
        foreach (var device in devices)
        {
            var history = await HistoryAsync(ward, device, cancellation);
            foreach (var entry in device.Entries)
            {
                attempted++;
                acknowledged += entry.Acknowledged ? 1 : 0;
                if (!rows.ContainsKey((device.Device.Id, entry.Message.Boot, entry.Message.Counter)))
                {
                    lost += entry.Acknowledged ? 1 : 0;
                    continue;
                }

                known++;
                unreadable += history.GetValueOrDefault(entry.At) is [var found] && IsSame(found, entry) ? 0 : 1;
            }
        }

        return new Account(attempted, acknowledged, rows.Count, attempted - acknowledged, lost, rows.Values.Count(count => count > 1), rows.Count - known, unreadable);
    }

    private static async Task<Dictionary<(string Device, ulong Boot, ulong Counter), long>> RowsAsync(DemoWard ward, IReadOnlyList<LedgerDevice> devices, CancellationToken cancellation)
    {
        await using var command = ward.Database.CreateCommand(CountRows);
        command.Parameters.Add(new() { Value = devices.Select(device => device.Device.Id).ToArray() });
        var rows = new Dictionary<(string, ulong, ulong), long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((reader.GetString(0), unchecked((ulong)reader.GetInt64(1)), unchecked((ulong)reader.GetInt64(2))), reader.GetInt64(3));
        }

        return rows;
    }

    private static async Task<Dictionary<long, List<JsonElement>>> HistoryAsync(DemoWard ward, LedgerDevice device, CancellationToken cancellation)
    {
        var readings = new Dictionary<long, List<JsonElement>>();
        string? after = null;
        do
        {
            var page = await ward.JsonAsync($"/api/patients/{device.Device.Patient}/vitals/history?limit=2000{(after is null ? "" : $"&after={after}")}", cancellation);
            foreach (var item in page.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("device").GetString() == device.Device.Id))
            {
                var at = MeasurementTimes.ToUnixMicroseconds(item.GetProperty("at").GetDateTimeOffset());
                readings.TryAdd(at, []);
                readings[at].Add(item);
            }

            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        return readings;
    }

    private static bool IsSame(JsonElement found, LedgerEntry sent)
    {
        var vitals = found.GetProperty("vitals");
        return IsClose(vitals, "hr", sent.HeartRate) && IsClose(vitals, "spo2", sent.SpO2) && IsClose(vitals, "temp", sent.Temperature);
    }

    private static bool IsClose(JsonElement vitals, string key, double sent) =>
        vitals.TryGetProperty(key, out var value) && Math.Abs(value.GetDouble() - sent) < 1e-6;
}
