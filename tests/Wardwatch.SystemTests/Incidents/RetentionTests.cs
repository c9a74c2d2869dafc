using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>What is past its time goes, with all that hangs on it, and nothing else does.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class RetentionTests(EventHospital hospital)
{
    private const string Old = "now() - interval '11 years'";
    private const string Young = "now() - interval '9 years'";
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Incidents_alerts_and_single_responses_go_when_they_are_past_their_time_and_what_is_open_or_younger_stays()
    {
        var (old, young, open) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await hospital.ExecuteAsync($"{Incident(old, Old, $"{Old}")} {Incident(young, Young, $"{Young}")} {Incident(open, Old, "null")}", Cancellation);
        await hospital.ExecuteAsync(
            $"""
            {Alert("old-alone", Old, Old, null)} {Alert("old-of-old", Old, Old, old)} {Alert("old-of-open", Old, Old, open)} {Alert("old-active", Old, "null", null)} {Alert("young", Young, Young, young)}
            delete from analytics_responses; delete from analytics_alerts;
            insert into analytics_responses (tenant_id, incident_id, ward_id, type, priority, onset_at, opened_at) values
                ({hospital.Tenant}, '{old}', 'ward-1', 'hr-high', 'medium', {Old}, {Old}), ({hospital.Tenant}, '{open}', 'ward-1', 'hr-high', 'medium', now(), now());
            insert into analytics_alerts (tenant_id, alert_id, ward_id, type, priority, raised_at) values
                ({hospital.Tenant}, 'old', 'ward-1', 'hr-high', 'medium', {Old}), ({hospital.Tenant}, 'new', 'ward-1', 'hr-high', 'medium', now());
            """, Cancellation);
        RetentionRule[] rules = [new("incidents", "select prune_incidents($1, $2)", 3650), new("alerts", "select prune_alerts($1, $2)", 3650), new("alert-load", "select prune_alert_load($1, $2)", 400), new("never", "select 1 / 0", 0)];
        using var keeper = new RetentionKeeper(hospital.Installation.Database, rules, TimeProvider.System, NullLogger<RetentionKeeper>.Instance);
        await keeper.StartAsync(Cancellation);
        await Poll.UntilAsync(async () => await hospital.ScalarAsync<long>("select count(*) from analytics_responses", Cancellation) == 1, Soon, "the last rule is done", Cancellation);
        await keeper.StopAsync(Cancellation);

        (await hospital.ScalarAsync<Guid[]>($"select array_agg(incident_id) from incidents where incident_id in ('{old}', '{young}', '{open}')", Cancellation)).ShouldBe([young, open], ignoreOrder: true);
        (await hospital.ScalarAsync<Guid[]>($"select array_agg(incident_id) from incident_history where incident_id in ('{old}', '{young}', '{open}')", Cancellation)).ShouldBe([young, open], ignoreOrder: true);
        (await hospital.ScalarAsync<string[]>("select array_agg(subject order by subject) from alerts where subject like 'retention-%'", Cancellation))
            .ShouldBe(["retention-old-active", "retention-old-of-open", "retention-young"]);
        (await hospital.ScalarAsync<string>("select alert_id from analytics_alerts", Cancellation)).ShouldBe("new");
        await hospital.ExecuteAsync(
            $"""
            delete from alert_phases where alert_id in (select alert_id from alerts where subject like 'retention-%');
            delete from alert_incidents where alert_id in (select alert_id from alerts where subject like 'retention-%'); delete from alerts where subject like 'retention-%';
            delete from incident_history where incident_id in ('{young}', '{open}'); delete from incident_alerts where incident_id in ('{young}', '{open}'); delete from incidents where incident_id in ('{young}', '{open}');
            """, Cancellation);
    }

    private string Incident(Guid id, string at, string archivedAt) =>
        $"""
        insert into incidents (tenant_id, incident_id, number, type, categories, priority, technical, role, state, armed_at, onset_at, opened_at, resolved_at, archived_at, respond_state)
        values ({hospital.Tenant}, '{id}', {Math.Abs((long)id.GetHashCode()) + 1_000_000}, 'hr-high', 1, 2, false, 'nurse', '{(archivedAt == "null" ? "OPEN" : "RESOLVED")}', {at}, {at}, {at}, {archivedAt}, {archivedAt}, 'none');
        insert into incident_history (tenant_id, entry_id, incident_id, at, step) values ({hospital.Tenant}, gen_random_uuid(), '{id}', {at}, 'opened');
        insert into incident_alerts (tenant_id, alert, incident_id, type, priority) values ({hospital.Tenant}, '{id}', '{id}', 'hr-high', 2);
        """;

    private string Alert(string name, string raisedAt, string endedAt, Guid? incident) =>
        $"""
        with raised as (
            insert into alerts (tenant_id, alert_id, type, priority, technical, subject, onset_at, raised_at, ended_at, cause)
            values ({hospital.Tenant}, gen_random_uuid(), 'hr-high', 2, false, 'retention-{name}', {raisedAt}, {raisedAt}, {endedAt}, '\x00') returning alert_id
        ), belongs as (
            insert into alert_incidents (tenant_id, alert_id, incident_id) select {hospital.Tenant}, alert_id, incident from raised, (select {(incident is { } id ? $"'{id}'::uuid" : "null::uuid")} as incident) i where incident is not null
        )
        insert into alert_phases (tenant_id, alert_id, at, phase, priority) select {hospital.Tenant}, alert_id, {raisedAt}, 'raised', 2 from raised;
        """;
}
