using Microsoft.Extensions.Logging.Abstractions;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Server.History;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary>The stored readings of an installation as rows to train on.</summary>
internal static class TrainingHistory
{
    // Fewer rows than this say little about a ward.
    private const int FewestRows = 100;

    /// <summary>Reads them.</summary>
    /// <exception cref="StartupException">There are too few.</exception>
    public static async Task<TrainingTable> ReadAsync(Installation installation, int days, int maxRows, bool quiet, CancellationToken cancellation)
    {
        if (days < 1 || maxRows < FewestRows)
        {
            throw new StartupException("--days must be at least 1 and --max-rows at least 100.", "For example: --days 7 --max-rows 200000");
        }

        var time = TimeProvider.System;
        await using var changes = new DirectoryChanges(installation.Database, time, NullLogger<DirectoryChanges>.Instance);
        using var patients = new PatientDirectory(installation.Database, installation.Tenants, installation.Keyring, changes, time);
        var everybody = await patients.EverybodyAsync(cancellation);

        var until = time.Microseconds();
        var progress = quiet ? null : new PatientProgress(everybody.Count);
        var rows = await new TrainingRows(installation.Database, installation.Tenants).ReadAsync(everybody, until - days * 86_400_000_000L, until, maxRows, progress, cancellation);
        return rows.RowCount >= FewestRows
            ? rows
            : throw new StartupException($"There are only {rows.RowCount} rows (a patient and minute each) in the last {days} days.",
                "Train later, over more --days, or on a table: --table FILE");
    }

    private sealed class PatientProgress(int patients) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == patients || value % 50 == 0)
            {
                Console.Error.WriteLine($"Read {value} of {patients} patients");
            }
        }
    }
}
