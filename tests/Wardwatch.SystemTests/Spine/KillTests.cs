using System.Security.Cryptography;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>
/// PUBACK means durable: the server and its PostgreSQL are killed under load, and the devices' ledgers are compared with the database. What was acknowledged is
/// there once; what was sent and not acknowledged is unknown, and at most there once.
/// </summary>
/// <remarks>
/// Seen to fail: with the committer completing each group before its transaction instead of after it, the first test printed
/// <c>seed 1565022416: Account { Attempted = 6472, Acknowledged = 6303, Stored = 6015, Unknown = 169, Lost = 288, Doubled = 0, Foreign = 0, Unreadable = 0 }</c>.
/// WARDWATCH_SEED repeats a run's choices, though not its scheduling.
/// </remarks>
public sealed class KillTests
{
    private const int Devices = 6;
    private const int KillSignal = 9;
    private const int StopSignal = 19;
    private static readonly TimeSpan LoadWithin = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private enum Victim
    {
        Server,
        Database,
        Both,
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_however_often_server_and_database_are_killed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WARDWATCH_SEED"), out var given) ? given : RandomNumberGenerator.GetInt32(int.MaxValue);
        var random = new Random(seed);
        await using var ward = await DemoWard.StartAsync(Devices, [], Cancellation);
        var devices = ward.Devices.Take(Devices).Select((device, index) => new LedgerDevice(
            device, index % 2 == 0 ? MqttVersion.V500 : MqttVersion.V311, cancellation => DeviceLink.DialAsync(ward.Server, certificate: null, cancellation),
            random.Next(), mayForget: index % 3 == 0)).ToArray();
        var running = devices.Select(device => device.RunAsync(Cancellation)).ToArray();

        foreach (var victim in new[] { Victim.Server, Victim.Server, Victim.Database, Victim.Server, Victim.Both, Victim.Server })
        {
            await LoadAsync(devices, random);
            await KillAsync(ward.Server, victim);
        }

        await LoadAsync(devices, random);
        Array.ForEach(devices, device => device.Finish());
        await Task.WhenAll(running).WaitAsync(LoadWithin, Cancellation);

        var account = await Accounting.TakeAsync(ward, devices, Cancellation);
        var told = $"seed {seed}: {account}, {devices.Sum(device => device.Disconnections)} lost connections";
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        account.Lost.ShouldBe(0, told);
        account.Doubled.ShouldBe(0, told);
        account.Foreign.ShouldBe(0, told);
        account.Unreadable.ShouldBe(0, told);
        account.Acknowledged.ShouldBeGreaterThan(500, told);
        devices.Sum(device => device.OutOfOrder).ShouldBe(0, told);
        devices.Sum(device => device.Refused).ShouldBe(0, told);
    }

    /// <summary>Waits for traffic, then until a moment that nobody chose.</summary>
    private static async Task LoadAsync(LedgerDevice[] devices, Random random)
    {
        var before = devices.Sum(device => device.Acknowledged);
        await Poll.UntilAsync(() => Task.FromResult(devices.Sum(device => device.Acknowledged) > before + 100), LoadWithin, "readings are acknowledged", Cancellation);
        await Task.Delay(random.Next(400), Cancellation);
    }

    private static async Task KillAsync(ServerProcess server, Victim victim)
    {
        if (victim != Victim.Server)
        {
            ServerProcess.Signal(PostgresProcesses.Postmaster(server.Data).ShouldNotBeNull(), KillSignal);
        }

        if (victim != Victim.Database)
        {
            await server.KillAsync(Cancellation);
            await server.StartAsync(Cancellation);
        }
    }

    [Fact]
    public async Task The_accounting_finds_what_an_early_acknowledgement_loses_and_what_is_doubled()
    {
        const int acknowledgedEarly = 40;
        await using var ward = await DemoWard.StartAsync(1, [], Cancellation);
        await using var proxy = new EarlyAcknowledger(ward.Server);
        var device = new LedgerDevice(ward.Devices[0], MqttVersion.V311, proxy.DialAsync, seed: 1, mayForget: false);
        var running = device.RunAsync(Cancellation);
        await Poll.UntilAsync(() => Task.FromResult(device.Acknowledged > 100), LoadWithin, "readings are acknowledged", Cancellation);

        // From here on the server takes nothing more, and the proxy goes on acknowledging.
        ServerProcess.Signal(ward.Server.Id, StopSignal);
        var before = device.Acknowledged;
        await Poll.UntilAsync(() => Task.FromResult(device.Acknowledged > before + acknowledgedEarly), LoadWithin, "early acknowledgements", Cancellation);
        await ward.Server.KillAsync(Cancellation);
        await ward.Server.StartAsync(Cancellation);
        device.Finish();
        await running.WaitAsync(LoadWithin, Cancellation);

        var account = await Accounting.TakeAsync(ward, [device], Cancellation);
        account.Lost.ShouldBeGreaterThanOrEqualTo(acknowledgedEarly, account.ToString());
        account.Doubled.ShouldBe(0, account.ToString());

        // The unique index stands on each day's partition: a row can be doubled by hand on another day, and lies there under a seal that does not open.
        await ward.ExecuteAsync(
            """
            insert into readings select tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag,
                measured_at - interval '1 day', received_at, record from readings order by counter limit 3
            """,
            Cancellation);
        (await Accounting.TakeAsync(ward, [device], Cancellation)).Doubled.ShouldBe(3);
    }
}
