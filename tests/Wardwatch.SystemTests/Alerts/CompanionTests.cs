using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History;
using Wardwatch.Server.History.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>The committer on a real database, with companions that a test lets wait and fail: in which order they are written, and what becomes of those that are refused.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class CompanionTests(EventHospital hospital)
{
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_later_waits_for_what_came_before_whichever_writer_has_it_and_rows_alone_wait_for_nobody()
    {
        await using var rig = await Rig.StartAsync(hospital, writers: 3);
        var release = new TaskCompletionSource();
        var began = rig.Submit(rig.Companion("began", 1, () => release.Task));
        var ended = rig.Submit(rig.Companion("ended", 1, () => Task.CompletedTask));
        await rig.Submit().WaitAsync(Soon, Cancellation);
        var before = rig.Written;
        release.SetResult();
        before.ShouldBeEmpty();
        await Task.WhenAll(began, ended).WaitAsync(Soon, Cancellation);
        rig.Written.ShouldBe(["began", "ended"]);
        rig.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_refused_twice_is_stored_though_no_reading_comes_any_more()
    {
        await using var rig = await Rig.StartAsync(hospital);
        await rig.Submit(rig.Refused("raised", 1, times: 3)).WaitAsync(Soon, Cancellation);
        rig.Written.ShouldBeEmpty("the readings have not waited for it");
        await rig.UntilAsync(1);
        rig.Failures.ShouldBe(2, "together with its rows it does not count");
    }

    [Fact]
    public async Task What_is_refused_of_one_patient_holds_up_what_is_newer_of_the_same_and_nothing_of_others()
    {
        await using var rig = await Rig.StartAsync(hospital);
        var isRefused = true;
        var stuck = rig.Companion("first of 1", 1, () => isRefused ? throw new InvalidOperationException("Refused by the test.") : Task.CompletedTask);
        await rig.Submit(new Several(stuck, rig.Companion("first of 2", 2, () => Task.CompletedTask))).WaitAsync(Soon, Cancellation);
        await rig.Submit(new Several(rig.Companion("second of 1", 1, () => Task.CompletedTask), rig.Companion("second of 2", 2, () => Task.CompletedTask))).WaitAsync(Soon, Cancellation);
        await rig.Submit(rig.Companion("third of 2", 2, () => Task.CompletedTask)).WaitAsync(Soon, Cancellation);
        await rig.UntilAsync(3);
        rig.Written.ShouldBe(["first of 2", "second of 2", "third of 2"]);
        isRefused = false;
        await rig.UntilAsync(5);
        rig.Written.Skip(3).ShouldBe(["first of 1", "second of 1"]);
    }

    [Fact]
    public async Task What_was_refused_is_not_written_any_more_once_somebody_else_has_its_partition()
    {
        const int partition = 4711;
        await hospital.ExecuteAsync($"insert into envelope_partitions (number, epoch) values ({partition}, 1) on conflict (number) do update set epoch = 1", Cancellation);
        await using var rig = await Rig.StartAsync(hospital);
        var isRefused = true;
        var stuck = rig.Companion("of the old owner", 1, () => isRefused ? throw new InvalidOperationException("Refused by the test.") : Task.CompletedTask);
        await rig.Submit(new PartitionEpoch(partition, 1), stuck).WaitAsync(Soon, Cancellation);
        await Poll.UntilAsync(() => Task.FromResult(rig.Failures > 1), Soon, "it was refused again", Cancellation);

        // As whoever takes a partition does it: under its lock alone.
        await hospital.ExecuteAsync(
            $"begin; select pg_advisory_xact_lock(hashtext('envelope-partition'), {partition}); update envelope_partitions set epoch = 2 where number = {partition}; commit", Cancellation);
        isRefused = false;
        await rig.Submit(new PartitionEpoch(partition, 2), rig.Companion("of the new owner", 1, () => Task.CompletedTask)).WaitAsync(Soon, Cancellation);
        await rig.UntilAsync(1);
        await rig.StopAsync();
        rig.Written.ShouldBe(["of the new owner"]);
        await hospital.ExecuteAsync($"delete from envelope_partitions where number = {partition}", Cancellation);
    }

    [Fact]
    public async Task What_is_refused_for_ever_is_tried_once_more_at_the_end_and_does_not_keep_the_server_from_ending()
    {
        await using var rig = await Rig.StartAsync(hospital);
        await rig.Submit(rig.Refused("never", 1, times: int.MaxValue)).WaitAsync(Soon, Cancellation);
        await rig.Submit(rig.Refused("at the end", 2, times: int.MaxValue)).WaitAsync(Soon, Cancellation);
        var before = rig.Failures;
        await rig.StopAsync().WaitAsync(Soon, Cancellation);
        rig.Failures.ShouldBeGreaterThanOrEqualTo(before + 2);
        rig.Written.ShouldBeEmpty();
    }

    /// <summary>A committer, and what it wrote.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<string> _written = new();
        private readonly Committer _committer;
        private long _failures;
        private bool _stopped;

        private Rig(EventHospital hospital, int writers)
        {
            var meters = _services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "wardwatch.history.companion_failures" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _failures, count));
            _listener.Start();
            var (database, time, metrics) = (hospital.Installation.Database, TimeProvider.System, new HistoryMetrics(meters));

            // Each group is a batch of its own, so that several writers have some.
            var options = Options.Create(new HistoryOptions { Writers = writers, MaxBatch = 1 });
            var repair = new BatchRepair(new PartitionKeeper(database, options, time, NullLogger<PartitionKeeper>.Instance), null!, null!, metrics, time, NullLogger<BatchRepair>.Instance);
            _committer = new Committer(
                database, options, metrics, new StorageState(time, NullLogger<StorageState>.Instance), repair,
                new CompanionCommit(hospital.Outbox, metrics, NullLogger<CompanionCommit>.Instance), time, NullLogger<Committer>.Instance);
        }

        /// <summary>How often a companion was refused by itself.</summary>
        public long Failures => Interlocked.Read(ref _failures);

        /// <summary>What was written, in order.</summary>
        public IReadOnlyList<string> Written => [.. _written];

        public static async Task<Rig> StartAsync(EventHospital hospital, int writers = 2)
        {
            var rig = new Rig(hospital, writers);
            await rig._committer.StartAsync(Cancellation);
            return rig;
        }

        /// <summary>Submits a group; ends with its commit.</summary>
        public Task Submit(params ICommitCompanion[] companions) => Submit(null, companions);

        /// <summary>The same of a partition.</summary>
        public Task Submit(PartitionEpoch? fence, params ICommitCompanion[] companions)
        {
            var group = new CommitGroup { Fence = fence };
            var listener = new Waiting();
            group.AddListener(listener);
            foreach (var companion in companions)
            {
                group.AddCompanion(companion);
            }

            _committer.TrySubmit(group).ShouldBeTrue();
            return listener.Told;
        }

        /// <summary>A companion of a patient that is written when an action has ended without a fault.</summary>
        public One Companion(string name, int patient, Func<Task> first) => new(patient, async () =>
        {
            await first();
            _written.Enqueue(name);
        });

        /// <summary>One that the first attempts fail with.</summary>
        public One Refused(string name, int patient, int times) =>
            Companion(name, patient, () => times-- > 0 ? throw new InvalidOperationException("Refused by the test.") : Task.CompletedTask);

        public Task UntilAsync(int count) => Poll.UntilAsync(() => Task.FromResult(_written.Count >= count), Soon, $"{count} are written", Cancellation);

        public async Task StopAsync()
        {
            _stopped = true;
            await _committer.StopAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stopped)
            {
                await StopAsync();
            }

            _committer.Dispose();
            _listener.Dispose();
            await _services.DisposeAsync();
        }
    }

    private sealed class One(int patient, Func<Task> write) : ICommitCompanion
    {
        public Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation) => write();

        public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient() => [new(patient, this)];
    }

    private sealed class Several(params One[] parts) : ICommitCompanion
    {
        public async Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
        {
            foreach (var part in parts)
            {
                await part.WriteAsync(connection, events, cancellation);
            }
        }

        public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient() => parts.SelectMany(part => part.ByPatient());
    }

    private sealed class Waiting : ICommitListener
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Told => _told.Task;

        public void Refuse(int entry, RefusalReason reason) => throw new NotSupportedException();

        public void Describe(int entry, out ReadOnlyMemory<byte> topic, out ReadOnlyMemory<byte> envelope) => throw new NotSupportedException();

        public void Committed() => _told.SetResult();

        public void Failed() => _told.SetException(new IOException("It was not committed."));
    }
}
