using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Incidents;

/// <summary>From an alert to somebody who has been there: events come in, people act, timers carry on, on a real database.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class IncidentTests(EventHospital hospital) : IAsyncLifetime
{
    private const string Cause = "SpO₂ 84 < 88 for 15 s";
    private static readonly TimeSpan Soon = Poll.Patience;
    private static int _patients;

    private readonly Surroundings _around = new(hospital.Tenant);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        await hospital.ExecuteAsync(
            """
            delete from event_outbox; delete from event_queue; delete from timers;
            create table if not exists test_notifications (no bigint generated always as identity, incident uuid, account uuid, kind text);
            grant select, insert on test_notifications to wardwatch_service, wardwatch_tenant;
            delete from test_notifications; delete from incident_alerts; delete from incident_history; delete from incident_responders; delete from incidents;
            """, Cancellation);
        foreach (var (name, role, tier) in new[]
        {
            ("Ada", DutyRoles.RespiratoryPhysician, 1), ("Ben", DutyRoles.RespiratoryPhysician, 2), ("Dora", DutyRoles.ChargeNurse, 1), ("Emil", DutyRoles.Nurse, 1), ("Fay", DutyRoles.Physician, 1),
            ("Carl", DutyRoles.Cardiologist, 1), ("Cleo", DutyRoles.Cardiologist, 2),
        })
        {
            _around.Duty.Add((name, role, tier));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_alert_has_somebody_responsible_and_what_belongs_to_it_joins_and_what_gets_worse_leads()
    {
        await using var node = await NodeAsync();
        var patient = NewPatient();
        await RaiseAsync(patient, "spo2-low", AlertPriority.Medium);
        var incident = await IncidentAsync(patient, found => found.State == "ASSIGNED");
        (incident.AssigneeName, incident.Role, incident.Number > 0, incident.RespondState).ShouldBe(("Ada", DutyRoles.RespiratoryPhysician, true, "running"));
        incident.NextWhat.ShouldBe("escalate");

        // Related, and worse: it leads, and those whom it concerns are asked anew.
        await RaiseAsync(patient, "hr-critical-high", AlertPriority.High);
        incident = await IncidentAsync(patient, found => found.Priority == AlertPriority.High);
        (incident.Type, incident.AssigneeName, incident.State).ShouldBe(("hr-critical-high", "Carl", "ASSIGNED"));

        // Nothing to do with it: one of its own.
        await RaiseAsync(patient, "glucose-low", AlertPriority.High);
        await Poll.UntilAsync(async () => (await OpenAsync(patient)).Count == 2, Soon, "the other incident", Cancellation);
        await Poll.UntilAsync(() => Task.FromResult(_around.Told.Count(told => told.Incident == incident.IncidentId) >= 4), Soon, "the world is told", Cancellation);
        _around.Told.Where(told => told.Incident == incident.IncidentId).Select(told => told.Step).ShouldBe(["opened", "assigned", "assigned", "joined"]);
        (await HistoryAsync(incident.IncidentId)).ShouldBe(["opened", "assigned", "joined", "assigned"]);
        (await NotifiedAsync(incident.IncidentId)).ShouldBe(["Ada assigned", "Carl assigned"]);

        // What was said of the patient stands nowhere in clear.
        (await hospital.ScalarAsync<long>("select count(*) from incident_history where position('SpO' in encode(note, 'escape')) > 0", Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task What_nobody_acknowledges_goes_from_tier_to_tier_though_the_node_is_another()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["HighSteps"] = "1,2,3" };
        var patient = NewPatient();
        Incident incident;
        await using (var first = await NodeAsync(settings))
        {
            await RaiseAsync(patient, "spo2-critical", AlertPriority.High);
            incident = await IncidentAsync(patient, found => found.Step >= 2);
        }

        await using var second = await NodeAsync(settings);
        await Poll.UntilAsync(async () => (await NotifiedAsync(incident.IncidentId)).Length >= 11, Soon, "everybody is told", Cancellation);
        (await NotifiedAsync(incident.IncidentId))[..3].ShouldBe(["Ada assigned", "Ben escalated", "Dora escalated"]);
        (await IncidentAsync(patient, found => found.Step == 4)).AssigneeName.ShouldBe("Dora");

        // The one who acknowledges is responsible from then on, and nobody else is told. What is told of it says when it first stood on a screen.
        var shown = incident.OpenedAt.AddSeconds(1);
        _around.Shown[incident.IncidentId] = shown;
        (await second.TakeAsync("Emil", incident.IncidentId, IncidentStep.Acknowledge)).Refusal.ShouldBeNull();
        incident = await IncidentAsync(patient, found => found.State == "ACKNOWLEDGED");
        (incident.AssigneeName, incident.NextWhat, incident.DeliveredAt).ShouldBe(("Emil", "re-alert", shown));
        await Poll.UntilAsync(() => Task.FromResult(_around.Told.Any(told => told.Incident == incident.IncidentId && told.Step == "acknowledged")), Soon, "the world is told", Cancellation);
        _around.Told.Where(told => told.Incident == incident.IncidentId && told.DeliveredAt is not null).Select(told => (told.Step, told.DeliveredAt)).ShouldBe([("acknowledged", shown)]);
        (await hospital.ScalarAsync<long>($"select count(*) from timers where subject = '{incident.Id}' and kind = 'incident-step'", Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_who_acknowledge_at_once_one_is_first_and_the_others_learn_who()
    {
        await using var node = await NodeAsync();
        var patient = NewPatient();
        await RaiseAsync(patient, "spo2-critical", AlertPriority.High);
        var incident = await IncidentAsync(patient, found => found.State == "ASSIGNED");
        string[] names = [.. Enumerable.Range(0, 16).Select(i => $"Nurse {i}")];
        var results = await Task.WhenAll(names.Select(name => Task.Run(() => node.TakeAsync(name, incident.IncidentId, IncidentStep.Acknowledge), Cancellation)));
        var winner = names[Array.FindIndex(results, result => result.Refusal is null)];
        results.Count(result => result.Refusal is null).ShouldBe(1);
        results.Where(result => result.Refusal is not null).ShouldAllBe(result => result.Refusal!.StartsWith($"{winner} is responsible; {winner} acknowledged it first, at ", StringComparison.Ordinal));
        (await HistoryAsync(incident.IncidentId)).Count(step => step == "acknowledged").ShouldBe(1);
        _around.Acts.Count(act => act.StartsWith("acknowledge ", StringComparison.Ordinal)).ShouldBe(1);

        // Again by the same person: nothing is different. Then as far as it goes.
        (await node.TakeAsync(winner, incident.IncidentId, IncidentStep.Acknowledge)).Refusal.ShouldBeNull();
        (await node.TakeAsync(winner, incident.IncidentId, IncidentStep.Claim)).Refusal!.ShouldContain("already");
        (await node.TakeAsync("Emil", incident.IncidentId, IncidentStep.Resolve, outcome: "real")).Refusal!.ShouldContain("Claim it");
        (await node.TakeAsync("Emil", incident.IncidentId, IncidentStep.Claim, "I am next door")).Incident!.State.ShouldBe("REASSIGNED");
        (await node.TakeAsync("Emil", incident.IncidentId, IncidentStep.Review, "Awake, on 4 l of oxygen")).Incident!.RespondState.ShouldBe("met");
        (await node.TakeAsync("Emil", incident.IncidentId, IncidentStep.Resolve, outcome: "real")).Incident!.State.ShouldBe("RESOLVED");
        (await node.TakeAsync("Ada", incident.IncidentId, IncidentStep.Acknowledge)).Refusal!.ShouldStartWith("It was resolved by Emil at ");
        (await node.TakeAsync("Ada", incident.IncidentId, IncidentStep.Comment, "Well done")).Refusal.ShouldBeNull();
        _around.Acts.ShouldContain(act => act.StartsWith("judge ", StringComparison.Ordinal) && act.EndsWith(" real", StringComparison.Ordinal));
        (await HistoryAsync(incident.IncidentId)).ShouldBe(["opened", "assigned", "acknowledged", "reassigned", "reviewed", "resolved", "commented"]);
        (await hospital.ScalarAsync<string>($"select string_agg(kind, ' ') from timers where subject = '{incident.Id}'", Cancellation)).ShouldBe("incident-archive");
    }

    [Fact]
    public async Task Where_nobody_is_on_duty_those_who_work_there_are_told_and_the_hole_is_raised()
    {
        await using var node = await NodeAsync();
        var patient = NewPatient();
        await RaiseAsync(patient, "spo2-critical", AlertPriority.High, ward: "ward-9");
        var incident = await IncidentAsync(patient, _ => true);
        (incident.State, incident.Step).ShouldBe(("OPEN", 4));
        (await NotifiedAsync(incident.IncidentId)).ShouldBe(["Nora assigned"]);
        (await HistoryAsync(incident.IncidentId)).ShouldBe(["opened", "escalated", "escalated", "escalated", "escalated", "escalated"]);
        await Poll.UntilAsync(
            () => Task.FromResult(_around.Acts.Any(act => act.StartsWith("raise coverage-hole ward-9: Nobody is on duty on ward-9 as ", StringComparison.Ordinal))), Soon, "the hole is raised", Cancellation);
    }

    [Fact]
    public async Task Who_acknowledges_and_does_nothing_is_told_again_and_then_others_and_who_does_not_come_is_overdue()
    {
        await using var node = await NodeAsync(new(StringComparer.Ordinal) { ["HighReAlertSeconds"] = "1" });
        var (patient, late) = (NewPatient(), NewPatient());
        await RaiseAsync(patient, "spo2-critical", AlertPriority.High);
        await RaiseAsync(late, "spo2-critical", AlertPriority.High, onset: Now.AddMinutes(-5).AddSeconds(1));
        var incident = await IncidentAsync(patient, found => found.State == "ASSIGNED");
        var overdue = await IncidentAsync(late, found => found.State == "ASSIGNED");
        await node.TakeAsync("Ada", incident.IncidentId, IncidentStep.Acknowledge);
        await node.TakeAsync("Ada", overdue.IncidentId, IncidentStep.Acknowledge);

        // To acknowledge does not stop the response clock.
        (await IncidentAsync(late, found => found.RespondState == "overdue")).State.ShouldBe("ACKNOWLEDGED");
        (await NotifiedAsync(overdue.IncidentId)).ShouldContain("Ada overdue");
        (await NotifiedAsync(overdue.IncidentId)).ShouldContain("Dora overdue");
        (await node.TakeAsync("Ada", overdue.IncidentId, IncidentStep.Review, "Asleep")).Incident!.RespondState.ShouldBe("overdue");

        await Poll.UntilAsync(async () => (await HistoryAsync(incident.IncidentId)).Count(step => step == "re-alerted") >= 2, Soon, "told twice", Cancellation);
        (await NotifiedAsync(incident.IncidentId)).ShouldContain("Ada re-alert");
        await Poll.UntilAsync(async () => (await NotifiedAsync(incident.IncidentId)).Any(told => told.EndsWith(" escalated", StringComparison.Ordinal)), Soon, "others are told", Cancellation);
        (await IncidentAsync(patient, _ => true)).AssigneeName.ShouldBe("Ada");
    }

    [Fact]
    public async Task A_lesser_incident_closes_by_itself_when_all_has_ended_and_one_of_high_priority_never_does()
    {
        await using var node = await NodeAsync(new(StringComparer.Ordinal) { ["CloseSeconds"] = "1" });
        var (lesser, high) = (NewPatient(), NewPatient());
        var alert = await RaiseAsync(lesser, "spo2-low", AlertPriority.Medium);
        var second = await RaiseAsync(lesser, "rr-high", AlertPriority.Medium);
        var severe = await RaiseAsync(high, "spo2-critical", AlertPriority.High);
        var incident = await IncidentAsync(lesser, found => found.State == "ASSIGNED");
        await ChangeAsync(lesser, alert, "spo2-low", "ended", AlertPriority.Medium);
        await ChangeAsync(high, severe, "spo2-critical", "ended", AlertPriority.High);
        await ChangeAsync(lesser, second, "rr-high", "ended", AlertPriority.Medium);
        await Poll.UntilAsync(async () => (await OpenAsync(lesser)).Count == 0, Soon, "it closes", Cancellation);
        (await HistoryAsync(incident.IncidentId)).ShouldBe(["opened", "assigned", "joined", "resolved"]);
        (await OpenAsync(high)).ShouldHaveSingleItem().State.ShouldBe("ASSIGNED");

        // Also not when the patient leaves.
        await hospital.AddAsync([NewEvent.Of(PatientEvents.Discharged, hospital.Of(high), new("p", "1", "home", "ward-1", "1"))], Cancellation);
        await Poll.UntilAsync(async () => (await HistoryAsync((await OpenAsync(high))[0].IncidentId)).Contains("commented"), Soon, "it is noted", Cancellation);
    }

    [Fact]
    public async Task A_storm_of_alerts_is_correlated_and_technical_ones_are_joined_by_ward_and_type()
    {
        const int Patients = 20;
        const int Each = 100;
        int[] patients = [.. Enumerable.Range(0, Patients).Select(_ => NewPatient())];
        string[] types = ["spo2-low", "hr-high", "rr-high", "sbp-low"];
        List<NewEvent> storm = [.. Enumerable.Range(0, Each).SelectMany(i => patients.Select(patient => Raised(patient, Guid.NewGuid().ToString(), types[i % types.Length], AlertPriority.Medium)))];
        storm.AddRange(patients.Select(patient => Raised(patient, Guid.NewGuid().ToString(), "device-silent", AlertPriority.Medium, technical: true)));
        await hospital.AddAsync(storm, Cancellation);
        await using var node = await NodeAsync();
        await Poll.UntilAsync(async () => await hospital.ScalarAsync<long>("select count(*) from incident_alerts", Cancellation) == Patients * (Each + 1), Soon, "all have come", Cancellation);
        (await hospital.ScalarAsync<long>("select count(*) from incidents where patient_no is not null", Cancellation)).ShouldBe(Patients);
        (await hospital.ScalarAsync<long>("select count(*) from incidents where subject = 'ward-1/device-silent'", Cancellation)).ShouldBe(1);
        (await hospital.ScalarAsync<long>("select count(*) from event_dead_letters where consumer = 'incidents'", Cancellation)).ShouldBe(0);
        (await hospital.ScalarAsync<long>("select count(distinct number) from incidents", Cancellation)).ShouldBe(Patients + 1);
    }

    [Fact]
    public async Task What_is_wrong_with_the_device_of_a_patient_who_is_moved_is_for_the_new_wards_people_and_no_longer_for_the_old_ones()
    {
        var (stays, goes) = (NewPatient(), NewPatient());
        string[] silent = [Guid.NewGuid().ToString(), Guid.NewGuid().ToString()];
        await using var node = await NodeAsync();
        await hospital.AddAsync([Raised(stays, silent[0], "device-silent", AlertPriority.Medium, technical: true), Raised(goes, silent[1], "device-silent", AlertPriority.Medium, technical: true)], Cancellation);
        await Poll.UntilAsync(async () => await OfAsync("ward-1") is [_, _], Soon, "one incident of the ward", Cancellation);

        _around.Technical.Add(new(silent[1], "device-silent", AlertPriority.Medium, goes, "ward-2", "7", IsActive: true, Now));
        await MoveAsync("ward-2", "7");
        await Poll.UntilAsync(async () => await OfAsync("ward-2") is [var alert] && alert == silent[1], Soon, "it has an incident on the new ward", Cancellation);
        (await OfAsync("ward-1")).ShouldBe([silent[0]]);
        (await hospital.ScalarAsync<string>("select state from incidents where subject = 'ward-2/device-silent'", Cancellation)).ShouldBe("ASSIGNED");
        (await HistoryAsync(await hospital.ScalarAsync<Guid>("select incident_id from incidents where subject = 'ward-1/device-silent'", Cancellation)))[^1].ShouldBe("commented");

        // To another bed of the ward: nothing is different. And its end is noticed where it is now.
        await MoveAsync("ward-2", "8");
        await ChangeAsync(goes, silent[1], "device-silent", "ended", AlertPriority.Medium);
        await Poll.UntilAsync(async () => await hospital.ScalarAsync<long>($"select count(*) from incident_alerts where alert = '{silent[1]}' and not active", Cancellation) == 1, Soon, "it ends", Cancellation);
        (await hospital.ScalarAsync<long>("select count(*) from incidents where technical", Cancellation)).ShouldBe(2);
        (await hospital.ScalarAsync<long>("select count(*) from event_dead_letters where consumer = 'incidents'", Cancellation)).ShouldBe(0);

        Task MoveAsync(string ward, string bed) => hospital.AddAsync(
            [NewEvent.Of(PatientEvents.Transferred, hospital.Of(goes), new($"p-{goes}", "e-1", "stable", ward, bed, "ward-1", "4"))], Cancellation);

        Task<string[]> OfAsync(string ward) => hospital.ScalarAsync<string[]>(
            $"select coalesce(array_agg(alert), '{{}}') from incident_alerts join incidents using (incident_id) where subject = '{ward}/device-silent' and resolved_at is null", Cancellation);
    }

    [Fact]
    public async Task Each_transaction_tells_of_many_patients_in_one_call_so_that_no_two_wait_for_each_other()
    {
        const int Patients = 30;
        int[] patients = [.. Enumerable.Range(0, Patients).Select(_ => NewPatient())];
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["HighSteps"] = "1,600,1200" };
        await using var one = await NodeAsync(settings);
        await using var other = await NodeAsync(settings);

        // In opposite orders, from two writers; then people act on some, and timers on the rest.
        await Task.WhenAll(
            hospital.AddAsync([.. patients.Select(patient => Raised(patient, Guid.NewGuid().ToString(), "spo2-critical", AlertPriority.High))], Cancellation),
            hospital.AddAsync([.. patients.Reverse().Select(patient => Raised(patient, Guid.NewGuid().ToString(), "glucose-low", AlertPriority.High))], Cancellation));
        var acted = await Task.WhenAll(patients.Take(5).Select(async patient =>
        {
            var incident = await IncidentAsync(patient, found => found.Type == "spo2-critical" && found.AssigneeName is not null);
            return await one.TakeAsync("Emil", incident.IncidentId, IncidentStep.Review, "There");
        }));
        acted.ShouldAllBe(result => result.Refusal == null);
        await Poll.UntilAsync(
            async () => await hospital.ScalarAsync<long>("select count(*) from incidents where type = 'spo2-critical' and step > 1", Cancellation) >= Patients - 5, Soon, "the rest is carried on", Cancellation);
        _around.OutboxCalls.ShouldNotBeEmpty();
        _around.OutboxCalls.Values.ShouldAllBe(calls => calls == 1);
        (await hospital.ScalarAsync<long>("select count(*) from event_dead_letters where consumer = 'incidents'", Cancellation)).ShouldBe(0);
    }

    private int NewPatient() => hospital.Patients[150 + (Interlocked.Increment(ref _patients) % 48)];

    private async Task<string> RaiseAsync(int patient, string type, AlertPriority priority, string ward = "ward-1", DateTimeOffset? onset = null)
    {
        var alert = Guid.NewGuid().ToString();
        await hospital.AddAsync([Raised(patient, alert, type, priority, ward, onset)], Cancellation);
        return alert;
    }

    private NewEvent Raised(int patient, string alert, string type, AlertPriority priority, string ward = "ward-1", DateTimeOffset? onset = null, bool technical = false) => NewEvent.Of(
        AlertEvents.Raised, hospital.Of(patient), new(alert, type, priority.Word(), technical, $"p-{patient}", ward, "4", onset ?? Now, Now, Cause));

    private Task ChangeAsync(int patient, string alert, string type, string phase, AlertPriority priority) => hospital.AddAsync(
        [NewEvent.Of(AlertEvents.Changed, hospital.Of(patient), new(alert, type, phase, priority.Word(), phase == "ended" ? "ended" : "active", $"p-{patient}", "ward-1", Now))], Cancellation);

    private Task<IncidentNode> NodeAsync(Dictionary<string, string>? settings = null) => IncidentNode.StartAsync(hospital, _around, settings ?? [], Cancellation);

    private async Task<List<Incident>> OpenAsync(int patient)
    {
        await using var command = hospital.Installation.Database.CreateCommand("select to_jsonb(i) from incidents i where patient_no = $1 and resolved_at is null order by number");
        command.Parameters.Add(new() { Value = patient });
        var open = new List<Incident>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            open.Add(System.Text.Json.JsonSerializer.Deserialize(reader.GetString(0), IncidentRows.Default.Incident)!);
        }

        return open;
    }

    private async Task<Incident> IncidentAsync(int patient, Func<Incident, bool> wanted)
    {
        Incident? found = null;
        await Poll.UntilAsync(async () => (found = (await OpenAsync(patient)).Find(one => wanted(one))) is not null, Soon, "the incident is as wanted", Cancellation);
        return found!;
    }

    private Task<string[]> HistoryAsync(Guid incident) => hospital.ScalarAsync<string[]>($"select coalesce(array_agg(step order by entry_no), '{{}}') from incident_history where incident_id = '{incident}'", Cancellation);

    // In the order in which they were told, by name.
    private async Task<string[]> NotifiedAsync(Guid incident)
    {
        var names = _around.Duty.Select(person => person.Name).Append("Nora").Distinct(StringComparer.Ordinal).ToDictionary(Surroundings.IdOf, name => name);
        await using var command = hospital.Installation.Database.CreateCommand("select account, kind from test_notifications where incident = $1 order by no");
        command.Parameters.Add(new() { Value = incident });
        var told = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            told.Add($"{names.GetValueOrDefault(reader.GetGuid(0), "?")} {reader.GetString(1)}");
        }

        return [.. told];
    }
}
