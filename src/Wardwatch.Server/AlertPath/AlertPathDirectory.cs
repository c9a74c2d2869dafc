using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>A ward's path as it stands now.</summary>
/// <param name="Path">As stored.</param>
/// <param name="State">By this process's clock.</param>
/// <param name="AgeSeconds">Since it was proven; where it never was, since it is tested.</param>
internal sealed record SeenPath(StoredPath Path, PathState State, double AgeSeconds)
{
    /// <summary>As screens get it.</summary>
    public AlertPathDocument Document => new(Path.Ward, Path.Times.ProvenAt, PathClock.WordOf(State));
}

/// <summary>
/// How far every ward's path is proven, in memory on each process. What happens in the database is told by notices; that a proof grows old is told by the clock alone, so that the
/// worst is said also when nothing else works.
/// </summary>
internal sealed partial class AlertPathDirectory : BackgroundService, IAlertPaths
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(15);

    private readonly AlertPathStore _store;
    private readonly DirectoryChanges _changes;
    private readonly IPatientDirectory _patients;
    private readonly Lazy<IAlertPathObserver[]> _observers;
    private readonly AlertPathOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AlertPathDirectory> _log;
    private readonly DateTimeOffset _watchedSince;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Dictionary<(int, string), (PathState State, DateTimeOffset? ProvenAt)> _told = [];
    private readonly Lock _telling = new();
    private volatile StoredPath[] _paths = [];

    public AlertPathDirectory(
        AlertPathStore store, DirectoryChanges changes, IPatientDirectory patients, IServiceProvider services, IMeterFactory meters, IOptions<AlertPathOptions> options, TimeProvider time,
        ILogger<AlertPathDirectory> log)
    {
        (_store, _changes, _patients, _options, _time, _log) = (store, changes, patients, options.Value, time, log);
        _observers = new(() => [.. services.GetServices<IAlertPathObserver>()]);
        _watchedSince = time.GetUtcNow();
        meters.Create("Wardwatch.AlertPath").CreateObservableGauge("alert_path.proven_age", Ages, "s", "Since when no test alert of a ward has arrived; where none ever has, since it is tested");
    }

    /// <summary>Every path as it stands now.</summary>
    public IReadOnlyList<SeenPath> Now
    {
        get
        {
            var now = _time.GetUtcNow();
            return Array.ConvertAll(_paths, path => See(path, now));
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<AlertPathDocument> Of(int tenantId) => [.. Now.Where(seen => seen.Path.TenantId == tenantId).Select(seen => seen.Document)];

    /// <summary>Reads everything again.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        if (!_options.Enabled)
        {
            return;
        }

        await _reading.WaitAsync(cancellation);
        try
        {
            _paths = [.. await _store.ReadAsync(cancellation)];
        }
        finally
        {
            _reading.Release();
        }

        Tell();
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _changes.Subscribe(AlertPathStore.Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, _time);
        var read = _time.GetTimestamp();
        try
        {
            while (_options.Enabled && await timer.WaitForNextTickAsync(stoppingToken))
            {
                Tell();
                if (_time.GetElapsedTime(read) > ReadAgain)
                {
                    read = _time.GetTimestamp();
                    await ReadAgainAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    // A notice that was missed must not make a path look broken; a database that is away must not stop the clock.
    private async Task ReadAgainAsync(CancellationToken cancellation)
    {
        try
        {
            await ReloadAsync(cancellation).WaitAsync(Tick, _time, cancellation);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            LogLater(e.Message);
        }
    }

    private void Tell()
    {
        lock (_telling)
        {
            foreach (var seen in Now)
            {
                var key = (seen.Path.TenantId, seen.Path.Ward);
                var now = (seen.State, seen.Path.Times.ProvenAt);
                if (_told.TryGetValue(key, out var before) && before == now)
                {
                    continue;
                }

                _told[key] = now;
                Array.ForEach(_observers.Value, observer => observer.Changed(seen.Path.TenantId, seen.Document));
            }
        }
    }

    private SeenPath See(StoredPath path, DateTimeOffset now) =>
        new(path, PathClock.StateAt(path.Times, now, _watchedSince, _options), Math.Max(0, (now - (path.Times.ProvenAt ?? path.CreatedAt)).TotalSeconds));

    private IEnumerable<Measurement<double>> Ages() => Now.Select(seen => new Measurement<double>(
        seen.AgeSeconds, new KeyValuePair<string, object?>("hospital", HospitalOf(seen.Path.TenantId)), new KeyValuePair<string, object?>("ward", seen.Path.Ward)));

    /// <summary>A hospital's public id.</summary>
    public string? HospitalOf(int tenantId) => _patients.Hospitals.FirstOrDefault(hospital => hospital.TenantId == tenantId)?.Id;

    [LoggerMessage(8450, LogLevel.Debug, "What is proven of the alert paths cannot be read at the moment: {Reason}")]
    private partial void LogLater(string reason);
}
