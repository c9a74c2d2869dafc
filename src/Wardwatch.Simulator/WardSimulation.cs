using System.Security.Cryptography;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;
using Wardwatch.Simulator.Staff;

namespace Wardwatch.Simulator;

/// <summary>Runs a planned ward: one connection per device, a few pacers, a status line every ten seconds, and an orderly end.</summary>
internal sealed class WardSimulation(SimulatorOptions options, TimeProvider time, StatusWriter status)
{
    private const int HandshakesAtOnce = 48;
    private const int DevicesPerPacer = 4_000;
    private static readonly TimeSpan RefusedPatience = TimeSpan.FromSeconds(15);

    /// <summary>Runs until cancelled or the duration is over.</summary>
    /// <exception cref="SimulatorException">The input, the credentials or the server cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var plan = WardBuilder.Build(options);
        var address = new ServerAddress(options.Host, options.Port, ServerAddress.ReadAuthorities(Path.Combine(options.DataFolder, "ca.pem")));
        foreach (var note in plan.Notes) status.Note(note);
        await address.ProbeAsync(options.Patience, time, cancellation);

        using var ledger = options.Ledger is { } path ? new AcknowledgementLedger(path) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.Duration is { } duration) stop.CancelAfter(duration);
        var statistics = new DeviceStatistics();
        using var handshakes = new SemaphoreSlim(HandshakesAtOnce);
        var devices = plan.Beds.Select((bed, index) => Device(bed, index, address, handshakes, statistics, ledger)).ToList();
        status.Started(devices.Count, options);

        // The pacers stop first, so that what they made can still be acknowledged while the connections take their leave.
        var connections = devices.Select(device => device.Connection.RunAsync(stop.Token)).ToList();
        var pacers = devices.Chunk(DevicesPerPacer).Select(part => new DevicePacer(part, options.Interval, options.Speed, statistics, time).RunAsync(stop.Token)).ToList();
        using var hospital = options.Staff is { } server ? new HospitalApi(server, options.DataFolder) : null;
        var staff = hospital is null ? Task.CompletedTask : AnswerAsync(hospital, plan, stop);
        var refusal = await ReportAsync(statistics, stop);
        await staff;
        await Task.WhenAll(pacers);
        await Task.WhenAll(connections);
        status.Summary(statistics, devices.Sum(device => (long)device.Connection.UnacknowledgedCount));
        if (refusal is not null) throw refusal;
    }

    // Where staff cannot be, nobody should wait for them.
    private async Task AnswerAsync(HospitalApi hospital, WardPlan plan, CancellationTokenSource stop)
    {
        List<StoriedPatient> storied = [.. plan.Beds.SelectMany(bed => bed.Stories.Select(story => new StoriedPatient(bed.Device.PatientId, story.Story.Name, story.OnsetSeconds / options.Speed)))];
        try
        {
            await new ScriptedStaff(hospital, options.Staff!, storied, StaffPace.Usual, status, time).RunAsync(stop.Token);
        }
        catch (SimulatorException)
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private SimulatedDevice Device(PlannedBed bed, int index, ServerAddress address, SemaphoreSlim handshakes, DeviceStatistics statistics, AcknowledgementLedger? ledger)
    {
        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(drawn);
        var sealer = new MessageSealer(bed.Device, BitConverter.ToUInt64(drawn), options.Version);
        var connectionOptions = new ConnectionOptions { Version = options.Version, Window = options.InFlight, OfflineLimit = Math.Max(options.OfflineLimit, options.InFlight + 1) };
        Action<OutgoingMessage, MqttReason>? answered = ledger is null ? null : (message, reason) => ledger.Note(bed.Device.Device, sealer.BootId, message.Counter, reason);
        var connection = new DeviceConnection(bed.Device, address.DialAsync, connectionOptions, handshakes, statistics, time, index, answered);

        // A ledger is about readings.
        return new SimulatedDevice(bed.Patient, sealer, connection, bed.Faults, statistics, ledger is null ? bed.Battery : null);
    }

    // A line every ten seconds until the end; ends by itself where the server refuses every device.
    private async Task<SimulatorException?> ReportAsync(DeviceStatistics statistics, CancellationTokenSource stop)
    {
        var begin = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                status.Line(statistics);
                if (statistics.ConnectionsOpened > 0 || statistics.ConnectRefused.Count == 0 || time.GetElapsedTime(begin) < RefusedPatience) continue;
                await stop.CancelAsync();
                var reasons = string.Join(", ", statistics.ConnectRefused.Select(refused => refused.Reason));
                return new SimulatorException(ExitCode.Refused, $"The server refuses every device ({reasons}). Do the keys in {options.DataFolder} belong to this server?");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end was asked for.
        }

        return null;
    }
}
