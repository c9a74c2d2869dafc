using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>Alerts and the ways of patients and devices: none is lost when a patient is moved, none is left when a patient has gone, and a device that never sends is noticed.</summary>
[Collection(AlertCollection.Name)]
public sealed class AlertMoveTests(AlertWard alerts)
{
    private const string Type = "sbp-critical";
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_patient_who_is_moved_with_an_alert_of_high_priority_is_on_the_new_wards_board_and_its_people_are_asked()
    {
        var device = alerts.Take("ward-1");
        await alerts.SendAsync(device, AlertWard.Low);
        var alert = await alerts.UntilAsync(device, Type, one => one.GetProperty("incident").ValueKind == JsonValueKind.String, "it is somebody's work");
        alert.Text("ward").ShouldBe("ward-1");
        var address = $"/api/incidents/{alert.Text("incident")}";
        (await alerts.Ward.Client.ChangeAsync("POST", $"/api/patients/{device.Patient}/transfer", new { ward = "ward-2", bed = "8" }, Cancellation)).Status.ShouldBe(200);

        // In the transaction of the move: asked for without waiting.
        var moved = (await alerts.AlertsAsync(device)).Single(one => one.Text("type") == Type);
        (moved.Text("id"), moved.Text("ward"), moved.Text("bed"), moved.Text("condition"), moved.Text("signal")).ShouldBe((alert.Text("id"), "ward-2", "8", "active", "on"));
        (await OnAsync("ward-2")).ShouldContain(alert.Text("id"));
        (await OnAsync("ward-1")).ShouldNotContain(alert.Text("id"));

        JsonElement incident = default;
        await Poll.UntilAsync(async () => (incident = await alerts.Ward.JsonAsync(address, Cancellation)).Text("ward") == "ward-2", Soon, "the incident goes along", Cancellation);
        (incident.Text("bed"), incident.Text("state")).ShouldBe(("8", "ASSIGNED"));
        var onDuty = (await alerts.Ward.JsonAsync($"/api/oncall/now?ward=ward-2&role={incident.Text("role")}", Cancellation)).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("person").Text("id"));
        onDuty.ShouldContain(incident.GetProperty("assignee").Text("id"));
        var history = incident.GetProperty("history").EnumerateArray().Where(step => step.GetProperty("note").ValueKind == JsonValueKind.String).Select(step => (step.Text("step"), step.Text("note"))).ToList();
        var said = history.FindIndex(step => step.Item2.Contains("lies on ward-2, bed 8", StringComparison.Ordinal));
        history.FindIndex(said, step => step.Item1 == "assigned").ShouldBeGreaterThan(said, "who is on duty there is asked anew");
        (await alerts.Ward.JsonAsync("/api/incidents?ward=ward-2&state=open", Cancellation)).GetProperty("items").EnumerateArray().Select(one => one.Text("id")).ShouldContain(incident.Text("id"));

        // It is the same condition, and its end is noticed on the new ward.
        await alerts.SendAsync(device, AlertWard.Well);
        (await alerts.UntilAsync(device, Type, one => one.Text("condition") == "ended", "it ends")).Text("id").ShouldBe(alert.Text("id"));
    }

    [Fact]
    public async Task A_device_that_was_put_on_and_never_sends_is_an_alert_until_it_is_taken_off()
    {
        var patient = alerts.Take("ward-2").Patient;
        (await alerts.Ward.Client.ChangeAsync("POST", "/api/devices", new { id = "M-never" }, Cancellation)).Status.ShouldBe(201);
        using var nurse = await alerts.ClientAsync("nurse");
        var since = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        (await nurse.ChangeAsync("PUT", $"/api/patients/{patient}/device", new { device = "M-never", from = since }, Cancellation)).Status.ShouldBe(200);
        await Poll.UntilAsync(async () => await ShownAsync() is { ValueKind: JsonValueKind.Object } device && device.Text("id") == "M-never", Soon, "it is shown", Cancellation);
        (await ShownAsync()).Text("state").ShouldBe("offline");
        (await DashboardAsync(patient)).GetProperty("attention").Text("text").ShouldBe("No data from device M-never");
        await UntilAsync("active", "it is missed");
        (await nurse.ChangeAsync("DELETE", $"/api/patients/{patient}/device/M-never", null, Cancellation)).Status.ShouldBe(204);
        await UntilAsync("ended", "it is not missed any more");

        async Task<JsonElement> ShownAsync() => (await DashboardAsync(patient)).GetProperty("device");

        Task UntilAsync(string condition, string what) => Poll.UntilAsync(
            async () => (await alerts.Ward.JsonAsync($"/api/alerts?patient={patient}", Cancellation)).GetProperty("items").EnumerateArray()
                .Any(one => one.Text("type") == "device-silent" && one.Text("condition") == condition && one.GetProperty("cause").Text("text").StartsWith("No reading from device", StringComparison.Ordinal)),
            Soon, what, Cancellation);
    }

    [Fact]
    public async Task An_alert_that_is_raised_while_its_patient_is_moved_or_let_go_is_neither_lost_nor_left_behind()
    {
        var device = alerts.Take("ward-1");
        await using var beside = await DemoServer.OpenBesideAsync(alerts.Ward.Server.Data, Cancellation);
        await using var changes = new DirectoryChanges(beside.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        using var directory = new PatientDirectory(beside.Database, beside.Tenants, beside.Keyring, changes, TimeProvider.System);
        await directory.StartAsync(Cancellation);
        var asTheLaneKnowsThem = directory.Present.Single(patient => patient.Id == device.Patient);
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<AlertsMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<AlertsMetrics>();

        // Raised anew while the end of the last one still waits to be written: the old one is over, the new one is there, both are told.
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        (await RaiseAsync(first)).ShouldBe(["AlertRaised"]);
        (await RaiseAsync(second)).ShouldBe(["AlertChanged", "AlertRaised"]);
        (await RaiseAsync(second)).ShouldBeEmpty("it is in already, as after a commit whose answer was lost");
        (await StandAsync(first), await StandAsync(second)).ShouldBe((("ended", "ward-1"), ("active", "ward-1")));
        var open = (await new AlertBook(null!, metrics, directory, beside.Database).ReadOpenAsync([asTheLaneKnowsThem.Number], Cancellation)).Single(one => one.Id == second);
        (open.Vital, open.KnownVitals).ShouldBe((Vital.RespiratoryRate, (1 << (int)Vital.RespiratoryRate) | (1 << (int)Vital.HeartRate)), "what a restart needs is in the sealed cause");

        // Moved meanwhile: it lands where the patient lies.
        (await alerts.Ward.Client.ChangeAsync("POST", $"/api/patients/{device.Patient}/transfer", new { ward = "ward-2", bed = "7" }, Cancellation)).Status.ShouldBe(200);
        var third = Guid.CreateVersion7();
        await RaiseAsync(third);
        (await StandAsync(third)).ShouldBe(("active", "ward-2"));

        // Gone meanwhile: nobody is called to an empty bed.
        (await alerts.Ward.Client.ChangeAsync("POST", $"/api/patients/{device.Patient}/discharge", new { to = "home" }, Cancellation)).Status.ShouldBe(200);
        var fourth = Guid.CreateVersion7();
        (await RaiseAsync(fourth)).ShouldBeEmpty();
        (await StandAsync(fourth)).Condition.ShouldBe("ended");

        async Task<List<string>> RaiseAsync(Guid id)
        {
            var now = TimeProvider.System.Microseconds();
            var scene = new AlertScene { At = now, Anomaly = double.NaN };
            scene.Vitals.Update(Vital.RespiratoryRate, 8, now);
            scene.Vitals.Update(Vital.HeartRate, 80, now);
            var raised = new AlertTransition
            {
                Type = AlertTypes.News2Single,
                Phase = AlertPhase.Raised,
                Priority = AlertPriority.Medium,
                At = now,
                OnsetAt = now - 1_000_000,
                Value = 8,
                Limit = 3,
                Vital = (byte)Vital.RespiratoryRate,
                SupersededBy = -1,
            };
            var batch = new AlertBatch(metrics);
            batch.Add(asTheLaneKnowsThem, id, 1, in raised, in scene, "RR 8 scores 3 in NEWS2");
            var events = new List<NewEvent>();
            await using var connection = await beside.Database.OpenConnectionAsync(Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            await batch.WriteAsync(connection, events, Cancellation);
            await transaction.CommitAsync(Cancellation);
            return events.ConvertAll(one => one.Kind.Name);
        }

        async Task<(string Condition, string Ward)> StandAsync(Guid id)
        {
            var alert = await alerts.Ward.JsonAsync($"/api/alerts/{id}", Cancellation);
            return (alert.Text("condition"), alert.Text("ward"));
        }
    }

    [Fact]
    public async Task Who_is_discharged_and_admitted_again_at_once_has_an_alert_of_the_new_stay_if_the_condition_still_holds()
    {
        var device = alerts.Take("ward-1");
        await alerts.SendAsync(device, AlertWard.Low);
        var first = await alerts.UntilAsync(device, Type, one => one.Text("condition") == "active", "it is raised");
        var (ward, bed) = (first.Text("ward"), first.Text("bed"));
        (await alerts.Ward.Client.ChangeAsync("POST", $"/api/patients/{device.Patient}/discharge", new { to = "home" }, Cancellation)).Status.ShouldBe(200);
        (await alerts.Ward.Client.ChangeAsync("POST", $"/api/patients/{device.Patient}/admit", new { ward, bed }, Cancellation)).Status.ShouldBe(200);
        (await alerts.Ward.Client.ChangeAsync("PUT", $"/api/patients/{device.Patient}/device", new { device = device.Id }, Cancellation)).Status.ShouldBe(200);
        (await alerts.AlertsAsync(device)).Find(one => one.Text("id") == first.Text("id")).Text("condition").ShouldBe("ended");
        await alerts.SendAsync(device, AlertWard.Low);
        var second = await alerts.UntilAsync(device, Type, one => one.Text("condition") == "active", "it is raised anew");
        second.Text("id").ShouldNotBe(first.Text("id"));
        await alerts.SendAsync(device, AlertWard.Well);
        (await alerts.UntilAsync(device, Type, one => one.Text("condition") == "ended", "it ends")).Text("id").ShouldBe(second.Text("id"));
    }

    private async Task<JsonElement> DashboardAsync(string patient) =>
        (await alerts.Ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("patients").EnumerateArray().Single(one => one.Text("id") == patient);

    private async Task<List<string>> OnAsync(string ward) =>
        [.. (await alerts.Ward.JsonAsync($"/api/alerts?ward={ward}&condition=active", Cancellation)).GetProperty("items").EnumerateArray().Select(one => one.Text("id"))];
}
