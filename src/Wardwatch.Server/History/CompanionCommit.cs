using Npgsql;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Commits rows together with what they bring about. The usual batch has no companion and never comes here; one that has pays for a transaction around its COPY.
/// </summary>
internal sealed partial class CompanionCommit(IOutbox outbox, HistoryMetrics metrics, ILogger<CompanionCommit> logger)
{
    // Somebody who is changing the same patient is done in less, or the readings go first. Once somebody was waited for, nobody is for as long again.
    private const string Patience = "set local lock_timeout = '2s'", LittlePatience = "set local lock_timeout = '50ms'";

    private readonly ILogger<CompanionCommit> _logger = logger;

    /// <summary>Stores rows and companions in one transaction. False: the database refuses one of them, and nothing was stored.</summary>
    public async Task<bool> TryTogetherAsync(CommitGroup group, NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            if (group.Count > 0)
            {
                await RowCopy.ExecuteAsync(group, connection, timeoutSeconds, cancellation);
            }

            await WriteAsync(group.Companions, Patience, connection, cancellation);
            await transaction.CommitAsync(cancellation);
            return true;
        }
        catch (Exception e) when (IsRefusal(e, connection))
        {
            await transaction.RollbackAsync(cancellation);
            LogApart(e.GetType().Name, (e as PostgresException)?.SqlState);
            return false;
        }
    }

    /// <summary>Writes companions apart from their rows, in one transaction, or else each in one of its own; answers those that are still not in, in their order.</summary>
    /// <param name="companions">What is to be written, of one patient each.</param>
    /// <param name="waiting">Patients of whom something older is not in: theirs are not tried.</param>
    /// <param name="hasWaited">Together they were refused, and whoever is in the way was waited for already, and readings with it.</param>
    /// <param name="connection">Outside a transaction.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<List<LateCompanion>> WriteApartAsync(
        IReadOnlyList<LateCompanion> companions, HashSet<int> waiting, bool hasWaited, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // A batch of which something is unusual is no rarity in a storm, and hundreds of small transactions would make one.
        if (!hasWaited && await TryAllAsync([.. companions.Where(late => !waiting.Contains(late.Patient)).Select(late => late.Companion)], connection, cancellation))
        {
            return [.. companions.Where(late => waiting.Contains(late.Patient))];
        }

        var left = new List<LateCompanion>();
        foreach (var late in companions)
        {
            if (waiting.Contains(late.Patient))
            {
                left.Add(late);
                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            try
            {
                await WriteAsync([late.Companion], hasWaited ? LittlePatience : Patience, connection, cancellation);
                await transaction.CommitAsync(cancellation);
            }
            catch (Exception e) when (IsRefusal(e, connection))
            {
                await transaction.RollbackAsync(cancellation);
                left.Add(late);
                waiting.Add(late.Patient);
                hasWaited = true;
                metrics.CompanionFailed();
                LogRefused(e, late.Companion.GetType().Name);
            }
        }

        return left;
    }

    private async Task<bool> TryAllAsync(IReadOnlyList<ICommitCompanion> companions, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await WriteAsync(companions, Patience, connection, cancellation);
            await transaction.CommitAsync(cancellation);
            return true;
        }
        catch (Exception e) when (IsRefusal(e, connection))
        {
            await transaction.RollbackAsync(cancellation);
            return false;
        }
    }

    /// <summary>Tries again what was refused. What belongs to a partition that somebody else has taken meanwhile is theirs to bring about anew.</summary>
    public async Task TryAgainAsync(CompanionOrder order, NpgsqlConnection connection, CancellationToken cancellation)
    {
        HashSet<PartitionEpoch> held = [.. order.Late.Select(late => late.Fence).OfType<PartitionEpoch>()];
        try
        {
            HashSet<PartitionEpoch> lost = held.Count > 0 ? await CommitFences.HoldAsync(held, connection, cancellation) : [];
            var own = order.Late.Where(late => late.Fence is not { } fence || !lost.Contains(fence)).ToList();
            order.Keep(await WriteApartAsync(own, [], hasWaited: true, connection, cancellation));
        }
        finally
        {
            if (held.Count > 0)
            {
                await CommitFences.LetGoAsync(held, connection);
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<ICommitCompanion> companions, string howPatient, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using (var patience = new NpgsqlCommand(howPatient, connection))
        {
            await patience.ExecuteNonQueryAsync(cancellation);
        }

        var events = new List<NewEvent>();
        foreach (var companion in companions.GroupBy(companion => companion.GetType()).SelectMany(Joined))
        {
            await companion.WriteAsync(connection, events, cancellation);
        }

        if (events.Count > 0)
        {
            await outbox.AddAsync(connection, events, cancellation);
        }
    }

    // Lanes hand over many small groups while a commit is under way.
    private static IEnumerable<ICommitCompanion> Joined(IEnumerable<ICommitCompanion> ofType)
    {
        ICommitCompanion[] some = [.. ofType];
        return some.Length > 1 && some[0].JoinedWith(some[1..]) is { } joined ? [joined] : some;
    }

    // A defect of a companion is no reason to lose readings, either. What passes by itself (a lost connection, a full disk) concerns both, and both are tried again.
    private static bool IsRefusal(Exception e, NpgsqlConnection connection) => connection.FullState == System.Data.ConnectionState.Open && e switch
    {
        PostgresException refused => !DatabaseFaults.IsPassing(refused),
        NpgsqlException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException or OutOfMemoryException => false,
        _ => true,
    };

    [LoggerMessage(3021, LogLevel.Warning, "Readings and what they bring about could not be stored together ({Fault} {SqlState}); they are stored apart.")]
    private partial void LogApart(string fault, string? sqlState);

    [LoggerMessage(3020, LogLevel.Error, "What readings brought about ({Companion}) cannot be stored; the readings are, and it is tried again.")]
    private partial void LogRefused(Exception e, string companion);
}
