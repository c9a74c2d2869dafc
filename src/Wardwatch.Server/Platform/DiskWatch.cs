using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Platform;

/// <summary>
/// Speaks up while there is still room on the disk of the data folder, since a full disk stops every commit: in the log when room becomes scarce and when it is there again, in the
/// health checks meanwhile. A PostgreSQL of somebody else's has a disk of its own, of which this process knows nothing.
/// </summary>
internal sealed partial class DiskWatch : BackgroundService, IHealthCheck
{
    private const long Megabyte = 1024 * 1024;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(30);

    private readonly Func<long> _free;
    private readonly long _wanted;
    private readonly TimeProvider _time;
    private readonly ILogger<DiskWatch> _log;
    private bool _scarce;

    public DiskWatch(DataFolder data, IOptions<PlatformOptions> options, IMeterFactory meters, TimeProvider time, ILogger<DiskWatch> log)
        : this(() => new DriveInfo(data.Root).AvailableFreeSpace, options.Value.FreeDiskMegabytes * Megabyte, meters, time, log)
    {
    }

    /// <param name="free">The bytes that are left.</param>
    /// <param name="wanted">Fewer are scarce.</param>
    /// <param name="meters">Of the process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Its log.</param>
    internal DiskWatch(Func<long> free, long wanted, IMeterFactory meters, TimeProvider time, ILogger<DiskWatch> log)
    {
        (_free, _wanted, _time, _log) = (free, wanted, time, log);
        meters.Create("Wardwatch.Platform").CreateObservableGauge(
            "wardwatch.disk.free", () => Free() is { } left ? [new Measurement<long>(left)] : Array.Empty<Measurement<long>>(), "By", "Room on the disk of the data folder");
    }

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        Free() is not { } left ? HealthCheckResult.Degraded("How much room the disk has cannot be found out.")
        : left < _wanted ? HealthCheckResult.Degraded($"The disk of the data folder has {left / Megabyte:N0} MB left; fewer than {_wanted / Megabyte:N0} are scarce. When it is full nothing is stored.")
        : HealthCheckResult.Healthy($"The disk of the data folder has {left / Megabyte:N0} MB left."));

    /// <summary>Says so when room has become scarce, or is there again.</summary>
    internal void Look()
    {
        if (Free() is not { } left || left < _wanted == _scarce)
        {
            return;
        }

        _scarce = !_scarce;
        if (_scarce)
        {
            LogScarce(left / Megabyte, _wanted / Megabyte);
        }
        else
        {
            LogEnough(left / Megabyte);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, _time);
        do
        {
            Look();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private long? Free()
    {
        try
        {
            return _free();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(1060, LogLevel.Error, "The disk of the data folder has {Left} MB left, and fewer than {Wanted} are scarce: make room before it is full, since nothing is stored then")]
    private partial void LogScarce(long left, long wanted);

    [LoggerMessage(1061, LogLevel.Information, "The disk of the data folder has room again: {Left} MB")]
    private partial void LogEnough(long left);
}
