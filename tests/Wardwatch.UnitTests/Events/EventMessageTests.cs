using Shouldly;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Broker;
using Wardwatch.Server.Events.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>Events as they travel through a broker.</summary>
public sealed class EventMessageTests
{
    private static readonly DateTime Noon = new(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("PatientCreated", 1, "patient-created.v1")]
    [InlineData("VitalSigns", 12, "vital-signs.v12")]
    public void The_routing_key_is_the_kind_in_words_and_its_version(string name, int version, string key) => EventMessage.RoutingKey(name, version).ShouldBe(key);

    [Fact]
    public void What_is_written_is_read_again()
    {
        SealedEvent[] events =
        [
            new(Guid.NewGuid(), 1, "PatientCreated", 3, new(1, 7, new(Noon), Guid.NewGuid()), Noon, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", [1, 2, 3]),
            new(Guid.NewGuid(), long.MaxValue, "PatientCreated", 3, new(2, null, new(Noon.AddTicks(10))), Noon.AddTicks(20), null, []),
        ];
        var read = EventMessage.TryRead("PatientCreated", "patient-created.v3", EventMessage.Write(events), Noon.AddDays(1)).ShouldNotBeNull();
        read.Count.ShouldBe(2);
        for (var i = 0; i < 2; i++)
        {
            (read[i] with { Content = [] }).ShouldBe(events[i] with { Content = [] });
            read[i].Content.ShouldBe(events[i].Content);
        }
    }

    [Fact]
    public void A_message_that_is_cut_anywhere_is_none_of_ours()
    {
        var whole = EventMessage.Write([Of(1, "PatientCreated", 7)]);
        for (var length = 0; length < whole.Length; length++)
        {
            EventMessage.TryRead("PatientCreated", "patient-created.v1", whole[..length], Noon.AddDays(1)).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(null, "patient-created.v1")]
    [InlineData("PatientCreated", "patient-created.v2x")]
    [InlineData("PatientCreated", "patient-created.v0")]
    [InlineData("PatientCreated", "other.v1")]
    [InlineData("Patient Created", "patient-created.v1")]
    [InlineData("PatientCreated\0", "patient-created.v1")]
    public void A_message_whose_type_and_key_disagree_is_none_of_ours(string? type, string key) =>
        EventMessage.TryRead(type, key, EventMessage.Write([Of(1, "PatientCreated", 7)]), Noon.AddDays(1)).ShouldBeNull();

    [Fact]
    public void What_was_recorded_in_the_future_is_none_of_ours() =>
        EventMessage.TryRead("PatientCreated", "patient-created.v1", EventMessage.Write([Of(1, "PatientCreated", 7)]), Noon.AddSeconds(-1)).ShouldBeNull();

    [Fact]
    public void Events_go_together_as_far_as_each_patients_order_allows()
    {
        var order = new Random(20261122);
        for (var round = 0; round < 200; round++)
        {
            SealedEvent[] events = [.. Enumerable.Range(1, 100).Select(number => Of(number, order.Next(2) == 0 ? "PatientCreated" : "PatientMoved", order.Next(1, 10)))];
            var groups = EventMessage.Group(events);
            groups.ShouldAllBe(group => group.Select(e => e.Name).Distinct().Count() == 1);
            var sent = groups.SelectMany(group => group).ToList();
            sent.Count.ShouldBe(100);
            foreach (var patient in sent.GroupBy(e => e.OrderKey))
            {
                patient.Select(e => e.Number).ShouldBeInOrder();
            }
        }

        EventMessage.Group([.. Enumerable.Range(1, 100).Select(number => Of(number, number % 2 == 0 ? "PatientCreated" : "PatientMoved", number))]).Count.ShouldBe(2, "different patients, two kinds");
    }

    // Stored rows carry it, so it must never change.
    [Theory]
    [InlineData(1, 1, 55)]
    [InlineData(1, 2, 46)]
    [InlineData(1, 1000, 51)]
    [InlineData(1, null, 8)]
    public void The_partition_of_a_patient_never_changes(int tenant, int? patient, int partition) => ((int)EventPartitions.PartitionOf(tenant, patient)).ShouldBe(partition);

    private static SealedEvent Of(long number, string name, int patient) => new(Guid.NewGuid(), number, name, 1, new EventOrigin(1, patient, new(Noon)), Noon, null, [9]);
}
