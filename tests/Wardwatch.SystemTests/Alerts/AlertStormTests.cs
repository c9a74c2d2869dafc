using Npgsql;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>Alerts that begin and end within milliseconds at many patients at once: each is stored and ended, in order and in time.</summary>
public sealed class AlertStormTests
{
    private const int Patients = 24, Each = 60;

    // Not a measure of speed: alerts that wait for the one before them to be tried again were late by minutes.
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alerts_that_begin_and_end_within_milliseconds_are_all_stored_and_ended_and_none_is_refused()
    {
        await using var ward = await DemoWard.StartAsync(Patients, [], Cancellation);
        await Task.WhenAll(Enumerable.Range(0, Patients).Select(_ => StormAsync(ward, ward.TakeDevice())));
        (long All, long Active) counted = default;
        await Poll.UntilAsync(async () => (counted = await CountAsync(ward.Database)) == (Patients * Each, 0), InTime, "all are stored and ended", Cancellation);
        (await ward.MetricAsync("wardwatch_history_companion_failures_total", "", Cancellation)).ShouldBe(0);
        counted.ShouldBe((Patients * Each, 0));
    }

    // Each value raises an alert and ends the one before it; the last one is well. Nobody waits for an acknowledgement before the next.
    private static async Task StormAsync(DemoWard ward, BedsideDevice device)
    {
        await using var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation);
        var began = TimeProvider.System.GetUtcNow().AddSeconds(-30);
        for (var number = 0; number <= Each; number++)
        {
            var value = number == Each ? "7" : number % 2 == 0 ? "22" : "2.5";
            link.Queue(device.Seal(began.AddMilliseconds(number * 100), $"\"glucose\":{value}"), (ushort)(number + 1));
            await link.FlushAsync(Cancellation);
            await Task.Yield();
        }

        for (var number = 0; number <= Each; number++)
        {
            (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        }
    }

    private static async Task<(long All, long Active)> CountAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select count(*), count(*) filter (where ended_at is null) from alerts where type like 'glucose%'");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        await reader.ReadAsync(Cancellation);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
