using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Events;

/// <summary>A RabbitMQ for the tests of a class.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    /// <summary>The broker; null where RabbitMQ is not installed.</summary>
    public RabbitBroker? Broker { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (RabbitBroker.IsInstalled)
        {
            Broker = await RabbitBroker.StartNewAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Broker is not null)
        {
            await Broker.DisposeAsync();
        }
    }
}

/// <summary>The promises over RabbitMQ, and what becomes of them when it goes away.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class BrokerEventTests(EventHospital hospital, BrokerFixture fixture) : EventSuite(hospital), IClassFixture<BrokerFixture>
{
    protected override string? Broker
    {
        get
        {
            Assert.SkipWhen(fixture.Broker is null, "RabbitMQ is not installed (package rabbitmq-server).");
            return fixture.Broker!.Address;
        }
    }

    [Fact]
    public async Task While_the_broker_is_away_events_stay_in_the_outbox_and_then_all_arrive()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain), new RecordingConsumer(Other));
        await WriteAsync(patients: 10, steps: 3, writers: 1);
        await SeenAsync(Plain, 30);
        await fixture.Broker!.StopAsync(Cancellation);
        await WriteAsync(patients: 10, steps: 3, writers: 1, first: 4);
        await Poll.UntilAsync(() => Task.FromResult(node.Services.BrokerAway() is not null), Poll.Patience, "it is told that the broker is away", Cancellation);
        (await Hospital.ScalarAsync<long>("select count(*) from event_outbox", Cancellation)).ShouldBe(30);
        await fixture.Broker.StartAsync(Cancellation);
        await SeenAsync(Plain, 60);
        await SeenAsync(Other, 60);
        await OnceInOrderAsync(Plain);
        await OnceInOrderAsync(Other);
        node.Services.BrokerAway().ShouldBeNull();
    }

    [Fact]
    public async Task A_second_node_takes_over_where_the_first_one_ended()
    {
        await using var second = await NodeAsync(new RecordingConsumer(Plain));
        await using (var first = await NodeAsync(new RecordingConsumer(Plain)))
        {
            await WriteAsync(patients: 30, steps: 5, writers: 2);
            await SeenAsync(Plain, 20);
        }

        await WriteAsync(patients: 30, steps: 5, writers: 2, first: 6);
        await SeenAsync(Plain, 300);
        await OnceInOrderAsync(Plain);
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_set_aside_in_the_broker_and_stops_nothing()
    {
        await using var node = await NodeAsync(new RecordingConsumer(Plain));
        await using var stranger = await Stranger.ConnectAsync(fixture.Broker!.Address, Cancellation);
        await Hospital.AddAsync(Hospital.Patients[70], 1, "good", Cancellation);
        await SeenAsync(Plain, 1);
        var before = await stranger.DeadAsync(Cancellation);
        string[] bodies = ["", "x", "[]", "{}", "[1]", """[{"id":"x"}]""", """[{"id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","number":1,"tenant":1,"at":1,"recordedAt":9999999999999999999,"content":""}]"""];
        foreach (var body in bodies)
        {
            await stranger.PublishAsync("patient-stepped.v1", "PatientStepped", body, Cancellation);
        }

        await stranger.PublishAsync("patient-stepped.v1", "Other kind", "[]", Cancellation);
        await Hospital.AddAsync(Hospital.Patients[70], 2, "good", Cancellation);
        await SeenAsync(Plain, 2);
        await Poll.UntilAsync(async () => await stranger.DeadAsync(Cancellation) >= before + (uint)bodies.Length + 1, Poll.Patience, "all of them are set aside", Cancellation);
    }
}
