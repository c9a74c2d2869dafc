using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>What screens are told of incidents in a storm.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class ShownIncidentsTests(EventHospital hospital)
{
    private const int Changes = 300;
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_incident_that_changes_again_and_again_is_told_twice_a_second_and_as_it_is_in_the_end()
    {
        var (stormy, calm) = (Guid.NewGuid(), Guid.NewGuid());
        await hospital.ExecuteAsync(Insert(stormy) + Insert(calm), Cancellation);
        var (around, screens) = (new Surroundings(hospital.Tenant), new Screens());
        using var shown = new ShownIncidents(hospital.Installation.Database, around, around, around, [screens], TimeProvider.System, NullLogger<ShownIncidents>.Instance);
        await shown.StartAsync(Cancellation);
        var begun = TimeProvider.System.GetTimestamp();
        shown.Happened(Of(stormy));
        await Poll.UntilAsync(() => Task.FromResult(screens.Of(stormy).Length == 1), Soon, "the first change is told", Cancellation);

        for (var change = 1; change <= Changes; change++)
        {
            await using var update = hospital.Installation.Database.CreateCommand("update incidents set bed = $2 where incident_id = $1");
            update.Parameters.Add(new() { Value = stormy });
            update.Parameters.Add(new() { Value = $"{change}" });
            await update.ExecuteNonQueryAsync(Cancellation);
            shown.Happened(Of(stormy));
            if (change == Changes / 2)
            {
                shown.Happened(Of(calm));
            }
        }

        await Poll.UntilAsync(() => Task.FromResult(screens.Of(stormy)[^1] == $"{Changes}"), Soon, "the last change is told", Cancellation);
        screens.Of(stormy).Length.ShouldBeLessThanOrEqualTo(1 + (int)(TimeProvider.System.GetElapsedTime(begun) / TimeSpan.FromSeconds(0.5)));
        screens.Of(calm).Length.ShouldBe(1);
        await shown.StopAsync(Cancellation);
        await hospital.ExecuteAsync($"delete from incidents where incident_id in ('{stormy}', '{calm}')", Cancellation);
    }

    private DeliveredEvent Of(Guid incident) => new(
        Guid.NewGuid(), 1, IncidentEvents.Changed.Name, IncidentEvents.Changed.Version, new(hospital.Tenant, null, TimeProvider.System.GetUtcNow()), JsonSerializer.SerializeToElement(new { incident }));

    private string Insert(Guid id) =>
        $"""
        insert into incidents (tenant_id, incident_id, number, type, categories, priority, technical, role, state, armed_at, onset_at, opened_at, respond_state, bed)
        values ({hospital.Tenant}, '{id}', {Math.Abs((long)id.GetHashCode()) + 1_000_000}, 'hr-high', 1, 2, false, 'nurse', 'OPEN', now(), now(), now(), 'none', '0');
        """;

    // The bed tells one state of an incident from another.
    private sealed class Screens : IIncidentObserver
    {
        private readonly ConcurrentQueue<(Guid Incident, string Bed)> _told = new();

        public string[] Of(Guid incident) => [.. _told.Where(told => told.Incident == incident).Select(told => told.Bed)];

        public void Changed(int tenantId, int? patientNumber, string? ward, byte[] document)
        {
            var told = JsonElement.Parse(document);
            _told.Enqueue((told.GetProperty("id").GetGuid(), told.GetProperty("bed").GetString()!));
        }
    }
}
