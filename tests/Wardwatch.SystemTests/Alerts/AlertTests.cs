using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Alerts;

/// <summary>An alert commits with the reading that raised it, reaches screens, survives a kill, and staff act on it; nothing of that touches its condition.</summary>
[Collection(AlertCollection.Name)]
public sealed class AlertTests(AlertWard alerts)
{
    private const string Type = "sbp-critical";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pressure_of_72_is_an_alert_as_soon_as_it_is_acknowledged_with_its_cause_and_on_every_screen()
    {
        var device = alerts.Take("ward-1");
        using var hub = await HubListener.OpenAsync(alerts.Ward.Server, $"?patient={device.Patient}", alerts.Ward.Token, Cancellation);
        using var stream = await EventListener.OpenAsync(alerts.Ward.Client, $"?patient={device.Patient}", null, Cancellation);
        await alerts.SendAsync(device, AlertWard.Low);

        // Acknowledged means durable, and that goes for the alert as well: it is asked for without waiting.
        var alert = (await alerts.AlertsAsync(device)).Single(one => one.Text("type") == Type);
        (alert.Text("priority"), alert.Text("condition"), alert.Text("signal"), alert.GetProperty("acknowledged").GetBoolean()).ShouldBe(("high", "active", "on", false));
        var cause = alert.GetProperty("cause");
        (cause.Text("text"), cause.GetProperty("value").GetDouble(), cause.GetProperty("limit").GetDouble()).ShouldBe(("SBP 72 < 80", 72, 80));
        cause.GetProperty("values").GetProperty("sbp").GetProperty("value").GetDouble().ShouldBe(72);

        (await hub.NextAsync("AlertRaised", Cancellation)).Text("id").ShouldBe(alert.Text("id"));
        (await stream.NextAsync(told => told.Name == "alert-raised", Cancellation)).Data.GetProperty("cause").Text("text").ShouldBe("SBP 72 < 80");
        var shown = (await alerts.Ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("patients").EnumerateArray().Single(patient => patient.Text("id") == device.Patient);
        shown.GetProperty("alerts").EnumerateArray().Select(one => one.Text("type")).ShouldContain(Type);

        await alerts.SendAsync(device, AlertWard.Well);
        (await alerts.UntilAsync(device, Type, one => one.Text("condition") == "ended", "a pressure that is well again ends it")).Text("signal").ShouldBe("latched");
        (await hub.NextAsync("AlertChanged", Cancellation)).Text("condition").ShouldBe("ended");
    }

    [Fact]
    public async Task Who_asks_for_alerts_alone_hears_of_no_reading_and_technical_staff_hear_what_is_theirs()
    {
        var device = alerts.Take("ward-1");
        using var hub = await HubListener.OpenAsync(alerts.Ward.Server, $"?patient={device.Patient}&only=alerts", alerts.Ward.Token, Cancellation);
        using var stream = await EventListener.OpenAsync(alerts.Ward.Client, $"?patient={device.Patient}&only=alerts", null, Cancellation);
        await alerts.SendAsync(device, "\"hr\":80", "\"hr\":81", AlertWard.Low);
        (await hub.CallsUntilAsync("AlertRaised", Cancellation)).ShouldBe(["AlertRaised"]);
        (await stream.NextAsync(told => told.Name != "heartbeat", Cancellation)).Name.ShouldBe("alert-raised");

        using var technician = await alerts.ClientAsync("technician");
        using var technical = await EventListener.OpenAsync(technician, "?only=alerts", null, Cancellation);
        using var nurse = await alerts.ClientAsync("nurse");
        (await nurse.ChangeAsync("POST", "/api/wards/ward-1/sound-pause", new { seconds = 30 }, Cancellation)).Status.ShouldBe(200);
        var paused = (await technical.NextAsync(told => told.Name == "sound-changed", Cancellation)).Data;
        (paused.GetProperty("until").GetDateTimeOffset() - paused.GetProperty("from").GetDateTimeOffset()).TotalSeconds.ShouldBe(30, tolerance: 0.001);
        (await nurse.ChangeAsync("DELETE", "/api/wards/ward-1/sound-pause", null, Cancellation)).Body.Text("from").ShouldBe(paused.Text("from"));

        // A part that there is not is said to be none, and a socket of readings has no other.
        using var wrong = await alerts.Ward.Client.GetAsync("/sse/events?only=readings", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        ((int)wrong.StatusCode).ShouldBe(400);
        (await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(() => VitalsListener.OpenAsync(alerts.Ward.Server, "/ws/vitals?only=alerts", alerts.Ward.Token, Cancellation))).Message.ShouldContain("400");
    }

    [Fact]
    public async Task Killed_after_the_acknowledgement_the_server_still_has_the_alert_once_and_notices_its_end()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        var device = ward.TakeDevice();
        await using (var link = await DeviceLink.OpenAsync(ward.Server, device, Wardwatch.Devices.Mqtt.MqttVersion.V311, Cancellation))
        {
            await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), AlertWard.Low), 1, Cancellation);
        }

        // A battery that is low, on a ward whose patients need not wait for the alert: acknowledged means durable here as well.
        var monitor = ward.TakeDevice();
        var status = $"devices/{monitor.Id}/status";
        using (var physician = ward.Server.CreateClient())
        {
            physician.DefaultRequestHeaders.Authorization = new("Bearer", await ward.TokenOfAsync("physician", Cancellation));
            (await physician.ChangeAsync(
                "PUT", $"/api/patients/{monitor.Patient}/limits",
                new { overrides = new[] { new { type = "battery-low", delaySeconds = 0 } }, reason = "Carried about", expiresAt = TimeProvider.System.GetUtcNow().AddHours(1) }, Cancellation)).Status.ShouldBe(200);
        }

        await using (var link = await DeviceLink.OpenAsync(ward.Server, monitor, Wardwatch.Devices.Mqtt.MqttVersion.V500, Cancellation))
        {
            await link.PublishAsync(monitor.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":75"), 1, Cancellation);
            var said = monitor.SealBytes(BedsideDevice.Payload(TimeProvider.System.GetUtcNow(), "\"battery\":9,\"sensors\":{\"spo2\":\"off\"}"), EnvelopeKind.DeviceStatus, forTopic: status);
            (await link.PublishAsync(said, 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
            (await LowAsync()).ShouldBe((1, 1));

            // Sent again it is acknowledged again, and stored once; the history lists readings only.
            (await link.PublishAsync(said, 3, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
            (await ward.RowsAsync(monitor, said, Cancellation), (await ward.RowsAsync(monitor, Cancellation)).Rows).ShouldBe((1, 2));
            (await ward.JsonAsync($"/api/patients/{monitor.Patient}/vitals/history", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1);
            var wrong = monitor.SealBytes(BedsideDevice.Payload(TimeProvider.System.GetUtcNow(), "\"battery\":9,\"battery\":9"), EnvelopeKind.DeviceStatus, forTopic: status);
            (await link.PublishAsync(wrong, 4, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.PayloadFormatInvalid);
        }

        await ward.Server.KillAsync(Cancellation);
        await ward.Server.StartAsync(Cancellation);
        await ward.SignInAsync(Cancellation);
        (await CountAsync()).ShouldBe((1, 1));
        (await LowAsync()).ShouldBe((1, 1));
        var shown = (await ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("patients").EnumerateArray().Single(patient => patient.Text("id") == monitor.Patient).GetProperty("device");
        (shown.Text("id"), shown.GetProperty("battery").GetDouble(), shown.GetProperty("sensorsOff")[0].GetString()).ShouldBe((monitor.Id, 9, "spo2"));
        device.Restart();
        await using var again = await DeviceLink.OpenAsync(ward.Server, device, Wardwatch.Devices.Mqtt.MqttVersion.V311, Cancellation);
        await again.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), "\"temp\":37.1"), 1, Cancellation);
        (await CountAsync()).ShouldBe((1, 1), "it goes on and is not raised again");
        await again.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), AlertWard.Well), 2, Cancellation);
        await Poll.UntilAsync(async () => await CountAsync() == (1, 0), Poll.Patience, "its end is noticed by the server that did not raise it", Cancellation);

        async Task<(int All, int Active)> LowAsync()
        {
            var items = (await ward.JsonAsync($"/api/alerts?patient={monitor.Patient}", Cancellation)).GetProperty("items").EnumerateArray().Where(alert => alert.Text("type") == "battery-low").ToList();
            return (items.Count, items.Count(alert => alert.Text("condition") == "active" && alert.Text("priority") == "medium"));
        }

        async Task<(int All, int Active)> CountAsync()
        {
            var items = (await ward.JsonAsync($"/api/alerts?patient={device.Patient}", Cancellation)).GetProperty("items").EnumerateArray().Where(alert => alert.Text("type") == Type).ToList();
            return (items.Count, items.Count(alert => alert.Text("condition") == "active"));
        }
    }

    [Fact]
    public async Task A_silence_has_an_owner_a_reason_and_an_end_and_nothing_is_silenced_for_ever()
    {
        var device = alerts.Take("ward-1");
        using var nurse = await alerts.ClientAsync("nurse");
        using var administrator = await alerts.ClientAsync("administrator");
        await alerts.SendAsync(device, AlertWard.Low);
        var address = $"/api/alerts/{(await alerts.UntilAsync(device, Type, _ => true, "it is raised")).Text("id")}";

        (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = 60 }, Cancellation)).Type.ShouldBe("invalid-parameter", "a reason is needed");
        (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = 86_400, reason = "Known" }, Cancellation)).Type.ShouldBe("invalid-parameter", "not for a day");
        foreach (var never in (int?[])[null, 0, -1, int.MaxValue])
        {
            (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = never, reason = "Known" }, Cancellation)).Type.ShouldBe("invalid-parameter", $"{never} s");
        }

        (await administrator.ChangeAsync("POST", $"{address}/silence", new { seconds = 60, reason = "Known" }, Cancellation)).Status.ShouldBe(404, "not the administrator's to touch");
        using var analyst = await alerts.ClientAsync("analyst");
        (await analyst.ChangeAsync("POST", $"{address}/silence", new { seconds = 60, reason = "Known" }, Cancellation)).Type.ShouldBe("not-permitted");
        (await analyst.ChangeAsync("DELETE", $"{address}/silence", null, Cancellation)).Type.ShouldBe("not-permitted");
        (await nurse.ChangeAsync("POST", $"/api/alerts/{Guid.NewGuid()}/silence", new { seconds = 60, reason = "Known" }, Cancellation)).Status.ShouldBe(404);
        var silenced = (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = 10, reason = "Cuff is being moved" }, Cancellation)).Body;
        (silenced.Text("signal"), silenced.Text("silencedBy"), silenced.Text("silenceReason"), silenced.Text("condition")).ShouldBe(("paused", "Ines Falk", "Cuff is being moved", "active"));
        (await alerts.UntilAsync(device, Type, one => one.Text("signal") == "on", "the silence ends by itself")).GetProperty("silencedUntil").ValueKind.ShouldBe(JsonValueKind.Null);

        (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = 600, reason = "Cuff is being moved" }, Cancellation)).Status.ShouldBe(200);
        (await nurse.ChangeAsync("DELETE", $"{address}/silence", null, Cancellation)).Body.Text("signal").ShouldBe("on");
        (await nurse.ChangeAsync("POST", $"{address}/end", null, Cancellation)).Type.ShouldBe("alert-measured", "a measured condition is not ended by hand");
        (await nurse.ChangeAsync("POST", $"{address}/judge", new { judgement = "noise" }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", $"{address}/judge", new { judgement = "artefact" }, Cancellation)).Body.Text("judgement").ShouldBe("artefact");

        await alerts.SendAsync(device, AlertWard.Well);
        await alerts.UntilAsync(device, Type, one => one.Text("condition") == "ended", "it ends");
        (await nurse.ChangeAsync("POST", $"{address}/silence", new { seconds = 60, reason = "Too late" }, Cancellation)).Type.ShouldBe("alert-ended");
    }

    [Fact]
    public async Task An_alert_that_is_silenced_anew_in_the_moment_its_silence_ends_is_not_waited_for()
    {
        var device = alerts.Take("ward-2");
        using var nurse = await alerts.ClientAsync("nurse");
        await alerts.SendAsync(device, AlertWard.Low);
        var id = (await alerts.UntilAsync(device, Type, _ => true, "it is raised")).Text("id");
        (await nurse.ChangeAsync("POST", $"/api/alerts/{id}/silence", new { seconds = 3, reason = "Cuff is being moved" }, Cancellation)).Status.ShouldBe(200);

        // As a second silence does: it has the alert when the timer is due, and then wants the timer. If the timer waited for the alert, one of the two would be refused by the database.
        await using var connection = await alerts.Ward.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await RunAsync("update alerts set silenced_until = silenced_until where alert_id = $1::uuid");
        var enough = TimeProvider.System.GetUtcNow().AddSeconds(6);
        await Poll.UntilAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > enough), Poll.Patience, "the timer has been due for seconds", Cancellation);
        await RunAsync("update timers set due_at = due_at where kind = 'alert-silence' and subject = $1");
        await transaction.CommitAsync(Cancellation);
        await Poll.UntilAsync(async () => await RunAsync("select silenced_until is null from alerts where alert_id = $1::uuid") is true, Poll.Patience, "it ends as soon as the alert is free", Cancellation);
        await alerts.SendAsync(device, AlertWard.Well);

        async Task<object?> RunAsync(string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection) { Parameters = { new() { Value = id } } };
            return await command.ExecuteScalarAsync(Cancellation);
        }
    }

    [Fact]
    public async Task What_somebody_raises_by_hand_goes_the_same_way_and_is_ended_by_hand()
    {
        var device = alerts.Take("ward-1");
        using var nurse = await alerts.ClientAsync("nurse");
        (await nurse.ChangeAsync("POST", "/api/alerts", new { patient = device.Patient, priority = "urgent", text = "Seizure" }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", "/api/alerts", new { patient = "nobody", priority = "high", text = "Seizure" }, Cancellation)).Type.ShouldBe("patient-not-found");
        var raised = (await nurse.ChangeAsync("POST", "/api/alerts", new { patient = device.Patient, priority = "high", text = "Seizure" }, Cancellation)).Body;
        (raised.Text("type"), raised.Text("priority"), raised.GetProperty("cause").Text("text")).ShouldBe(("manual", "high", "Seizure"));
        (await nurse.ChangeAsync("POST", $"/api/alerts/{raised.Text("id")}/end", null, Cancellation)).Body.Text("condition").ShouldBe("ended");
    }

    [Fact]
    public async Task Limits_are_changed_within_their_safe_range_for_a_while_and_by_those_who_may()
    {
        var device = alerts.Take("ward-1");
        using var nurse = await alerts.ClientAsync("nurse");
        using var physician = await alerts.ClientAsync("physician");
        var (address, soon) = ($"/api/patients/{device.Patient}/limits", TimeProvider.System.GetUtcNow().AddHours(8));
        (await nurse.ChangeAsync("PUT", address, new { overrides = new[] { new { type = Type, limit = 65 } }, reason = "Known low", expiresAt = soon }, Cancellation)).Type.ShouldBe("not-permitted");
        var refused = await physician.ChangeAsync("PUT", address, new { overrides = new[] { new { type = Type, limit = 20 } }, reason = "Known low", expiresAt = soon }, Cancellation);
        (refused.Type, refused.Body.GetProperty("errors").GetProperty(Type)[0].GetString()).ShouldBe(("invalid-limits", "The limit of Severe hypotension must be from 60 to 90 mmHg."));
        (await physician.ChangeAsync("PUT", address, new { overrides = new[] { new { type = Type, limit = 65 } }, reason = "Known low", expiresAt = soon.AddYears(1) }, Cancellation)).Type.ShouldBe("invalid-limits");
        (await physician.ChangeAsync("PUT", address, new { overrides = new[] { new { type = Type, on = false } }, reason = "Known low", expiresAt = soon }, Cancellation)).Type.ShouldBe("invalid-limits");

        foreach (var (wanted, error) in new (object, string)[]
        {
            (new { type = Type, delaySeconds = -1 }, "The delay of Severe hypotension must be from 0 to 30 s."), (new { type = Type, delaySeconds = 31 }, "The delay of Severe hypotension must be from 0 to 30 s."),
            (new { type = "news2-7", limit = 9 }, "The limit of NEWS2 7 or more is fixed."), (new { type = "storage-away", on = false }, "Readings are not being stored has nothing that can be set: it is not judged from readings."),
            (new { type = "none" }, "is no alert type."), (new { type = Type }, "Severe hypotension: nothing is changed."),
        })
        {
            var answer = await physician.ChangeAsync("PUT", address, new { overrides = new[] { wanted }, reason = "Known low", expiresAt = soon }, Cancellation);
            (answer.Type, answer.Body.GetProperty("errors").EnumerateObject().Single().Value[0].GetString()).ShouldBe(("invalid-limits", error));
        }

        var twice = new[] { new { type = Type, limit = 65 }, new { type = Type, limit = 70 } };
        (await physician.ChangeAsync("PUT", address, new { overrides = twice, reason = "Known low", expiresAt = soon }, Cancellation)).Type.ShouldBe("invalid-limits");
        (await physician.ChangeAsync("PUT", address, new { overrides = twice[..1], reason = "Known low" }, Cancellation)).Type.ShouldBe("invalid-limits", "not for ever");
        (await physician.ChangeAsync("PUT", address, new { overrides = twice[..1], reason = "Known low", expiresAt = soon.AddHours(-9) }, Cancellation)).Type.ShouldBe("invalid-limits");
        (await physician.ChangeAsync("PUT", address, new { overrides = twice[..1], reason = " ", expiresAt = soon }, Cancellation)).Type.ShouldBe("invalid-limits");
        var changed = (await physician.ChangeAsync("PUT", address, new { overrides = new[] { new { type = Type, limit = 65 } }, reason = "Known low", expiresAt = soon }, Cancellation)).Body;
        var limit = changed.GetProperty("items").EnumerateArray().Single(item => item.Text("type") == Type);
        (limit.GetProperty("limit").GetDouble(), limit.Text("from"), limit.Text("reason"), limit.GetProperty("default").GetProperty("limit").GetDouble()).ShouldBe((65, "patient", "Known low", 80));
        await alerts.SendAsync(device, AlertWard.Low);
        (await alerts.AlertsAsync(device)).Select(alert => alert.Text("type")).ShouldNotContain(Type);
        var shown = (await alerts.Ward.JsonAsync("/api/dashboard-data", Cancellation)).GetProperty("patients").EnumerateArray().Single(patient => patient.Text("id") == device.Patient);
        shown.GetProperty("limitsChanged").GetBoolean().ShouldBeTrue("a limit that is not the default is in sight");

        (await physician.ChangeAsync("PUT", address, new { overrides = Array.Empty<object>(), reason = "As usual again" }, Cancellation)).Status.ShouldBe(200);
        await alerts.UntilAsync(device, Type, alert => alert.Text("condition") == "active", "the limit that is in force again is passed by the value that stands");
    }

    [Fact]
    public async Task A_wards_sound_is_paused_for_two_minutes_at_most_and_by_name()
    {
        using var nurse = await alerts.ClientAsync("nurse");
        (await nurse.ChangeAsync("POST", "/api/wards/ward-1/sound-pause", new { seconds = 121 }, Cancellation)).Type.ShouldBe("invalid-parameter");
        (await nurse.ChangeAsync("POST", "/api/wards/nowhere/sound-pause", new { seconds = 60 }, Cancellation)).Type.ShouldBe("ward-not-found");
        (await nurse.ChangeAsync("POST", "/api/wards/ward-1/sound-pause", new { seconds = 60 }, Cancellation)).Body.Text("by").ShouldBe("Ines Falk");
        (await nurse.JsonAsync("/api/sound-pauses?ward=ward-1", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await nurse.ChangeAsync("DELETE", "/api/wards/ward-1/sound-pause", null, Cancellation)).Status.ShouldBe(200);
        (await nurse.JsonAsync("/api/sound-pauses?ward=ward-1", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_patient_who_leaves_takes_the_alerts_along_so_that_none_is_left_on_the_bed()
    {
        var device = alerts.Take("ward-2");
        using var nurse = await alerts.ClientAsync("nurse");
        await alerts.SendAsync(device, AlertWard.Low);
        await alerts.UntilAsync(device, Type, _ => true, "it is raised");
        (await nurse.ChangeAsync("POST", $"/api/patients/{device.Patient}/discharge", new { to = "home" }, Cancellation)).Status.ShouldBe(200);
        (await alerts.AlertsAsync(device)).ShouldAllBe(alert => alert.Text("condition") == "ended");
    }
}
