using System.Collections.Concurrent;
using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>An override that is in force.</summary>
internal sealed record OverrideEntry(int TenantId, string? Ward, int? PatientNumber, AlertOverride Override, DateTime ExpiresAt);

/// <summary>
/// The limits in force, in memory: the catalogue's, changed by a ward's overrides, changed by a patient's own. Replaced as a whole when somebody changes them and when one expires.
/// </summary>
internal sealed partial class AlertLimits(NpgsqlDataSource database, DirectoryChanges changes, TimeProvider time, ILogger<AlertLimits> log) : BackgroundService
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "alert-limits";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private const string InForce =
        "select tenant_id, ward_id, patient_no, type, limit_value, delay_seconds, is_on, expires_at from alert_overrides where ended_at is null and expires_at > $1 order by override_no";

    private readonly ILogger<AlertLimits> _log = log;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Snapshot _snapshot = new([]);

    /// <summary>The limits in force for a patient. Allocates nothing but at the first call after a change.</summary>
    public AlertSettings Of(PatientEntry patient) => _snapshot.Of(patient);

    /// <summary>Whether a patient has limits of their own.</summary>
    public bool HasOwn(int patientNumber) => _snapshot.HasOwn(patientNumber);

    /// <summary>Reads everything again. One after the other: what was read before a change must not replace what was read after it.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            _snapshot = new(await ReadAsync(cancellation));
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    private async Task<List<OverrideEntry>> ReadAsync(CancellationToken cancellation)
    {
        var entries = new List<OverrideEntry>();
        await using var command = database.CreateCommand(InForce);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // A type that the catalogue does not know any more has no limit to change.
            if (AlertCatalogue.Find(reader.GetString(3)) is { } type)
            {
                var changed = new AlertOverride(type.Index, reader.GetFieldValue<double?>(4), reader.GetFieldValue<double?>(5), reader.GetFieldValue<bool?>(6));
                entries.Add(new(reader.GetInt32(0), reader.TextOrNull(1), reader.GetFieldValue<int?>(2), changed, reader.GetDateTime(7)));
            }
        }

        return entries;
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = _snapshot.NextExpiry is { } next ? next - time.GetUtcNow().UtcDateTime : LookAgain;
            await Task.Delay(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LookAgain ? wait : LookAgain, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested || _snapshot.NextExpiry is not { } due || due > time.GetUtcNow().UtcDateTime)
            {
                continue;
            }

            try
            {
                await ReloadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogLater(e.Message);
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(8000, LogLevel.Warning, "Limits that have expired are still in force, since the database does not answer: {Reason} It is tried again.")]
    private partial void LogLater(string reason);

    private sealed class Snapshot
    {
        private static readonly int[] Scales = [1, 2];

        private readonly FrozenDictionary<(int Tenant, string Ward, int Scale), AlertSettings> _wards;
        private readonly FrozenDictionary<int, AlertOverride[]> _patients;
        private readonly ConcurrentDictionary<(int Patient, string? Ward, int Scale), AlertSettings> _own = new();

        public Snapshot(List<OverrideEntry> entries)
        {
            _wards = entries.Where(entry => entry.Ward is not null).GroupBy(entry => (entry.TenantId, entry.Ward!))
                .SelectMany(ward => Scales.Select(scale => KeyValuePair.Create((ward.Key.TenantId, ward.Key.Item2, scale), CatalogueOf(scale).With(ward.Select(entry => entry.Override)))))
                .ToFrozenDictionary();
            _patients = entries.Where(entry => entry.PatientNumber is not null).GroupBy(entry => entry.PatientNumber!.Value)
                .ToFrozenDictionary(patient => patient.Key, patient => patient.Select(entry => entry.Override).ToArray());
            NextExpiry = entries.Count == 0 ? null : entries.Min(entry => entry.ExpiresAt);
        }

        public DateTime? NextExpiry { get; }

        public bool HasOwn(int patientNumber) => _patients.ContainsKey(patientNumber);

        public AlertSettings OfWard(int tenantId, string? ward, int scale) =>
            ward is not null && _wards.TryGetValue((tenantId, ward, scale), out var settings) ? settings : CatalogueOf(scale);

        public AlertSettings Of(PatientEntry patient)
        {
            var scale = patient.SpO2Scale == 2 ? 2 : 1;
            if (_patients.Count == 0 || !_patients.TryGetValue(patient.Number, out var own))
            {
                return _wards.Count == 0 ? CatalogueOf(scale) : OfWard(patient.TenantId, patient.Ward, scale);
            }

            return _own.TryGetValue((patient.Number, patient.Ward, scale), out var known)
                ? known
                : _own.GetOrAdd((patient.Number, patient.Ward, scale), OfWard(patient.TenantId, patient.Ward, scale).With(own));
        }

        // Whoever has the second SpO2 scale is meant to have lower saturations.
        private static AlertSettings CatalogueOf(int scale) => AlertSettings.DefaultFor(scale == 2 ? SpO2Scale.Two : SpO2Scale.One);
    }
}
