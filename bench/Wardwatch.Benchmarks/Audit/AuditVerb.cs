using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Audit;

/// <summary>What <c>bench audit</c> measured.</summary>
/// <param name="Rows">Entries in the chain.</param>
/// <param name="WrittenPerSecond">Entries a second that one writer added, 500 to a transaction.</param>
/// <param name="VerifiedPerSecond">Entries a second that verification read and hashed: the median of the rounds.</param>
/// <param name="Rounds">Each round's.</param>
internal sealed record AuditResult(long Rows, double WrittenPerSecond, double VerifiedPerSecond, IReadOnlyList<double> Rounds);

/// <summary><c>bench audit</c>: how fast the audit trail is written, and how fast it is verified.</summary>
internal static class AuditVerb
{
    private const int PerTransaction = 500;
    private const int Patients = 15;

    private static readonly Option<int> Rows = new("--rows") { Description = "Entries in the chain", DefaultValueFactory = _ => 500_000 };
    private static readonly Option<int> Repeat = new("--repeat") { Description = "How often it is verified", DefaultValueFactory = _ => 3 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("audit", "Writes an audit trail on a private PostgreSQL and verifies it from its first entry to its end") { Rows, Repeat };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (rows, repeat) = (Math.Clamp(parsed.GetValue(Rows), 1_000, 100_000_000), Math.Clamp(parsed.GetValue(Repeat), 1, 100));
        var folder = Directory.CreateTempSubdirectory("wardwatch-bench-").FullName;
        try
        {
            await using var installation = await report.DoAsync("Starting a database", () => Installation.OpenAsync(
                new PlatformOptions { DataFolder = Path.Combine(folder, "data") }, new ConfigurationBuilder().Build(), TimeProvider.System, NullLoggerFactory.Instance, cancellation));
            var hospital = await new HospitalRegistry(installation.Database, installation.Keyring).EnsureAsync("bench", "Bench", cancellation);
            var seals = new AuditSeals(installation.Keyring);
            var written = await report.DoAsync($"Writing {rows:N0} entries", () => WriteAsync(installation, seals, hospital.TenantId, rows, cancellation));
            var verifier = new AuditVerifier(installation.Database, seals, new InstallationFiles(installation.Data));
            List<double> rounds = [];
            for (var round = 1; round <= repeat; round++)
                rounds.Add(await report.DoAsync($"Verifying, round {round} of {repeat}", () => VerifyAsync(verifier, hospital.TenantId, rows, cancellation)));
            var result = new AuditResult(rows, rows / written.TotalSeconds, rounds.Order().ElementAt(rounds.Count / 2), rounds);
            report.Result(Table(result), result);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task<TimeSpan> WriteAsync(Installation installation, AuditSeals seals, int tenantId, int rows, CancellationToken cancellation)
    {
        var chain = new AuditChain(seals);
        var began = TimeProvider.System.GetTimestamp();
        var account = Guid.CreateVersion7();
        await using var connection = await installation.Database.OpenConnectionAsync(cancellation);
        for (var first = 0; first < rows; first += PerTransaction)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var entries = Enumerable.Range(first, Math.Min(PerTransaction, rows - first)).Select(i => new TimedEntry(Entry(tenantId, account, i), TimeProvider.System.GetUtcNow())).ToList();
            await chain.AppendAsync(connection, tenantId, entries, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return TimeProvider.System.GetElapsedTime(began);
    }

    // As a ward makes them: mostly single looks, now and then a whole wall.
    private static AuditEntry Entry(int tenantId, Guid account, int i) => new()
    {
        TenantId = tenantId,
        Action = i % 10 == 0 ? AuditActions.ViewWard : AuditActions.ReadVitals,
        AccountId = account,
        User = "nurse.falk",
        Role = "nurse",
        Patients = i % 10 == 0 ? [.. Enumerable.Range(1, Patients)] : [1 + (i % Patients)],
        Address = System.Net.IPAddress.Loopback,
        RequestId = $"0HNQ6VQO6ED1C:{i:X8}",
        Detail = i % 10 == 0 ? "ward-1" : null,
    };

    private static async Task<double> VerifyAsync(AuditVerifier verifier, int tenantId, int rows, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var verdict = await verifier.VerifyAsync(tenantId, progress: null, cancellation);
        if (verdict.Fault is { } fault) throw new BenchmarkException($"The trail is broken at {fault.Number}: {fault.What}");
        if (verdict.Rows != rows) throw new BenchmarkException($"{rows:N0} entries were written, but {verdict.Rows:N0} were read.");
        return verdict.Rows / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static Table Table(AuditResult result)
    {
        var table = new Table().AddColumns("", "Entries/s");
        table.AddRow("Written, 500 to a transaction", $"{result.WrittenPerSecond:N0}");
        table.AddRow($"Verified ({result.Rows:N0} entries, median of {result.Rounds.Count})", $"{result.VerifiedPerSecond:N0}");
        return table;
    }
}
