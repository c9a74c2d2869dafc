using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Incidents.Coverage;

/// <summary>
/// Says where the next shift has holes, before an alert falls into one: every few minutes for each ward, and at once for a ward on which a step found nobody. A hole is an alert like
/// any other, raised once and ended when it is closed.
/// </summary>
internal sealed class CoverageCheck(IOnCall onCall, IAlerts alerts, IPatientDirectory patients, IOptions<IncidentsOptions> options, TimeProvider time) : ITimerHandler
{
    private const string Type = "coverage-hole";
    private const int MostSentences = 5;

    /// <inheritdoc />
    public string Kind => IncidentTimers.Coverage;

    /// <inheritdoc />
    public async Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ReadAsync(connection, timer.TenantId, cancellation) is { } proof)
        {
            await CheckAsync(connection, timer.TenantId, proof, timer.Subject == IncidentTimers.WholeHospital ? null : timer.Subject, cancellation);
        }
    }

    /// <summary>Checks every ward of a hospital, in the caller's transaction.</summary>
    public async Task CheckAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        if (await ReadAsync(connection, tenantId, cancellation) is { } proof)
        {
            foreach (var ward in WardsOf(tenantId))
            {
                await CheckAsync(connection, tenantId, proof, ward, cancellation);
            }
        }
    }

    /// <summary>How many holes the next shift of a ward has.</summary>
    public async Task<int> CountHolesAsync(NpgsqlConnection connection, int tenantId, string ward, CancellationToken cancellation)
    {
        var from = time.GetUtcNow();
        var until = from.AddHours(options.Value.CoverageHours);
        return new CoverageProof(await onCall.ReadAsync(connection, tenantId, from, until, cancellation), options.Value, from, until).HolesOf(ward).Count;
    }

    private List<string> WardsOf(int tenantId) => [.. patients.Wards.Where(ward => ward.TenantId == tenantId && ward.Beds.Count > 0).Select(ward => ward.Id)];

    // Null: there is no roster at all, which is one thing to be said, and not one of each ward.
    private async Task<CoverageProof?> ReadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        var from = time.GetUtcNow();
        var until = from.AddHours(options.Value.CoverageHours);
        var proof = new CoverageProof(await onCall.ReadAsync(connection, tenantId, from, until, cancellation), options.Value, from, until);
        var wards = WardsOf(tenantId);
        if (wards.Count > 0 && !proof.HasDuties(wards))
        {
            var none = new OwnCondition(tenantId, Type, IncidentTimers.WholeHospital, "There is no duty roster: nobody is on call. Alerts go to everybody who works on the ward.") { Priority = AlertPriority.Low };
            await alerts.RaiseAsync(connection, none, from, cancellation);
            return null;
        }

        await alerts.EndAsync(connection, tenantId, Type, IncidentTimers.WholeHospital, from, cancellation);
        return proof;
    }

    private async Task CheckAsync(NpgsqlConnection connection, int tenantId, CoverageProof proof, string? ward, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var holes = proof.HolesOf(ward);
        if (ward is null)
        {
            return;
        }

        if (holes.Count == 0)
        {
            await alerts.EndAsync(connection, tenantId, Type, ward, now, cancellation);
            return;
        }

        var text = string.Join(' ', holes.Take(MostSentences)) + (holes.Count > MostSentences ? $" And {holes.Count - MostSentences} more." : "");
        await alerts.RaiseAsync(connection, new(tenantId, Type, ward, text) { Ward = ward }, now, cancellation);
    }
}

/// <summary>Has the coverage of every hospital checked every few minutes, by one process at a time; and counts open incidents for the metrics.</summary>
internal sealed partial class CoverageWatch(
    NpgsqlDataSource database, CoverageCheck check, IPatientDirectory patients, IncidentsMetrics metrics, IOptions<IncidentsOptions> options, TimeProvider time, ILogger<CoverageWatch> log) : BackgroundService
{
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(TimeSpan.FromMinutes(options.Value.CoverageMinutes), CheckAsync, stoppingToken), EveryAsync(BetweenCounts, CountAsync, stoppingToken));

    private async Task CheckAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await OneProcess.DoAsync(connection, "incident-coverage", async () =>
        {
            foreach (var hospital in patients.Hospitals)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await check.CheckAsync(connection, hospital.TenantId, cancellation);
                await transaction.CommitAsync(cancellation);
            }
        }, cancellation);
    }

    private async Task CountAsync(CancellationToken cancellation)
    {
        var open = new long[(int)AlertPriority.High + 1];
        await using var command = database.CreateCommand(IncidentSql.OpenCounts);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            open[reader.GetInt16(0)] = reader.GetInt64(1);
        }

        metrics.SeenOpen(open);
    }

    private async Task EveryAsync(TimeSpan pause, Func<CancellationToken, Task> doAsync, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                stop.ThrowIfCancellationRequested();
                await doAsync(stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(failure.GetType().Name, failure.Message);
            }
        }
    }

    [LoggerMessage(8101, LogLevel.Warning, "The coverage of the next shift, or the number of open incidents, cannot be looked at at the moment ({Fault}: {Reason}); tried again")]
    private partial void LogFailed(string fault, string reason);
}
