using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>
/// The virtual devices of the wards: whichever gateway comes first takes over a round that is due, connects to its own port as a device does, and sends a glucose that raises an
/// alert under every limit that a ward can set, and at the end one that ends it. It waits for no answer but the acknowledgements: whether the alert arrives is said elsewhere.
/// </summary>
internal sealed partial class PathProbe(
    AlertPathStore store, AlertPathDirectory paths, IDeviceDirectory devices, DeviceDoor door, IServerCertificates certificates, IOptions<AlertPathOptions> options, TimeProvider time, ILogger<PathProbe> log)
    : BackgroundService
{
    // Far from what the limit may be set to (3 to 5 mmol/L), its hysteresis included.
    private const double Low = 2;
    private const double Normal = 7;

    private const int MostAtOnce = 16;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ToSettle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(5);

    private readonly ILogger<PathProbe> _log = log;
    private readonly ulong _boot = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly ConcurrentDictionary<int, ulong> _counters = new();

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // At a start the port of the devices is open before screens, the server's own receiver among them, have come back.
        await Task.Delay(ToSettle, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var running = new List<Task>();
        var isAway = false;
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(static round => round.IsCompleted);
            try
            {
                // Only what is due is asked of the database.
                if (door.Address is { } address && running.Count < MostAtOnce && paths.Now.Any(seen => seen.Path.Times.NextAt <= time.GetUtcNow()))
                {
                    running.AddRange((await store.ClaimAsync(MostAtOnce - running.Count, stoppingToken)).Select(round => RunAsync(round, address, stoppingToken)));
                }

                isAway = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is, it is asked again: the path is broken meanwhile, and says so.
                if (!isAway)
                {
                    LogNoRounds(e.Message);
                }

                isAway = true;
            }

            await Task.Delay(Tick, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
    }

    private async Task RunAsync(ClaimedRound round, IPEndPoint address, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.LateSeconds * 0.9), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            await SendAsync(round, address, either.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!stopping.IsCancellationRequested)
            {
                LogNotSent(round.Ward, e is OperationCanceledException ? "It took too long." : e.Message);
            }
        }
    }

    private async Task SendAsync(ClaimedRound round, IPEndPoint address, CancellationToken cancellation)
    {
        var device = await FindAsync(round.DeviceNumber, cancellation);
        await using var link = await ProbeLink.OpenAsync(address, certificates, device.Id, round.Token, cancellation);

        // What an earlier round may have left standing ends first, so that this one raises an alert of its own.
        await PublishAsync(link, round.DeviceNumber, Normal, cancellation);
        await PublishAsync(link, round.DeviceNumber, Low, cancellation);
        try
        {
            while (!paths.Now.Any(seen => seen.Path.TenantId == round.TenantId && seen.Path.Ward == round.Ward && seen.Path.Times.ProvenAt >= round.SentAt))
            {
                await Task.Delay(Look, time, cancellation);
            }
        }
        finally
        {
            using var end = new CancellationTokenSource(ToEnd, time);
            await PublishAsync(link, round.DeviceNumber, Normal, end.Token);
            await link.CloseAsync(end.Token);
        }
    }

    private async Task PublishAsync(ProbeLink link, int number, double glucose, CancellationToken cancellation)
    {
        var now = time.Microseconds();
        var device = devices.Find(number) ?? throw new IOException("The virtual device is not there any more.");
        var binding = device.BindingAt(now) ?? throw new IOException("The virtual device is bound to nobody.");
        var key = device.Keys.LastOrDefault(key => key.IsInForceAt(now)) ?? throw new IOException("The virtual device has no key.");
        var payload = new VitalsPayload { MeasuredAt = now };
        payload.Set(VitalKind.Glucose, glucose);
        var plain = new byte[VitalsWriter.MaxBytes];
        var length = VitalsWriter.Write(payload, plain);
        var envelope = new byte[length + Envelope.Overhead];
        var counter = _counters.AddOrUpdate(number, 1UL, static (_, last) => last + 1);
        Envelope.Seal(key.Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, key.KeyId, _boot, counter), binding.VitalsTopic, plain.AsSpan(0, length), envelope);
        await link.PublishAsync(binding.VitalsTopic, envelope, cancellation);
    }

    // A device that was registered a moment ago may be unknown here yet.
    private async Task<DeviceEntry> FindAsync(int number, CancellationToken cancellation)
    {
        while (true)
        {
            if (devices.Find(number) is { } device)
            {
                return device;
            }

            await Task.Delay(Look, time, cancellation);
        }
    }

    [LoggerMessage(8451, LogLevel.Warning, "Whether a test of the alert path is due cannot be asked at the moment: {Reason}")]
    private partial void LogNoRounds(string reason);

    [LoggerMessage(8452, LogLevel.Warning, "A test of the alert path of ward {Ward} was not carried to its end: {Reason}")]
    private partial void LogNotSent(string ward, string reason);
}
