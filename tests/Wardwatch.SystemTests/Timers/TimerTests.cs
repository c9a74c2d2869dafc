using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Timers;
using Wardwatch.Server.Timers.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Timers;

/// <summary>Durable timers act once, whatever dies, and none waits for another.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class TimerTests(EventHospital hospital) : IAsyncLifetime
{
    private const string Kind = "test-timer";
    private static readonly TimeSpan Soon = Poll.Patience;
    private static readonly TimerSetting Setting = new TimerSetting(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await hospital.ExecuteAsync(
        "create table if not exists timer_effects (subject text not null); delete from timer_effects; delete from timers; grant insert on timer_effects to wardwatch_service", Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_due_timer_acts_once_on_one_of_two_nodes_among_ten_thousand_that_are_not_due()
    {
        await hospital.ExecuteAsync(
            $"insert into timers (tenant_id, kind, subject, due_at, next_at) select {hospital.Tenant}, '{Kind}', 'later-' || i, now() + interval '1 hour', now() + interval '1 hour' from generate_series(1, 10000) i", Cancellation);
        await using var one = await NodeAsync(new Effect());
        await using var other = await NodeAsync(new Effect());
        for (var i = 0; i < 200; i++)
        {
            await SetAsync($"due-{i:000}", TimeSpan.FromMilliseconds(i * 5));
        }

        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects") >= 200, Soon, "all have acted", Cancellation);
        (await CountAsync("select count(distinct subject) from timer_effects where subject like 'due-%'")).ShouldBe(200);
        (await CountAsync("select count(*) from timer_effects")).ShouldBe(200);
        (await CountAsync("select count(*) from timers")).ShouldBe(10_000);
    }

    [Fact]
    public async Task A_look_for_due_timers_reads_those_that_are_due_and_not_the_ten_thousand_that_are_not()
    {
        await hospital.ExecuteAsync(
            $"insert into timers (tenant_id, kind, subject, due_at, next_at) select {hospital.Tenant}, '{Kind}', i::text, at, at from generate_series(1, 10000) i cross join lateral (select now() + make_interval(secs => (i - 20) * 10) as at) due; analyze timers",
            Cancellation);
        await using var connection = await hospital.Installation.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand("explain (analyze, costs off, timing off, summary off) " + TimerSql.Take, connection)
        {
            Parameters = { new() { Value = new[] { Kind } }, new() { Value = 100 }, new() { Value = 0.0 } },
        };
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
            {
                plan.Add(reader.GetString(0));
            }
        }

        // The rows that a step of the plan looked at: those that it gave, and those that it dropped.
        plan[0].ShouldContain("Delete on timers");
        plan.ShouldNotContain(line => line.Contains("Seq Scan on timers", StringComparison.Ordinal), string.Join('\n', plan));
        plan.Where(line => line.Contains("Rows Removed by Filter:", StringComparison.Ordinal)).Select(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..])).ShouldAllBe(rows => rows < 100, string.Join('\n', plan));
    }

    [Fact]
    public async Task A_timer_that_fails_is_tried_again_and_holds_up_no_other()
    {
        var attempts = 0;
        await using var node = await NodeAsync(new Effect((timer, _) =>
            timer.Subject == "poison" && ++attempts < 4 ? throw new InvalidOperationException("Told to fail.") : Task.CompletedTask));
        await SetAsync("poison", TimeSpan.FromMilliseconds(-100));
        await SetAsync("good", TimeSpan.Zero);
        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects where subject = 'good'") == 1, Soon, "the other acts", Cancellation);
        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects where subject = 'poison'") == 1, Soon, "it succeeds at last", Cancellation);
        attempts.ShouldBe(4);
    }

    [Fact]
    public async Task Setting_a_timer_again_moves_it_and_a_transaction_that_is_taken_back_sets_none()
    {
        var seen = new ConcurrentQueue<string>();
        await SetAsync("moved", TimeSpan.FromHours(1));
        await SetAsync("moved", TimeSpan.Zero);
        await SetAsync("cancelled", TimeSpan.Zero);
        await using (var connection = await hospital.Installation.Database.OpenConnectionAsync(Cancellation))
        {
            await Setting.CancelAsync(connection, hospital.Tenant, Kind, "cancelled", Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            await Setting.SetAsync(connection, hospital.Tenant, Kind, "taken-back", TimeProvider.System.GetUtcNow(), Cancellation);
            await transaction.RollbackAsync(Cancellation);
        }

        var again = 2;
        await using var node = await NodeAsync(new Effect(async (timer, connection) =>
        {
            seen.Enqueue(timer.Subject);
            if (again-- > 0)
            {
                await Setting.SetAsync(connection, timer.TenantId, timer.Kind, timer.Subject, TimeProvider.System.GetUtcNow(), Cancellation);
            }
        }));
        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects") == 3, Soon, "it has set itself twice", Cancellation);
        seen.ShouldBe(["moved", "moved", "moved"]);
        (await CountAsync("select count(*) from timers")).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_node_was_at_when_it_died_is_done_by_another_and_once()
    {
        var acting = new TaskCompletionSource<int>();
        await SetAsync("inherited", TimeSpan.Zero);
        await using var dying = await NodeAsync(new Effect(async (_, connection) =>
        {
            await using (var insert = new NpgsqlCommand("insert into timer_effects values ('half')", connection))
            {
                await insert.ExecuteNonQueryAsync(Cancellation);
            }

            acting.TrySetResult(connection.ProcessID);
            await Task.Delay(Timeout.Infinite, Cancellation);
        }), workers: 1);
        var backend = await acting.Task.WaitAsync(Soon, Cancellation);
        await using var other = await NodeAsync(new Effect());
        (await CountAsync("select count(*) from timer_effects")).ShouldBe(0);

        // What the database notices of a node that is killed: its connections are gone.
        await using (var kill = hospital.Installation.Database.CreateCommand($"select pg_terminate_backend({backend})"))
        {
            await kill.ExecuteNonQueryAsync(Cancellation);
        }

        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects where subject = 'inherited'") == 1, Soon, "the other acts", Cancellation);
        (await CountAsync("select count(*) from timer_effects")).ShouldBe(1);
    }

    [Fact]
    public async Task Those_of_a_kind_that_can_act_together_and_one_that_fails_takes_none_with_it()
    {
        const int Many = 40;
        await SetManyAsync("good", Many);
        var handler = new Together();
        await using (await NodeAsync(handler, workers: 1))
        {
            await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects") == Many, Soon, "all have acted", Cancellation);
        }

        handler.Sizes.ShouldBe([Many]);
        await SetManyAsync("again", Many);
        await SetAsync("poison", TimeSpan.FromMilliseconds(-100));
        await using var node = await NodeAsync(handler, workers: 1);
        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects where subject like 'again-%'") == Many, Soon, "the others act", Cancellation);
        handler.MayPass = true;
        await Poll.UntilAsync(async () => await CountAsync("select count(*) from timer_effects where subject = 'poison'") == 1, Soon, "it succeeds at last", Cancellation);
        (await CountAsync("select count(*) from timer_effects")).ShouldBe((2 * Many) + 1);
        (await CountAsync("select count(*) from timers")).ShouldBe(0);
    }

    private async Task SetManyAsync(string name, int many)
    {
        await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        var timers = Enumerable.Range(0, many).ToDictionary(i => (Kind, $"{name}-{i}"), _ => (DateTimeOffset?)TimeProvider.System.GetUtcNow());

        // One that is there is taken away by the same statement.
        await Setting.SetAsync(transaction.Connection, hospital.Tenant, Kind, "cancelled", TimeProvider.System.GetUtcNow(), Cancellation);
        timers.Add((Kind, "cancelled"), null);
        await Setting.ChangeAsync(transaction.Connection, hospital.Tenant, timers, Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private async Task SetAsync(string subject, TimeSpan after)
    {
        // As a request does: in the hospital's name.
        await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        await Setting.SetAsync(transaction.Connection, hospital.Tenant, Kind, subject, TimeProvider.System.GetUtcNow() + after, Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private Task<long> CountAsync(string sql) => hospital.ScalarAsync<long>(sql, Cancellation);

    private async Task<Node> NodeAsync(ITimerHandler handler, int workers = 2)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new($"{TimersOptions.Section}:RetrySeconds", "0.02"), new($"{TimersOptions.Section}:HandleSeconds", "600"), new($"{TimersOptions.Section}:Workers", $"{workers}")]);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(hospital.Installation.Database);
        builder.Services.AddSingleton(handler);
        TimersModule.AddTimers(builder);
        TimersModule.AddTimerWork(builder);
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return new(host);
    }

    /// <summary>Writes down in the timer's transaction that it acted, after what a test has it do.</summary>
    private sealed class Effect(Func<DueTimer, NpgsqlConnection, Task>? act = null) : ITimerHandler
    {
        public string Kind => TimerTests.Kind;

        public async Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation)
        {
            if (act is not null)
            {
                await act(timer, connection).WaitAsync(cancellation);
            }

            await using var insert = new NpgsqlCommand("insert into timer_effects values ($1)", connection) { Parameters = { new() { Value = timer.Subject } } };
            await insert.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Acts on many at once; one subject fails until it may pass.</summary>
    private sealed class Together : ITimerBatchHandler
    {
        private volatile bool _mayPass;

        public string Kind => TimerTests.Kind;

        public ConcurrentQueue<int> Sizes { get; } = new();

        public bool MayPass { set => _mayPass = value; }

        public Task FireAsync(DueTimer timer, NpgsqlConnection connection, CancellationToken cancellation) => FireAsync([timer], connection, cancellation);

        public async Task FireAsync(IReadOnlyList<DueTimer> timers, NpgsqlConnection connection, CancellationToken cancellation)
        {
            Sizes.Enqueue(timers.Count);
            foreach (var timer in timers)
            {
                if (timer.Subject == "poison" && !_mayPass)
                {
                    throw new InvalidOperationException("Told to fail.");
                }

                await using var insert = new NpgsqlCommand("insert into timer_effects values ($1)", connection) { Parameters = { new() { Value = timer.Subject } } };
                await insert.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    private sealed class Node(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var deadline = new CancellationTokenSource(Poll.Patience);
            await host.StopAsync(deadline.Token);
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
