using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>
/// Looks at records while the database is away: a nurse must see her patients then, and that she did must be on record. They lie in a file, sealed, on disk
/// before the answer goes out, and are added to the trail when the database is back. After a crash between the two an entry may stand in the trail twice.
/// </summary>
internal sealed partial class AuditSpool(InstallationFiles files, AuditSeals seals, ILogger<AuditSpool> log)
{
    private const string Name = "audit-pending.txt";
    private const string Taken = "audit-pending-first.txt";
    private const string Damaged = "audit-damaged.txt";
    private readonly Lock _gate = new();

    /// <summary>Keeps entries.</summary>
    public void Keep(IEnumerable<TimedEntry> entries)
    {
        lock (_gate)
        {
            files.Append(Name, entries.Select(Write));
        }
    }

    /// <summary>
    /// What was kept first, in its order; the same until <see cref="Release"/>. What comes meanwhile is kept behind it. A line that does not open is left out (a crash
    /// may have cut the last one) and put aside, so that somebody can look at it.
    /// </summary>
    public List<TimedEntry> Take()
    {
        lock (_gate)
        {
            files.TryRename(Name, Taken);
            return [.. files.Lines(Taken).Select(Parse).OfType<TimedEntry>()];
        }
    }

    /// <summary>Lets go what was taken, after it has become durable elsewhere.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (files.Lines(Taken).Where(line => Parse(line) is null).ToList() is { Count: > 0 } damaged)
            {
                files.Append(Damaged, damaged);
                LogDamaged(log, damaged.Count, Damaged);
            }

            files.Remove(Taken);
        }
    }

    private string Write(TimedEntry timed)
    {
        var entry = timed.Entry;
        var kept = new Kept(
            timed.At, entry.Action, entry.AccountId, entry.User, entry.Role, [.. entry.Patients], entry.Done, entry.Purpose, entry.Detail, entry.Address?.ToString(), entry.RequestId);
        var text = JsonSerializer.Serialize(kept, AuditSpoolJson.Default.Kept);
        return $"{entry.TenantId}:{Convert.ToBase64String(seals.SealText(entry.TenantId, text))}";
    }

    private TimedEntry? Parse(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var bytes = new byte[line.Length];
        if (colon < 0 || !int.TryParse(line.AsSpan(0, colon), out var tenantId) || !Convert.TryFromBase64Chars(line.AsSpan(colon + 1), bytes, out var length)
            || seals.OpenText(tenantId, bytes[..length]) is not { } text || JsonSerializer.Deserialize(text, AuditSpoolJson.Default.Kept) is not { } kept)
        {
            return null;
        }

        return new(new()
        {
            TenantId = tenantId,
            Action = kept.Action,
            AccountId = kept.AccountId,
            User = kept.User,
            Role = kept.Role,
            Patients = kept.Patients,
            Done = kept.Done,
            Purpose = kept.Purpose,
            Detail = kept.Detail,
            Address = kept.Address is null ? null : IPAddress.Parse(kept.Address),
            RequestId = kept.RequestId,
        }, kept.At);
    }

    [LoggerMessage(5030, LogLevel.Error, "{Count} looks that were kept while the database was away do not open; their lines were put into {File}")]
    private static partial void LogDamaged(ILogger log, int count, string file);

    internal sealed record Kept(
        DateTimeOffset At, string Action, Guid? AccountId, string? User, string? Role, int[] Patients, bool Done, string? Purpose, string? Detail, string? Address, string? RequestId);
}

[JsonSerializable(typeof(AuditSpool.Kept))]
internal sealed partial class AuditSpoolJson : JsonSerializerContext;
