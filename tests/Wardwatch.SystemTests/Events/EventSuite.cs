using System.Collections.Concurrent;
using Npgsql;
using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Events;

/// <summary>What events promise, whatever carries them: each reaches each consumer, in order per patient, and is handled once.</summary>
public abstract class EventSuite(EventHospital hospital) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = Poll.Patience;

    // Consumers' names are new in each test, so that what an earlier one has left is not theirs.
    private readonly string _mark = new([.. Guid.NewGuid().ToString("N").Select(digit => (char)('a' + Convert.ToInt32(digit.ToString(), 16)))]);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected EventHospital Hospital => hospital;

    /// <summary>The broker's address; null: within one process.</summary>
    protected abstract string? Broker { get; }

    // What leaves a patient changed uses one of its own for each way.
    private int Own => Broker is null ? 0 : 1;

    protected Dictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PollSeconds"] = "0.1",
                ["RetrySeconds"] = "0.05",
                ["MaxRetrySeconds"] = "0.2",
                ["Attempts"] = "3",
                ["HandleSeconds"] = "60",
                ["BreakSeconds"] = "0.5",
            };
            return settings;
        }
    }

    protected string Plain => $"plain-{_mark}";

    protected string Other => $"other-{_mark}";

    // What other tests have written is none of this one's.
    public async ValueTask InitializeAsync() => await hospital.ExecuteAsync("delete from event_outbox; delete from event_queue", Cancellation);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Each_consumer_gets_each_event_once_and_in_order_per_patient()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain), new RecordingConsumer(Other));
        await WriteAsync(patients: 40, steps: 10, writers: 4);
        await SeenAsync(Plain, 400);
        await SeenAsync(Other, 400);
        await OnceInOrderAsync(Plain);
        await OnceInOrderAsync(Other);
    }

    [Fact]
    public async Task What_comes_again_is_handled_once()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain));
        var patient = hospital.Patients[130 + Own];
        await hospital.AddAsync(patient, 1, "again", Cancellation);
        await SeenAsync(Plain, 1);
        for (var copy = 0; copy < 3; copy++)
        {
            await CopyToOutboxAsync(patient);
        }

        await hospital.AddAsync(patient, 2, "last", Cancellation);
        await SeenAsync(Plain, 2);
        await OnceInOrderAsync(Plain);
    }

    [Fact]
    public async Task An_event_that_fails_holds_up_later_ones_of_its_patient_only_and_then_goes_to_the_dead_letters()
    {
        var failing = new ConcurrentDictionary<int, int>();
        await using var node = await NodeAsync(
            new RecordingConsumer(Plain, (delivered, _) =>
            {
                var word = delivered.Content.GetProperty("word").GetString();
                if (word == "poison" || (word == "twice" && failing.AddOrUpdate(delivered.Origin.PatientNumber!.Value, 1, (_, n) => n + 1) <= 2))
                {
                    throw new InvalidOperationException("Told to fail; this text is kept nowhere.");
                }

                return Task.CompletedTask;
            }),
            new RecordingConsumer(Other));
        int[] patients = hospital.Patients[60..63];
        await hospital.AddAsync(patients[0], 1, "poison", Cancellation);
        await hospital.AddAsync(patients[1], 1, "twice", Cancellation);
        foreach (var patient in patients)
        {
            await hospital.AddAsync(patient, 2, "good", Cancellation);
            await hospital.AddAsync(patient, 3, "good", Cancellation, Stepped.OtherKind);
        }

        await SeenAsync(Other, 8);
        await SeenAsync(Plain, 7);
        await OnceInOrderAsync(Plain);
        await OnceInOrderAsync(Other);
        (await DeadAsync(Plain)).ShouldBe([(patients[0], "handler-failed", "InvalidOperationException", 3)]);
        (await hospital.ScalarAsync<long>($"select count(*) from event_queue where consumer = '{Plain}'", Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_version_that_the_consumer_does_not_know_goes_to_the_dead_letters_at_once()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain));
        var patient = hospital.Patients[65];
        await hospital.AddAsync(patient, 1, "known", Cancellation);
        await hospital.AddAsync(patient, 2, "unknown", Cancellation, Stepped.LaterKind);
        await hospital.AddAsync(patient, 3, "known", Cancellation);
        await SeenAsync(Plain, 2);
        (await DeadAsync(Plain)).ShouldBe([(patient, "unknown-version", null, 0)]);
    }

    [Fact]
    public async Task A_consumer_that_hangs_delays_no_other_and_is_given_up_in_time()
    {
        await using var node = await NodeAsync(
            settings => settings["HandleSeconds"] = "1",
            new RecordingConsumer(Plain), new RecordingConsumer(Other, async (delivered, stop) =>
            {
                if (delivered.Content.GetProperty("word").GetString() == "hang")
                {
                    await Task.Delay(Timeout.Infinite, stop);
                }
            }));
        await hospital.AddAsync(hospital.Patients[66], 1, "hang", Cancellation);
        await WriteAsync(patients: 10, steps: 5, writers: 2);
        await SeenAsync(Plain, 51);
        await SeenAsync(Other, 50);
        await Poll.UntilAsync(async () => (await DeadAsync(Other)) is [(_, "timed-out", "TimeoutRejectedException", 3)], Soon, "the event that hangs is given up", Cancellation);
        await OnceInOrderAsync(Other);
    }

    [Fact]
    public async Task A_consumer_whose_dependency_is_away_rests_and_loses_nothing()
    {
        var away = true;
        await using var node = await NodeAsync(
            settings => settings["Attempts"] = "50",
            new RecordingConsumer(Plain, (_, _) => away ? throw new HttpRequestException("away") : Task.CompletedTask));
        await WriteAsync(patients: 40, steps: 2, writers: 2);
        await Poll.UntilAsync(() => Task.FromResult(node.Services.IsResting(Plain)), Soon, "the consumer rests", Cancellation);
        away = false;
        await SeenAsync(Plain, 80);
        await OnceInOrderAsync(Plain);
        (await DeadAsync(Plain)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_of_somebody_who_was_erased_are_passed_over()
    {
        var patient = hospital.Patients[198 + Own];
        await using (var idle = await NodeAsync(new RecordingConsumer(Plain)))
        {
            // The broker's queue is there from now on.
        }

        await hospital.AddAsync(patient, 1, "erased", Cancellation);
        await hospital.ExecuteAsync($"delete from patient_keys where patient_no = {patient}", Cancellation);
        await hospital.AddAsync(hospital.Patients[67], 1, "there", Cancellation);
        await using var node = await NodeAsync(new RecordingConsumer(Plain));
        await SeenAsync(Plain, 1);
        await Poll.UntilAsync(async () => await hospital.ScalarAsync<long>("select count(*) from event_outbox", Cancellation) == 0, Soon, "nothing waits", Cancellation);
        (await DeadAsync(Plain)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Observers_are_told_on_the_node()
    {
        var observer = new TellingObserver();
        await using var node = await EventNode.StartAsync(hospital.Installation, Broker, Settings, [], [observer], Cancellation);

        // Nothing is kept for an observer that does not listen yet.
        for (var step = 1; !observer.Told.Any(told => told.Content.GetProperty("word").GetString() == _mark); step++)
        {
            await hospital.AddAsync(hospital.Patients[68], step, _mark, Cancellation);
            await Poll.UntilAsync(async () => !observer.Told.IsEmpty || await hospital.ScalarAsync<long>("select count(*) from event_outbox", Cancellation) == 0, Soon, "it is published", Cancellation);
        }
    }

    [Fact]
    public async Task Connections_that_are_cut_in_the_middle_lose_and_double_nothing()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain), new RecordingConsumer(Other));
        var writing = WriteAsync(patients: 30, steps: 12, writers: 3);
        for (var cut = 0; cut < 5; cut++)
        {
            var before = await CountAsync(Plain);
            foreach (var (process, _) in PostgresProcesses.Children(PostgresProcesses.Postmaster(hospital.Data)!.Value).Where(child => child.Value.Contains("wardwatch_service", StringComparison.Ordinal)))
            {
                Cut(process);
            }

            await Poll.UntilAsync(async () => await CountAsync(Plain) > before || writing.IsCompleted, Soon, "it goes on", Cancellation);
        }

        await writing;
        await SeenAsync(Plain, 360);
        await SeenAsync(Other, 360);
        await OnceInOrderAsync(Plain);
        await OnceInOrderAsync(Other);
    }

    [Fact]
    public async Task A_node_that_is_killed_loses_and_doubles_nothing()
    {
        await using (var idle = await NodeAsync(new RecordingConsumer(Plain)))
        {
            // The broker's queue is there from now on.
        }

        var writing = WriteAsync(patients: 30, steps: 20, writers: 2);
        for (var kill = 0; kill < 2; kill++)
        {
            var before = await CountAsync(Plain);
            using var node = await ProcessAsync();
            await Poll.UntilAsync(async () => await CountAsync(Plain) > before + 20 || writing.IsCompleted, Soon, "the node works", Cancellation);
            await KillAsync(node);
        }

        await writing;
        await using var last = await NodeAsync(new RecordingConsumer(Plain));
        await SeenAsync(Plain, 600);
        await OnceInOrderAsync(Plain);
    }

    [Fact]
    public async Task When_PostgreSQL_dies_and_comes_back_everything_goes_on_by_itself()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain));
        await WriteAsync(patients: 10, steps: 3, writers: 1);
        ServerProcess.Signal(PostgresProcesses.Postmaster(hospital.Data)!.Value, 9);
        await Poll.UntilAsync(AnswersAsync, Poll.Patience, "PostgreSQL is back", Cancellation);
        await WriteAsync(patients: 10, steps: 3, writers: 1, first: 4);
        await SeenAsync(Plain, 60);
        await OnceInOrderAsync(Plain);
    }

    protected Task<EventNode> NodeAsync(params IEventConsumer[] consumers) => NodeAsync(_ => { }, consumers);

    protected Task<EventNode> NodeAsync(Action<Dictionary<string, string>> set, params IEventConsumer[] consumers)
    {
        var settings = Settings;
        set(settings);
        return EventNode.StartAsync(hospital.Installation, Broker, settings, consumers, [], Cancellation);
    }

    /// <summary>Writes events of the first patients, some of each in a transaction, each patient's from one writer; tries again when a connection is cut.</summary>
    protected Task WriteAsync(int patients, int steps, int writers, int first = 1) => Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
    {
        int[] own = [.. hospital.Patients.Take(patients).Where((_, i) => i % writers == writer)];
        for (var step = first; step < first + steps; step++)
        {
            foreach (var some in own.Chunk(5))
            {
                await WriteAsync([.. some.Select(patient => NewEvent.Of(step % 3 == 0 ? Stepped.OtherKind : Stepped.Kind, hospital.Of(patient), new Stepped(step, _mark)))], step);
            }
        }
    }));

    protected Task SeenAsync(string consumer, long count) =>
        Poll.UntilAsync(async () => await CountAsync(consumer) >= count, Soon, $"{consumer} has seen {count} events", Cancellation);

    protected Task<long> CountAsync(string consumer) => hospital.ScalarAsync<long>($"select count(*) from seen where consumer = '{consumer}'", Cancellation);

    /// <summary>No event twice, and each patient's in their order.</summary>
    protected async Task OnceInOrderAsync(string consumer)
    {
        (await hospital.ScalarAsync<long>($"select count(*) - count(distinct event_id) from seen where consumer = '{consumer}'", Cancellation)).ShouldBe(0, "handled twice");
        (await hospital.ScalarAsync<long>(
            $"select count(*) from (select step, lag(step) over (partition by patient_no order by seq) as before from seen where consumer = '{consumer}') as s where step <= before", Cancellation))
            .ShouldBe(0, "out of order");
    }

    private async Task<List<(int Patient, string Reason, string? Fault, int Attempts)>> DeadAsync(string consumer)
    {
        await using var command = hospital.Installation.Database.CreateCommand("select patient_no, reason, fault, attempts from event_dead_letters where consumer = $1");
        command.Parameters.Add(new() { Value = consumer });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var dead = new List<(int, string, string?, int)>();
        while (await reader.ReadAsync(Cancellation))
        {
            dead.Add((reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3)));
        }

        return dead;
    }

    // As if somebody had been killed between handing an event over and taking it out.
    private Task CopyToOutboxAsync(int patient) => hospital.ExecuteAsync(
        $"""
        insert into event_outbox (tenant_id, partition, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content)
        select e.tenant_id, {Wardwatch.Server.Events.EventPartitions.PartitionOf(hospital.Tenant, patient)}, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content
        from events e where patient_no = {patient} on conflict do nothing
        """, Cancellation);

    private async Task WriteAsync(IReadOnlyList<NewEvent> events, int step)
    {
        while (true)
        {
            try
            {
                await hospital.AddAsync(events, Cancellation);
                return;
            }
            catch (NpgsqlException)
            {
                // Perhaps it is committed all the same; then it must not be written twice.
                if (await IsWrittenAsync(events[0].Origin))
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> IsWrittenAsync(EventOrigin origin)
    {
        long? found = null;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    found = await hospital.ScalarAsync<long>($"select count(*) from events where patient_no = {origin.PatientNumber} and at = '{origin.At:yyyy-MM-dd HH:mm:ss.ffffff}+00'", Cancellation);
                }
                catch (NpgsqlException)
                {
                    // Still away, or again.
                }

                return found is not null;
            },
            Soon, "the database answers", Cancellation);
        return found > 0;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await hospital.ScalarAsync<int>("select 1", Cancellation) == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<NodeProcess> ProcessAsync()
    {
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = EventNode.StartProcess(hospital.Data, Broker, Settings, [Plain], line =>
        {
            if (line.StartsWith("node ", StringComparison.Ordinal))
            {
                started.TrySetResult(int.Parse(line.AsSpan(5)));
            }
        });
        return new(process, await started.Task.WaitAsync(Soon, Cancellation));
    }

    private static void Cut(int process)
    {
        try
        {
            ServerProcess.Signal(process, 15);
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    private static async Task KillAsync(NodeProcess node)
    {
        ServerProcess.Signal(node.Id, 9);
        await node.Process.Exited.WaitAsync(Soon, Cancellation);
    }

    private sealed record NodeProcess(WatchedProcess Process, int Id) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }

    private sealed class TellingObserver : IEventObserver
    {
        public ConcurrentQueue<DeliveredEvent> Told { get; } = new();

        public IReadOnlyCollection<EventKind> Kinds { get; } = [Stepped.Kind];

        public void Happened(DeliveredEvent delivered) => Told.Enqueue(delivered);
    }
}

/// <summary>The promises within one process.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class InProcessEventTests(EventHospital hospital) : EventSuite(hospital)
{
    protected override string? Broker => null;
}

internal static class NodeServices
{
    /// <summary>Whether a consumer of the node rests.</summary>
    public static bool IsResting(this IServiceProvider services, string consumer) =>
        ((Wardwatch.Server.Events.ConsumerRunners)services.GetService(typeof(Wardwatch.Server.Events.ConsumerRunners))!).HandlingOf(consumer)!.IsResting;

    /// <summary>Why the broker is away; null while it is there.</summary>
    public static string? BrokerAway(this IServiceProvider services) =>
        ((IBrokerLink?)services.GetService(typeof(IBrokerLink)))?.Away?.Reason;
}
