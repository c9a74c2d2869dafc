using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>
/// Gives every ward its synthetic patient, raises an alert for a ward whose path is broken, ends it when the path is proven again, and removes what rounds have left. Every process
/// that does it may do it at once: raising what is raised does nothing.
/// </summary>
internal sealed partial class PathWatch(
    NpgsqlDataSource database, AlertPathStore store, AlertPathDirectory paths, IAlerts alerts, IPatientDirectory patients, IOptions<AlertPathOptions> options, TimeProvider time, ILogger<PathWatch> log)
    : BackgroundService
{
    private const string Type = "alert-path-broken";

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(15);

    private readonly ILogger<PathWatch> _log = log;
    private readonly Dictionary<(int, string), (bool IsBroken, long At)> _told = [];
    private long? _swept;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
                isAway = false;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is, a ward is better off with the next attempt than without a watch.
                if (!isAway)
                {
                    LogLater(e);
                }

                isAway = true;
            }

            await Task.Delay(Tick, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (!options.Value.Enabled)
        {
            // Nobody looks any more: what was raised before says nothing.
            foreach (var path in _swept is null ? await store.ReadAsync(cancellation) : [])
            {
                await EndAsync(path.TenantId, path.Ward, cancellation);
            }

            _swept = time.GetTimestamp();
            return;
        }

        var now = paths.Now;
        foreach (var ward in patients.Wards.Where(ward => ward.Beds.Count > 0 && now.All(seen => seen.Path.TenantId != ward.TenantId || seen.Path.Ward != ward.Id)))
        {
            await store.EnsureAsync(ward.TenantId, ward.Id, cancellation);
        }

        foreach (var seen in now)
        {
            await TellAsync(seen, cancellation);
        }

        if (_swept is not { } swept || time.GetElapsedTime(swept) > BetweenSweeps)
        {
            _swept = time.GetTimestamp();
            await store.ForgetAsync(cancellation);
        }
    }

    private async Task TellAsync(SeenPath seen, CancellationToken cancellation)
    {
        var key = (seen.Path.TenantId, seen.Path.Ward);
        var isBroken = seen.State == PathState.Broken;
        if (seen.State == PathState.Late || (_told.TryGetValue(key, out var told) && told.IsBroken == isBroken && (!isBroken || time.GetElapsedTime(told.At) < TellAgain)))
        {
            return;
        }

        if (isBroken)
        {
            await RaiseAsync(seen.Path.TenantId, seen.Path.Ward, cancellation);
        }
        else
        {
            await EndAsync(seen.Path.TenantId, seen.Path.Ward, cancellation);
        }

        _told[key] = (isBroken, time.GetTimestamp());
    }

    private async Task RaiseAsync(int tenantId, string ward, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var text = $"Test alerts of this ward do not arrive. {await AlertPathStore.ReachedAsync(connection, tenantId, ward, cancellation)} Real ones may not arrive either: look at the patients and at the bedside monitors.";
        await alerts.RaiseAsync(connection, new(tenantId, Type, ward, text) { Ward = ward }, time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task EndAsync(int tenantId, string ward, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await alerts.EndAsync(connection, tenantId, Type, ward, time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    [LoggerMessage(8454, LogLevel.Warning, "The watch over the alert paths cannot raise or end alerts at the moment. It is tried again.")]
    private partial void LogLater(Exception e);
}
