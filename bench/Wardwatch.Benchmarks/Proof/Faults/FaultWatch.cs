using System.Net.Http.Json;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Proof.Faults;

/// <summary>What was seen from outside while a fault lasted.</summary>
internal sealed record FaultSightings
{
    /// <summary>What the screens' interface said of storage, and after how many seconds first.</summary>
    public Dictionary<string, double> StorageSaid { get; init; } = new(StringComparer.Ordinal);

    /// <summary>After how many seconds <c>/health/ready</c> first said no; null: never.</summary>
    public double? NotReadyAfterSeconds { get; set; }

    /// <summary>Questions that <c>/health/live</c> did not answer with yes.</summary>
    public int NotAlive { get; set; }

    /// <summary>PINGREQs of a device whose readings wait for their acknowledgement.</summary>
    public int Pings { get; set; }

    /// <summary>How many of them were answered.</summary>
    public int PingsAnswered { get; set; }

    /// <summary>The longest wait for an answer.</summary>
    public double LongestPingMilliseconds { get; set; }

    /// <summary>How often the screens' interface was asked for a number.</summary>
    public int LiveAsked { get; set; }

    /// <summary>How often it had the device's newest one, at the latest half a second after the device had sent it.</summary>
    public int LiveNewest { get; set; }

    /// <summary>How often it gave an age that is too small, or called something fresh that is not: must be 0.</summary>
    public int LiveFalse { get; set; }

    /// <summary>Requests that failed or took too long: five seconds for the screens, twelve for health.</summary>
    public int RequestsFailed { get; init; }
}

/// <summary>A bystander during a fault: a device that sends a reading and a ping a second, and a screen that asks what is shown and what health says.</summary>
internal sealed class FaultWatch(HospitalUnderTest hospital, HttpClient client, Publisher device)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShownWithin = TimeSpan.FromMilliseconds(500); // at once on a quiet machine
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HealthWithin = TimeSpan.FromSeconds(12); // the check of the database has five, and PostgreSQL's client five to give up

    private readonly FaultSightings _seen = new();
    private int _step;
    private int _requestsFailed;

    /// <summary>Watches for a time.</summary>
    public async Task<FaultSightings> RunAsync(TimeSpan duration, CancellationToken cancellation)
    {
        // Health is asked apart from the rest: while the database hangs, its answer may take as long as it is given.
        await Task.WhenAll(RepeatAsync(duration, AskNumbersAsync, cancellation), RepeatAsync(duration, AskHealthAsync, cancellation));
        return _seen with { RequestsFailed = _requestsFailed };
    }

    private static async Task RepeatAsync(TimeSpan duration, Func<long, CancellationToken, Task> ask, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Between);
        do
        {
            await ask(began, cancellation);
            await timer.WaitForNextTickAsync(cancellation);
        }
        while (TimeProvider.System.GetElapsedTime(began) < duration);
    }

    /// <summary>What the screens' interface says of storage; null if it does not answer.</summary>
    public async Task<string?> StorageAsync(CancellationToken cancellation) =>
        (await GetAsync("/api/dashboard-data", cancellation))?.GetProperty("storage").GetProperty("state").GetString();

    /// <summary>True if <c>/health/ready</c> says yes.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation) => await SaysYesAsync("/health/ready", cancellation) == true;

    private DateTimeOffset Send()
    {
        var now = TimeProvider.System.GetUtcNow();
        device.Append(PlausibleVitals.At(MeasurementTimes.ToUnixMicroseconds(now), _step++));
        device.Flush();
        return now;
    }

    private async Task PingAsync(CancellationToken cancellation)
    {
        var asked = TimeProvider.System.GetTimestamp();
        _seen.Pings++;
        if (!await device.PingAsync(AnswerWithin, cancellation)) return;
        _seen.PingsAnswered++;
        _seen.LongestPingMilliseconds = Math.Max(_seen.LongestPingMilliseconds, TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds);
    }

    private static double SecondsSince(long began) => TimeProvider.System.GetElapsedTime(began).TotalSeconds;

    private async Task AskNumbersAsync(long began, CancellationToken cancellation)
    {
        var sent = Send();
        await PingAsync(cancellation);
        _seen.LiveAsked++;
        for (var patience = TimeProvider.System.GetTimestamp(); ;)
        {
            var asked = TimeProvider.System.GetUtcNow();
            if (await GetAsync("/api/dashboard-data", cancellation) is not { } screen) return;
            _seen.StorageSaid.TryAdd(screen.GetProperty("storage").GetProperty("state").GetString()!, SecondsSince(began));
            if (ShowsNewest(screen, sent, asked))
            {
                _seen.LiveNewest++;
                return;
            }

            if (SecondsSince(patience) > ShownWithin.TotalSeconds) return;
            await Task.Delay(BetweenLooks, cancellation);
        }
    }

    private async Task AskHealthAsync(long began, CancellationToken cancellation)
    {
        if (await SaysYesAsync("/health/ready", cancellation) == false) _seen.NotReadyAfterSeconds ??= SecondsSince(began);
        if (await SaysYesAsync("/health/live", cancellation) != true) _seen.NotAlive++;
    }

    // The reading was sent before the ping, and the ping was answered: it has been read, and its lane shows it as soon as it gets a processor.
    private bool ShowsNewest(JsonElement screen, DateTimeOffset sent, DateTimeOffset asked)
    {
        var patient = screen.GetProperty("patients").EnumerateArray().First(patient => patient.GetProperty("id").GetString() == device.PatientId);
        if (!patient.GetProperty("vitals").TryGetProperty("hr", out var shown)) return false;
        var (at, age) = (shown.GetProperty("at").GetDateTimeOffset(), shown.GetProperty("ageSeconds").GetDouble());
        if (age < (asked - at).TotalSeconds - 0.01 || (age > 30 && shown.GetProperty("state").GetString() == "live")) _seen.LiveFalse++;
        return (sent - at).TotalMilliseconds < 1;
    }

    private async Task<JsonElement?> GetAsync(string address, CancellationToken cancellation)
    {
        try
        {
            return await client.GetFromJsonAsync<JsonElement>(address, cancellation).WaitAsync(AnswerWithin, cancellation);
        }
        catch (Exception problem) when (problem is HttpRequestException or TimeoutException)
        {
            Interlocked.Increment(ref _requestsFailed);
            return null;
        }
    }

    private async Task<bool?> SaysYesAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(hospital.HttpAddress, path), cancellation).WaitAsync(HealthWithin, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception problem) when (problem is HttpRequestException or TimeoutException)
        {
            Interlocked.Increment(ref _requestsFailed);
            return null;
        }
    }
}
