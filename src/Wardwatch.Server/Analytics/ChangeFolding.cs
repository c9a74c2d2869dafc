using Npgsql;

namespace Wardwatch.Server.Analytics;

/// <summary>Folds changes into the sums now and then, so that few are to be added when somebody asks. Any process may do it; one at a time does.</summary>
internal sealed partial class ChangeFolding(NpgsqlDataSource database, TimeProvider time, ILogger<ChangeFolding> log) : BackgroundService
{
    private const int AtOnce = 20_000;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private readonly ILogger<ChangeFolding> _log = log;

    /// <summary>Folds in what there is, up to a limit; answers how many changes that were.</summary>
    public async Task<long> FoldAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var alone = new NpgsqlCommand(AnalyticsSql.TryFoldAlone, connection);
        if (await alone.ExecuteScalarAsync(cancellation) is not true)
        {
            return 0;
        }

        await using var fold = new NpgsqlCommand(AnalyticsSql.FoldIn, connection) { Parameters = { new() { Value = AtOnce } } };
        var folded = (long)(await fold.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return folded;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await FoldAsync(stoppingToken) == AtOnce)
                {
                    // There is more.
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogLater(e.Message);
            }
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "Figures cannot be summed up at the moment: {Reason}")]
    private partial void LogLater(string reason);
}
