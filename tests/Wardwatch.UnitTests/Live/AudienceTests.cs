using System.Text;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Live;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Platform;
using Xunit;
using static Wardwatch.UnitTests.Live.Scopes;

namespace Wardwatch.UnitTests.Live;

/// <summary>Who gets what, in which order, and what it costs to make.</summary>
public class AudienceTests
{
    private static readonly LiveFilter Everything = new(Whole(1), null, null);
    private readonly EventLog _log;
    private readonly Audience _audience;

    public AudienceTests()
    {
        var options = Options.Create(new LiveOptions { MaxSubscribers = 40, QueuedMessages = 100_000, ReplayedEvents = 100_000 });
        _log = new EventLog(options, new FixedClock(DateTimeOffset.UnixEpoch));
        _audience = new Audience(_log, options, new LiveMetrics(new UnreadMeters()));
    }

    [Fact]
    public void Nobody_may_open_more_subscriptions_than_there_are_and_an_ended_one_makes_room()
    {
        var all = Enumerable.Range(0, 40).Select(_ => _audience.Subscribe(Everything, LiveKinds.All)!).ToList();
        _audience.Subscribe(Everything, LiveKinds.All).ShouldBeNull();
        all[0].Dispose();
        all[0].Dispose();
        _audience.Subscribe(Everything, LiveKinds.All).ShouldNotBeNull();
        _audience.Subscribe(Everything, LiveKinds.All).ShouldBeNull();
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("w1", null, true)]
    [InlineData("w2", null, false)]
    [InlineData(null, 7, true)]
    [InlineData(null, 8, false)]
    [InlineData("w1", 7, true)]
    [InlineData("w2", 7, false)]
    public void A_screen_gets_what_it_asked_for(string? ward, int? patient, bool gets)
    {
        using var screen = _audience.Subscribe(new LiveFilter(Whole(1), ward, patient), LiveKinds.All)!;
        using var stranger = _audience.Subscribe(new LiveFilter(Whole(2), ward, patient), LiveKinds.All)!;
        _audience.SendVitals(TestWard.Patient(7), []);
        _audience.SendEvent(Status(7));
        screen.Mailbox.Count.ShouldBe(gets ? 2 : 0);
        stranger.Mailbox.Count.ShouldBe(0, "another hospital's");
        _audience.SendEvent(new LiveMessage(LiveKind.StorageChanged, 0, 0, null, []));
        _audience.SendHeartbeat(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, []));
        screen.Mailbox.Count.ShouldBe(gets ? 4 : 2);
        stranger.Mailbox.Count.ShouldBe(2);
    }

    [Fact]
    public void A_connection_is_woken_only_for_what_it_carries()
    {
        using var readings = _audience.Subscribe(Everything, LiveKinds.Readings)!;
        using var events = _audience.Subscribe(Everything, LiveKinds.Events)!;
        _audience.SendVitals(TestWard.Patient(7), []);
        _audience.SendEvent(Status(7));
        _audience.SendHeartbeat(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, []));
        readings.Mailbox.Take([], out _).ShouldHaveSingleItem().Kind.ShouldBe(LiveKind.VitalsUpdated);
        events.Mailbox.Take([], out _).ShouldHaveSingleItem().Kind.ShouldBe(LiveKind.StatusUpdated);
    }

    [Fact]
    public void A_reading_that_nobody_wants_need_not_be_written()
    {
        var patient = TestWard.Patient(7);
        _audience.WantsReadings(patient).ShouldBeFalse();
        var others = new[] { new LiveFilter(Whole(2), null, null), new LiveFilter(Whole(1), "w2", null), new LiveFilter(Whole(1), null, 8) }
            .Select(filter => _audience.Subscribe(filter, LiveKinds.All)).Append(_audience.Subscribe(Everything, LiveKinds.Events)).ToList();
        _audience.WantsReadings(patient).ShouldBeFalse();
        foreach (var filter in new[] { Everything, new LiveFilter(Whole(1), "w1", null), new LiveFilter(Whole(1), null, 7) })
        {
            using var _ = _audience.Subscribe(filter, LiveKinds.Readings);
            _audience.WantsReadings(patient).ShouldBeTrue();
        }

        _audience.WantsReadings(patient).ShouldBeFalse();
        others.ShouldNotContain((Subscription?)null);
    }

    [Fact]
    public async Task Events_of_many_threads_leave_in_the_order_of_their_numbers_for_everybody()
    {
        const int threads = 8, each = 10_000;
        var screens = Enumerable.Range(0, 8).Select(_ => _audience.Subscribe(Everything, LiveKinds.All)!).ToList();
        using var together = new Barrier(threads);
        await Task.WhenAll(Enumerable.Range(1, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ShouldBeTrue();
                for (var i = 0; i < each; i++)
                {
                    _audience.SendEvent(Status(thread));
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        foreach (var screen in screens)
        {
            screen.Mailbox.Take([], out _).Select(message => message.EventNumber).ShouldBe(Enumerable.Range(1, threads * each).Select(number => (long)number));
        }
    }

    [Fact]
    public void All_receivers_get_the_very_same_bytes_over_each_kind_of_connection()
    {
        var screens = Enumerable.Range(0, 3).Select(_ => _audience.Subscribe(Everything, LiveKinds.All)!).ToList();
        _audience.SendVitals(TestWard.Patient(7), "{\"patient\":\"p7\"}"u8.ToArray());
        var messages = screens.ConvertAll(screen => screen.Mailbox.Take([], out _).ShouldHaveSingleItem());
        messages.ShouldAllBe(message => ReferenceEquals(message.Json, messages[0].Json));
        messages.ShouldAllBe(message => ReferenceEquals(message.HubMessage, messages[0].HubMessage));
        messages.ShouldAllBe(message => message.ServerSentEvent.Equals(messages[0].ServerSentEvent));
        var record = messages[0].HubMessage.GetSerializedMessage(new JsonHubProtocol());
        Encoding.UTF8.GetString(record.Span).ShouldBe("{\"type\":1,\"target\":\"VitalsUpdated\",\"arguments\":[{\"patient\":\"p7\"}]}\u001e");
    }

    [Fact]
    public void An_event_over_the_stream_has_its_name_and_the_id_to_resume_from()
    {
        var message = _log.Add(new LiveMessage(LiveKind.StatusUpdated, 1, 7, "w1", "{}"u8.ToArray()));
        Encoding.UTF8.GetString(message.ServerSentEvent.Span).ShouldBe($"event: status\nid: {_log.LastId}\ndata: {{}}\n\n");
        Encoding.UTF8.GetString(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, "{}"u8.ToArray()).ServerSentEvent.Span).ShouldBe("event: heartbeat\ndata: {}\n\n");
    }

    private static LiveMessage Status(int patient) => new(LiveKind.StatusUpdated, 1, patient, "w1", [1]);
}
