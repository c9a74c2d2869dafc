using System.Net.Http.Json;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>Whether a started server shows what the database holds. Nothing may be sent meanwhile.</summary>
internal static class LiveAgreement
{
    /// <summary>Compares each patient's latest values, as the interface gives them, with the newest stored reading.</summary>
    /// <returns>How many patients were compared, and what does not agree: a sentence each.</returns>
    public static async Task<(int Patients, List<string> Faults)> CheckAsync(HospitalUnderTest hospital, CancellationToken cancellation)
    {
        var (patients, faults) = (0, new List<string>());
        using var client = await hospital.OpenClientAsync(cancellation);
        await using var records = await StoredRecords.OpenAsync(hospital.Data, cancellation);
        await foreach (var row in records.NewestAsync(cancellation))
        {
            patients++;
            var asked = TimeProvider.System.GetUtcNow();
            var latest = await client.GetFromJsonAsync<JsonElement>($"/api/patients/{row.Patient}/vitals/latest", cancellation);
            if (Compare(in row, latest, asked) is { } fault) faults.Add($"{row.Patient}: {fault}");
        }

        return (patients, faults);
    }

    private static string? Compare(in StoredRow row, JsonElement latest, DateTimeOffset asked)
    {
        var vitals = latest.GetProperty("vitals");
        foreach (var definition in VitalCatalogue.All)
        {
            if (!row.Content.Has((int)definition.Vital)) continue;
            if (!vitals.TryGetProperty(definition.WireKey, out var shown)) return $"{definition.WireKey} is stored and not shown";
            var (value, at, age) = (shown.GetProperty("value").GetDouble(), shown.GetProperty("at").GetDateTimeOffset(), shown.GetProperty("ageSeconds").GetDouble());
            if (Math.Abs(value - row.Content.Values[(int)definition.Vital]) > 1e-3) return $"{definition.WireKey} shows {value} where {row.Content.Values[(int)definition.Vital]} is stored";
            if (Math.Abs((at - UnixTime.ToDateTimeOffset(row.Key.MeasuredAt)).TotalMilliseconds) > 1) return $"{definition.WireKey} is said to be of {at:O}";

            // An age that is too small would show an old number as a fresh one; both clocks are this machine's.
            if (age < (asked - at).TotalSeconds - 0.01) return $"{definition.WireKey} is said to be {age} s old and is {(asked - at).TotalSeconds}";
            if (age > definition.Ages.StaleAfterSeconds && shown.GetProperty("state").GetString() is "live" or "delayed") return $"{definition.WireKey} is shown as fresh at {age} s";
        }

        return null;
    }
}
