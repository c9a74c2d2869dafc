using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Analytics;

/// <summary>Many events at a time leave what one after the other leaves, of two hospitals at once, with several workers, and though one of them cannot be handled.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class FiguresInBatchesTests(EventHospital hospital) : IAsyncLifetime
{
    private const int Patients = 40;
    private const string Sums = "select ward_id, hour, measure, sum(amount) from (select tenant_id, ward_id, hour, measure, amount from analytics_hours union all select tenant_id, ward_id, hour, measure, amount from analytics_changes) as figures where tenant_id = $1 group by 1, 2, 3";
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Wards = ["north", "south", "west"];
    private readonly Random _random = new(8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await hospital.ExecuteAsync(
        """
        delete from event_outbox; delete from event_queue; delete from event_dead_letters where consumer = 'analytics';
        delete from analytics_stays; delete from analytics_waiting; delete from analytics_alerts; delete from analytics_responses; delete from analytics_changes; delete from analytics_hours;
        """, Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Many_events_at_a_time_leave_what_one_after_the_other_leaves()
    {
        var (here, there) = (new FoldedFigures(StoredFigures.None), new FoldedFigures(StoredFigures.None));

        // All of them wait when the node starts, so that it takes hundreds at once.
        var told = await TellAsync(here, there, steps: 12);
        await HandleAsync(Cancellation);
        await SameAsync(hospital.Tenant, here);
        await SameAsync(hospital.OtherTenant, there);
        (await hospital.ScalarAsync<long>("select count(*) from analytics_changes", Cancellation)).ShouldBeLessThan(told / 2, "what is added to one sum is added up first");

        // On top of what is there; and of one patient comes something that nobody can read.
        var poisoned = hospital.Patients[7];
        await hospital.AddAsync([NewEvent.Of(Stepped.Kind with { Name = nameof(AlertChanged) }, hospital.Of(poisoned), new Stepped(1, "unreadable"))], Cancellation);
        await TellAsync(here, there, steps: 6);
        await HandleAsync(Cancellation);
        await SameAsync(hospital.Tenant, here);
        await SameAsync(hospital.OtherTenant, there);
        (await hospital.ScalarAsync<long>($"select count(*) from event_dead_letters where consumer = 'analytics' and patient_no = {poisoned} and reason = 'handler-failed'", Cancellation)).ShouldBe(1);

        using var folding = new ChangeFolding(hospital.Installation.Database, TimeProvider.System, NullLogger<ChangeFolding>.Instance);
        while (await folding.FoldAsync(Cancellation) > 0)
        {
            // There is more.
        }

        (await hospital.ScalarAsync<long>("select count(*) from analytics_changes", Cancellation)).ShouldBe(0);
        await SameAsync(hospital.Tenant, here);
    }

    private async Task<int> TellAsync(FoldedFigures here, FoldedFigures there, int steps)
    {
        var told = 0;
        for (var step = 0; step < steps; step++)
        {
            foreach (var some in Enumerable.Range(0, Patients).Chunk(8))
            {
                foreach (var (tenant, figures, events) in new[] { (hospital.Tenant, here, some.SelectMany(Of).ToArray()), (hospital.OtherTenant, there, [Elsewhere(told)]) })
                {
                    await using var transaction = await hospital.Installation.Tenants.BeginAsync(tenant, Cancellation);
                    await hospital.Outbox.AddAsync(transaction.Connection, events, Cancellation);
                    await transaction.CommitAsync(Cancellation);
                    foreach (var e in events)
                    {
                        figures.Add(new(Guid.NewGuid(), ++told, e.Kind.Name, e.Kind.Version, e.Origin, JsonElement.Parse(e.Content.Span)));
                    }
                }
            }
        }

        return told;
    }

    private NewEvent Elsewhere(int minute) => NewEvent.Of(MonitoringEvents.VitalSigns, new(hospital.OtherTenant, null, Noon.AddMinutes(minute)), new("elsewhere", _random.Next(1000), 1));

    // What happens to a patient next: anything, about few stays, alerts and incidents each.
    private IEnumerable<NewEvent> Of(int patient)
    {
        for (var more = _random.Next(1, 4); more > 0; more--)
        {
            var origin = new EventOrigin(hospital.Tenant, hospital.Patients[patient], Noon.AddSeconds(_random.Next(20_000)));
            var (ward, id, at) = (Wards[_random.Next(Wards.Length)], $"{patient}-{_random.Next(4)}", origin.At.AddTicks(_random.Next(1000)));
            yield return _random.Next(9) switch
            {
                0 => NewEvent.Of(PatientEvents.Created, origin, new($"p-{patient}", "discharged", null, null)),
                1 => NewEvent.Of(PatientEvents.Admitted, origin, new($"p-{patient}", $"e-{id}", "admitted", ward, "1")),
                2 => NewEvent.Of(PatientEvents.Transferred, origin, new($"p-{patient}", $"e-{id}", "stable", ward, "4", "north", "1")),
                3 => NewEvent.Of(PatientEvents.Discharged, origin, new($"p-{patient}", $"e-{id}", "home", ward, "4")),
                <= 5 => NewEvent.Of(AlertEvents.Raised, origin, new($"a-{id}", "hr-high", "medium", Technical: false, $"p-{patient}", ward, "1", at.AddSeconds(-15), at, "HR 130 > 120 for 15 s")),
                6 => NewEvent.Of(AlertEvents.Changed, origin, new($"a-{id}", "hr-high", "judged", "medium", "active", $"p-{patient}", ward, at, Judgement: _random.Next(2) == 0 ? "real" : "artefact")),
                _ => NewEvent.Of(IncidentEvents.Changed, origin, new(
                    new Guid(patient, (short)_random.Next(4), 0, new byte[8]), "joined", "OPEN", "hr-high", _random.Next(2) == 0 ? "high" : "low", $"p-{patient}", ward, null, at, at, at.AddSeconds(-15),
                    _random.Next(2) == 0 ? at : null, null, null, null, null, null)),
            };
        }
    }

    private async Task HandleAsync(CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["PollSeconds"] = "0.1", ["RetrySeconds"] = "0.05", ["MaxRetrySeconds"] = "0.2", ["Attempts"] = "3" };
        await using var node = await EventNode.StartAsync(hospital.Installation, broker: null, settings, [new AnalyticsConsumer()], [], cancellation);
        await Poll.UntilAsync(
            async () => await hospital.ScalarAsync<long>("select (select count(*) from event_outbox) + (select count(*) from event_queue)", cancellation) == 0, Poll.Patience, "all is handled", cancellation);
    }

    private async Task SameAsync(int tenant, FoldedFigures expected)
    {
        await using var connection = await hospital.Installation.Database.OpenConnectionAsync(Cancellation);
        StoredFigures found;
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            found = await AnalyticsStore.ShareAndReadAsync(
                connection, tenant,
                new([.. expected.Stays.Select(stay => stay.Encounter)], hospital.Patients, [.. expected.Alerts.Select(alert => alert.Alert)], [.. expected.Responses.Select(response => response.Incident)]), Cancellation);
        }

        found.Stays.Values.OrderBy(stay => stay.Encounter, StringComparer.Ordinal).ShouldBe(expected.Stays.OrderBy(stay => stay.Encounter, StringComparer.Ordinal));
        found.Waiting.OrderBy(one => one.Key).ShouldBe(expected.Waiting.OrderBy(one => one.Key));
        found.Alerts.Values.OrderBy(alert => alert.Alert, StringComparer.Ordinal).ShouldBe(expected.Alerts.OrderBy(alert => alert.Alert, StringComparer.Ordinal));
        found.Responses.Values.OrderBy(response => response.Incident).ShouldBe(expected.Responses.OrderBy(response => response.Incident));
        foreach (var (table, count) in new[] { ("stays", expected.Stays.Count()), ("waiting", expected.Waiting.Count()), ("alerts", expected.Alerts.Count()), ("responses", expected.Responses.Count()) })
        {
            (await hospital.ScalarAsync<long>($"select count(*) from analytics_{table} where tenant_id = {tenant}", Cancellation)).ShouldBe(count, table);
        }

        (await SumsAsync(connection, tenant)).ShouldBe(expected.Sums.Select(sum => $"{sum.Ward} {sum.Hour:HH} {sum.Measure} {sum.Amount:F3}").Order(StringComparer.Ordinal));
    }

    private static async Task<List<string>> SumsAsync(NpgsqlConnection connection, int tenant)
    {
        await using var command = new NpgsqlCommand(Sums, connection) { Parameters = { new() { Value = tenant } } };
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var sums = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            sums.Add($"{reader.GetString(0)} {reader.GetFieldValue<DateTimeOffset>(1):HH} {reader.GetString(2)} {reader.GetDouble(3):F3}");
        }

        return [.. sums.Order(StringComparer.Ordinal)];
    }
}
