using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Benchmarks.Proof;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>The database hangs, refuses a row, goes away; the server is told to stop. Live goes on, and nothing is acknowledged that is not stored.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = Poll.Patience;

    private DemoWard _ward = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync() =>
        _ward = await DemoWard.StartAsync(8, new(StringComparer.Ordinal) { ["Wardwatch__History__CommandTimeoutSeconds"] = "6" }, Cancellation);

    public async ValueTask DisposeAsync() => await _ward.DisposeAsync();

    /// <summary>One server for all of it, in this order: starting one costs more than the faults themselves.</summary>
    [Fact]
    public async Task Storage_fails_in_each_way_and_the_server_goes_on()
    {
        await A_row_that_the_database_refuses_is_set_aside_alone(MqttVersion.V500);
        await A_row_that_the_database_refuses_is_set_aside_alone(MqttVersion.V311);
        await While_the_database_hangs_live_goes_on_and_nothing_is_acknowledged();
        await A_connection_whose_commits_could_be_lost_is_not_written_to();
        await After_an_orderly_stop_under_load_everything_acknowledged_is_there_and_memory_is_as_before();
    }

    private async Task A_row_that_the_database_refuses_is_set_aside_alone(MqttVersion version)
    {
        const int count = 40;
        var device = _ward.TakeDevice();
        device.Counter = 7760;
        await _ward.ExecuteAsync("alter table readings add constraint refused_by_test check (counter <> 7777) not valid", Cancellation);
        var messages = Enumerable.Range(0, count).Select(i => device.Seal(Now, $"\"hr\":{60 + i}")).ToArray();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, version, Cancellation);
        for (var i = 0; i < count; i++)
        {
            link.Queue(messages[i], (ushort)(i + 1));
        }

        await link.FlushAsync(Cancellation);
        foreach (var message in messages)
        {
            var refused = message.Counter == 7777;
            var answer = (await link.ReadAsync(Cancellation)).ShouldNotBeNull();
            answer.PacketId.ShouldBe((ushort)(message.Counter - 7760));
            answer.Reason.ShouldBe(refused && version == MqttVersion.V500 ? MqttReason.UnspecifiedError : MqttReason.Success);
            (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(refused ? 0 : 1);
        }

        (await _ward.DeadLettersAsync(device, "not-storable", Cancellation)).ShouldBe(1);
        await _ward.ExecuteAsync("alter table readings drop constraint refused_by_test", Cancellation);
    }

    /// <summary>A setting of the role reaches only connections that are opened after it: the committer's new ones, but not those that the health check has.</summary>
    private async Task A_connection_whose_commits_could_be_lost_is_not_written_to()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        await AsSuperuserAsync("alter role wardwatch_service set synchronous_commit = off");
        await AsSuperuserAsync("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wardwatch_service'");
        link.Queue(device.Seal(Now, "\"hr\":61"), 1);
        await link.FlushAsync(Cancellation);
        var answer = link.ReadAsync(Cancellation);
        await Poll.UntilAsync(async () => await StorageAsync() == "away", Soon, "storage said to be away", Cancellation);
        answer.IsCompleted.ShouldBeFalse();
        await AsSuperuserAsync("alter role wardwatch_service reset synchronous_commit");
        (await answer).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
    }

    // The server's roles are the superuser's to change, not the owner's of the tables.
    private async Task AsSuperuserAsync(string statement)
    {
        var connection = new NpgsqlConnectionStringBuilder(ServerProcess.PrivateConnectionString(_ward.Server.Data)) { Username = "postgres", Pooling = false };
        await using var superuser = NpgsqlDataSource.Create(connection);
        await using var command = superuser.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task While_the_database_hangs_live_goes_on_and_nothing_is_acknowledged()
    {
        var device = _ward.TakeDevice();
        var address = $"/ws/vitals?patient={device.Patient}";
        using var socket = await VitalsListener.OpenAsync(_ward.Server, address, _ward.Token, Cancellation);
        using var events = await EventListener.OpenAsync(_ward.Client, "", lastEventId: null, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":60"), 1, Cancellation)).ShouldNotBeNull();
        var process = _ward.Server.Id;
        (await StorageAsync()).ShouldBe("stored");

        var hung = FrozenDatabase.Freeze(_ward.Server.Data);
        var messages = new List<SealedMessage>();
        string lastEvent;
        try
        {
            for (var i = 0; i < 20; i++)
            {
                messages.Add(device.Seal(Now, $"\"hr\":{80 + i}"));
                link.Queue(messages[^1], (ushort)(i + 2));
            }

            await link.FlushAsync(Cancellation);
            var answer = link.ReadAsync(Cancellation);
            await HearAsync(socket, 99);

            var began = Stopwatch.GetTimestamp();
            void Tell(string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{what} {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the last reading");
            var delayed = await events.NextAsync(item => item.Name == "storage", Cancellation);
            delayed.Data.GetProperty("state").GetString().ShouldBe("delayed");
            Tell("delayed");
            (await StorageAsync()).ShouldBe("delayed");
            var away = await events.NextAsync(item => item.Name == "storage", Cancellation);
            away.Data.GetProperty("state").GetString().ShouldBe("away");
            Tell("away");
            lastEvent = away.Id.ShouldNotBeNull();
            (await StorageAsync()).ShouldBe("away");
            await Poll.UntilAsync(async () => !await IsReadyAsync(), Soon, "not ready while nothing is stored", Cancellation);
            Tell("not ready");
            (await IsAliveAsync()).ShouldBeTrue();
            await HistoryShouldBeAwayAsync(device);
            Tell("history refused");
            answer.IsCompleted.ShouldBeFalse();

            // Still live, after all of that, for whoever comes now as well.
            using var newcomer = await VitalsListener.OpenAsync(_ward.Server, address, _ward.Token, Cancellation);
            var more = device.Seal(Now, "\"hr\":150");
            messages.Add(more);
            link.Queue(more, 22);
            await link.FlushAsync(Cancellation);
            await HearAsync(newcomer, 150);
            answer.IsCompleted.ShouldBeFalse();

            hung.Dispose();
            (await answer).ShouldNotBeNull().PacketId.ShouldBe((ushort)2);
        }
        finally
        {
            hung.Dispose();
        }

        for (ushort id = 3; id <= 22; id++)
        {
            (await link.ReadAsync(Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
                answer => answer.PacketId.ShouldBe(id), answer => answer.Reason.ShouldBe(MqttReason.Success));
        }

        foreach (var message in messages)
        {
            (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
        }

        (await events.NextAsync(item => item.Name == "storage", Cancellation)).Data.GetProperty("state").GetString().ShouldBe("stored");
        using var resumed = await EventListener.OpenAsync(_ward.Client, "", lastEvent, Cancellation);
        (await resumed.NextAsync(item => item.Name == "storage", Cancellation)).Data.GetProperty("state").GetString().ShouldBe("stored");
        await Poll.UntilAsync(IsReadyAsync, Soon, "ready again", Cancellation);
        _ward.Server.Id.ShouldBe(process);
    }

    private async Task After_an_orderly_stop_under_load_everything_acknowledged_is_there_and_memory_is_as_before()
    {
        var devices = new[] { MqttVersion.V500, MqttVersion.V311, MqttVersion.V500 }.Select((version, index) => new ProofDevice(
            _ward.TakeDevice().Credentials, cancellation => DeviceLink.DialAsync(_ward.Server, certificate: null, cancellation),
            new DeviceHabits(version, Seed: index, MayForget: false))).ToArray();
        var idle = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, idle, MqttVersion.V500, Cancellation);
        for (ushort i = 1; i <= 120; i++)
        {
            link.Queue(idle.Seal(Now, $"\"hr\":{40 + i}"), i);
        }

        await link.FlushAsync(Cancellation);
        for (var i = 0; i < 120; i++)
        {
            (await link.ReadAsync(Cancellation)).ShouldNotBeNull().Type.ShouldBe(MqttPacketType.PubAck);
        }

        var before = await RecentAsync(idle);
        before.Length.ShouldBe(100);
        var running = devices.Select(device => device.RunAsync(Cancellation)).ToArray();
        await Poll.UntilAsync(() => Task.FromResult(devices.All(device => device.Acknowledged > 100)), Soon, "load", Cancellation);

        (await _ward.Server.TerminateAsync(Cancellation)).ShouldBe(0);
        (await link.ReadAsync(Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            goodbye => goodbye.Type.ShouldBe(MqttPacketType.Disconnect), goodbye => goodbye.Reason.ShouldBe(MqttReason.ServerShuttingDown));
        (await link.ReadAsync(Cancellation)).ShouldBeNull();

        await _ward.Server.StartAsync(Cancellation);
        Array.ForEach(devices, device => device.Finish());
        await Task.WhenAll(running).WaitAsync(Soon, Cancellation);
        await _ward.SignInAsync(Cancellation);
        devices.Where(device => device.Goodbyes.Count > 0).ShouldAllBe(device => device.Goodbyes[0] == MqttReason.ServerShuttingDown);
        devices.Count(device => device.Goodbyes.Count > 0).ShouldBe(2);
        var account = await Accountant.TakeAsync(_ward.Server.Data, devices, Cancellation);
        account.IsClean.ShouldBeTrue(account.ToString());
        account.Unknown.ShouldBe(0);
        (await RecentAsync(idle)).ShouldBe(before);
    }

    private async Task<string[]> RecentAsync(BedsideDevice device)
    {
        var latest = await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation);
        return [.. latest.GetProperty("recent").EnumerateArray().Select(item => item.GetRawText())];
    }

    private static async Task HearAsync(VitalsListener socket, double heartRate)
    {
        JsonElement frame;
        do
        {
            frame = await socket.NextAsync(Cancellation);
        }
        while (!frame.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().Equals(heartRate));
    }

    private async Task<string> StorageAsync() =>
        (await _ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("storage").GetProperty("state").GetString()!;

    private async Task<bool> IsReadyAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Poll.Patience);
        try
        {
            using var answer = await _ward.Client.GetAsync("/health/ready", deadline.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (OperationCanceledException late) when (!Cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("/health/ready does not answer while the database hangs.", late);
        }
    }

    private async Task<bool> IsAliveAsync()
    {
        using var answer = await _ward.Client.GetAsync("/health/live", Cancellation);
        return answer.IsSuccessStatusCode;
    }

    private async Task HistoryShouldBeAwayAsync(BedsideDevice device)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Poll.Patience);
        using var answer = await _ward.Client.GetAsync($"/api/patients/{device.Patient}/vitals/history", deadline.Token);
        ((int)answer.StatusCode).ShouldBe(503);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("urn:wardwatch:history-away");
    }
}
