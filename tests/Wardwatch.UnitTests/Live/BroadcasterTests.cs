using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Live;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Platform;
using Xunit;
using static Wardwatch.UnitTests.Live.Scopes;

namespace Wardwatch.UnitTests.Live;

/// <summary>From lanes to screens when the broadcaster is behind: lanes never wait, states never go backwards, and no change of state is lost.</summary>
public sealed class BroadcasterTests : IDisposable
{
    private const int Queued = 16;
    private readonly FakePatients _patients = new([.. Enumerable.Range(1, 40).Select(number => TestWard.Patient(number))]);
    private readonly SemaphoreSlim _reached = new(0);
    private readonly SemaphoreSlim _go = new(0);
    private readonly EventLog _log;
    private readonly Audience _audience;
    private readonly Broadcaster _broadcaster;

    public BroadcasterTests()
    {
        var options = Options.Create(new LiveOptions { QueuedChanges = Queued, MaxSubscribers = 2 });
        var clock = new FixedClock(DateTimeOffset.UnixEpoch.AddMicroseconds(TestWard.Start));
        _log = new EventLog(options, clock);
        var metrics = new LiveMetrics(new UnreadMeters());
        _audience = new Audience(_log, options, metrics);
        _broadcaster = new Broadcaster(_audience, _patients, new AlwaysStored(), new Heart(new AlwaysStored(), clock), options, metrics, clock, NullLogger<Broadcaster>.Instance);
    }

    public void Dispose()
    {
        _broadcaster.Dispose();
        _reached.Dispose();
        _go.Dispose();
    }

    [Fact]
    public async Task A_screen_is_never_shown_an_older_state_after_a_newer_one()
    {
        using var screen = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        StopAtPatient(40);
        Tell(40, 1);
        await _broadcaster.StartAsync(TestContext.Current.CancellationToken);
        await ReachedAsync();

        // The broadcaster stands at patient 40. Its queue is filled, patient 1's next state finds it full; then there is room for one more.
        for (var patient = 2; patient <= Queued + 1; patient++)
        {
            Tell(patient == 2 ? 39 : patient, 1);
        }

        Tell(1, 1);
        StopAtPatient(39);
        _go.Release();
        await ReachedAsync();
        Tell(1, 2);
        _go.Release();
        var messages = await ReceiveAsync(screen, count => count(1) > 0 && count(Queued + 1) > 0);
        messages.Where(message => message.Patient == 1).Select(message => message.Sequence).ShouldBeInOrder();
        messages.Last(message => message.Patient == 1).Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task A_change_of_state_survives_a_reading_that_overtakes_it_while_the_broadcaster_is_behind()
    {
        using var screen = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        for (var patient = 2; patient <= Queued + 1; patient++)
        {
            Tell(patient, 1);
        }

        Tell(1, 1, ChangeKind.Status);
        Tell(1, 2, ChangeKind.Reading);
        await _broadcaster.StartAsync(TestContext.Current.CancellationToken);
        var messages = await ReceiveAsync(screen, count => count(1) >= 2);
        messages.Where(message => message.Patient == 1).Select(message => message.Kind).ShouldBe([LiveKind.VitalsUpdated, LiveKind.StatusUpdated], ignoreOrder: true);
        messages.Where(message => message.Patient == 1).ShouldAllBe(message => message.Sequence == 2);
        _log.After(_log.IdOf(0))!.Count(message => message.PatientNumber == 1).ShouldBe(1, "who asks later must find it too");
    }

    [Fact]
    public async Task A_patient_that_cannot_be_shown_stops_no_screen()
    {
        using var screen = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        _patients.Searched = patient => { if (patient == 1) { throw new InvalidOperationException("A planted defect."); } };
        await _broadcaster.StartAsync(TestContext.Current.CancellationToken);
        Tell(1, 1);
        Tell(2, 1);
        (await ReceiveAsync(screen, count => count(2) > 0)).ShouldAllBe(message => message.Patient == 2);
    }

    [Fact]
    public async Task A_patient_who_has_left_is_shown_no_more()
    {
        using var screen = _audience.Subscribe(new LiveFilter(Whole(1), null, null), LiveKinds.All)!;
        _patients.Discharge(1);
        await _broadcaster.StartAsync(TestContext.Current.CancellationToken);
        Tell(1, 1, ChangeKind.Reading | ChangeKind.Status);
        Tell(2, 1);
        (await ReceiveAsync(screen, count => count(2) > 0)).ShouldAllBe(message => message.Patient == 2);
        _log.After(_log.IdOf(0))!.ShouldBeEmpty();
    }

    private void StopAtPatient(int stop) => _patients.Searched = patient =>
    {
        if (patient == stop)
        {
            _reached.Release();
            _go.Wait(Waiting.Patience, TestContext.Current.CancellationToken).ShouldBeTrue();
        }
    };

    private async Task ReachedAsync() => (await _reached.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken)).ShouldBeTrue();

    private void Tell(int patient, long sequence, ChangeKind kind = ChangeKind.Reading)
    {
        var view = new PatientView { PatientNumber = patient, Sequence = sequence, MeasuredAt = TestWard.Start };
        _broadcaster.Changed(in view, kind);
    }

    private static async Task<List<(int Patient, LiveKind Kind, long Sequence)>> ReceiveAsync(Subscription screen, Func<Func<int, int>, bool> enough)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Waiting.Patience);
        var all = new List<(int Patient, LiveKind Kind, long Sequence)>();
        while (!enough(patient => all.Count(message => message.Patient == patient)))
        {
            await screen.Mailbox.WaitAsync(deadline.Token);
            all.AddRange(screen.Mailbox.Take([], out _).Where(message => message.PatientNumber != 0)
                .Select(message => (message.PatientNumber, message.Kind, JsonDocument.Parse(message.Json).RootElement.GetProperty("seq").GetInt64())));
        }

        return all;
    }

    private sealed class AlwaysStored : IStorageState
    {
        public StorageStatus Current { get; } = new(Stored: true, DateTimeOffset.UnixEpoch);

        public event Action<StorageStatus>? Changed
        {
            add
            {
                // It never changes.
            }

            remove
            {
            }
        }
    }
}
