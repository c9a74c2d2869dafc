using Npgsql;
using Shouldly;
using Wardwatch.Benchmarks.Proof;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Cluster;

/// <summary>What the way from a gateway to the lanes promises, whichever it is: what was acknowledged is stored, once, and in the order in which it was sent.</summary>
public abstract class EnvelopeQueueSuite : IAsyncDisposable
{
    protected static readonly TimeSpan Soon = Poll.Patience;

    private readonly CancellationTokenSource _ended = new();
    private readonly List<ProofDevice> _devices = [];
    private readonly List<Task> _running = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The hospital.</summary>
    protected abstract IWard Ward { get; }

    private protected IReadOnlyList<ProofDevice> Fleet => _devices;

    protected int Acknowledged => _devices.Sum(device => device.Acknowledged);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _ended.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    [Fact]
    public async Task What_was_acknowledged_is_stored_once_and_in_its_order()
    {
        StartDevices(8);
        await AcknowledgedAsync(600);
        await FinishAsync();
        (await LateAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_cannot_be_believed_is_set_aside_and_what_follows_is_stored()
    {
        var device = TakeDevice();
        await using var link = new DeviceLink(await Ward.Gateway.DialAsync(Cancellation), MqttVersion.V311);
        (await link.ConnectAsync(device.Id, device.Token, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        var wrong = device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":61");
        wrong.Envelope[^1] ^= 1;
        var right = device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":62");
        (await link.PublishAsync(wrong, 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await link.PublishAsync(right, 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        // The same bytes again, as a device sends them that has not heard of the first.
        (await link.PublishAsync(right, 3, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        await Poll.UntilAsync(async () => await RowsAsync(device, right) == 1, Soon, "the right one is stored", Cancellation);
        await Poll.UntilAsync(async () => await ScalarAsync("select count(*) from dead_letters l join devices d using (device_no) where d.device_id = $1 and l.reason = 'wrong-tag'", device.Id) == 1, Soon, "the wrong one is set aside", Cancellation);
        (await RowsAsync(device, wrong)).ShouldBe(0);
        (await RowsAsync(device, right)).ShouldBe(1);
    }

    /// <summary>Starts good devices that keep books.</summary>
    protected void StartDevices(int count, int window = 48)
    {
        var address = Ward.Gateway;
        var added = Ward.Devices.Skip(Ward.Taken).Take(count).Select((credentials, index) =>
            new ProofDevice(credentials, address.DialAsync, new DeviceHabits(index % 2 == 0 ? MqttVersion.V500 : MqttVersion.V311, Seed: index, MayForget: false, window, MostPerTick: 2))).ToList();
        Ward.Taken += count;
        _devices.AddRange(added);
        _running.AddRange(added.Select(device => device.RunAsync(_ended.Token)));
    }

    /// <summary>A device that no other test has.</summary>
    protected BedsideDevice TakeDevice() => BedsideDevice.ReadAll(Ward.Data)[Ward.Taken++];

    protected Task AcknowledgedAsync(int more)
    {
        var wanted = Acknowledged + more;
        return Poll.UntilAsync(() => Task.FromResult(Acknowledged >= wanted), Soon, $"{more} more readings are acknowledged", Cancellation);
    }

    /// <summary>Lets the devices end, waits until what they were promised is stored, and compares.</summary>
    protected async Task FinishAsync()
    {
        foreach (var device in _devices)
        {
            device.Finish();
        }

        await Task.WhenAll(_running).WaitAsync(Soon, Cancellation);
        await Poll.UntilAsync(async () => await StoredAsync() >= Acknowledged, Soon, "what was acknowledged is stored", Cancellation);
        var account = await Accountant.TakeAsync(Ward.Data, _devices, Cancellation);
        account.IsClean.ShouldBeTrue($"{account}");
        account.Acknowledged.ShouldBe(Acknowledged);
    }

    protected async Task<long> LateAsync() => await ScalarAsync("select count(*) from readings where boot_id = any($1) and flags & 1 = 1", Boots());

    protected async Task<long> StoredAsync() => await ScalarAsync("select count(*) from readings where boot_id = any($1)", Boots());

    protected async Task<long> ScalarAsync(string sql, params object[] values)
    {
        await using var command = Ward.Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private Task<long> RowsAsync(BedsideDevice device, SealedMessage message) =>
        ScalarAsync("select count(*) from readings r join devices d using (device_no) where d.device_id = $1 and r.boot_id = $2 and r.counter = $3", device.Id, unchecked((long)message.Boot), unchecked((long)message.Counter));

    private long[] Boots() => [.. _devices.SelectMany(device => device.Boots).Select(boot => unchecked((long)boot.Boot))];
}

/// <summary>The promises within one process.</summary>
public sealed class InProcessQueueTests(OneProcessWard ward) : EnvelopeQueueSuite, IClassFixture<OneProcessWard>
{
    protected override IWard Ward => ward;
}
