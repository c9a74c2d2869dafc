using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Spine;
using Xunit;

namespace Wardwatch.SystemTests.Analytics;

/// <summary>Figures follow what happens, and come out the same when they are made anew; a reading that makes a patient critical does so with its commit.</summary>
[Collection(SpineCollection.Name)]
public sealed class AnalyticsTests(SpineWard spine)
{
    private const string Emergency = "\"hr\":135,\"spo2\":88,\"rr\":27,\"sbp\":88,\"temp\":39.5,\"acvpu\":\"A\",\"o2\":false";
    private static readonly TimeSpan Soon = Poll.Patience;

    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Figures_follow_a_stay_and_come_out_the_same_when_they_are_made_anew()
    {
        await AddWardAsync("figures-a", "1", "2");
        await AddWardAsync("figures-b", "1");
        var patient = await RegisterAsync("F-1001");
        var other = await RegisterAsync("F-1002", "figures-a", "2");
        await ChangeAsync(patient, "admit", new { ward = "figures-a", bed = "1" });
        await ChangeAsync(patient, "transfer", new { ward = "figures-b", bed = "1" });
        await ChangeAsync(patient, "discharge", new { to = "home" });
        await Poll.UntilAsync(async () => (await DashboardAsync("figures-b")).GetProperty("total").GetProperty("discharges").GetInt64() == 1, Soon, "the discharge is counted", Cancellation);

        var a = await DashboardAsync("figures-a");
        a.GetProperty("beds").GetInt32().ShouldBe(2);
        a.GetProperty("occupied").GetInt32().ShouldBe(1);
        Figures(a).ShouldBe("admissions 2, discharges 0, transfers 0, waits 1, stays 0");
        var b = await DashboardAsync("figures-b");
        b.GetProperty("occupied").GetInt32().ShouldBe(0);
        Figures(b).ShouldBe("admissions 0, discharges 1, transfers 1, waits 0, stays 1");
        b.GetProperty("total").GetProperty("occupancy").GetDouble().ShouldBeInRange(0, 0.1);
        b.GetProperty("hours").GetArrayLength().ShouldBeInRange(168, 170);
        b.GetProperty("days").GetArrayLength().ShouldBeInRange(7, 8);

        await _ward.ExecuteAsync("update analytics_hours set amount = amount + 5; delete from analytics_stays", Cancellation);
        Figures(await DashboardAsync("figures-b")).ShouldNotBe(Figures(b));
        var rebuilt = await Tool.RunAsync(Programs.Server, ["analytics", "rebuild", "--json", "--data", _ward.Server.Data], Cancellation);
        rebuilt.ExitCode.ShouldBe(0, rebuilt.Error);
        Figures(await DashboardAsync("figures-a")).ShouldBe(Figures(a));
        Figures(await DashboardAsync("figures-b")).ShouldBe(Figures(b));

        // And goes on from there.
        await ChangeAsync(other, "discharge", new { });
        await Poll.UntilAsync(async () => Figures(await DashboardAsync("figures-a")) == "admissions 2, discharges 1, transfers 0, waits 1, stays 1", Soon, "the next discharge is counted", Cancellation);
        using var asked = await _ward.Client.PostAsJsonAsync("/api/analytics/events", new { bucket = "day", kinds = new[] { "PatientDischarged" } }, Cancellation);
        var counts = await asked.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        counts.GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("count").GetInt64()).ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("events", """{"bucket":"minute"}""")]
    [InlineData("events", """{"ward":"ward-1"}""")]
    [InlineData("events", """{"from":"1990-01-01T00:00:00Z"}""")]
    [InlineData("events", """{"from":"2030-01-01T00:00:00Z"}""")]
    [InlineData("vitals", """{"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}""")]
    [InlineData("vitals", """{"from":"2020-01-02T00:00:00Z"}""")]
    public async Task A_question_that_cannot_be_answered_says_why(string about, string question)
    {
        using var answer = await _ward.Client.PostAsync($"/api/analytics/{about}", new StringContent(question, System.Text.Encoding.UTF8, "application/json"), Cancellation);
        ((int)answer.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task A_reading_that_makes_a_patient_critical_does_so_with_its_commit_and_readings_do_not_wait_where_it_cannot()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, Emergency), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        // Acknowledged means that both are there.
        (await StatusAsync(device)).ShouldBe("critical");
        await Poll.UntilAsync(async () => (await _ward.JsonAsync($"/api/patients/{device.Patient}", Cancellation)).GetProperty("status").GetString() == "critical", Soon, "everybody sees it", Cancellation);

        // The database refuses the change of another patient: the reading is stored and acknowledged all the same, and the change comes with a later one.
        var second = _ward.TakeDevice();
        await using var other = await DeviceLink.OpenAsync(_ward.Server, second, MqttVersion.V500, Cancellation);
        await _ward.ExecuteAsync($"alter table patients add constraint refused_by_test check (patient_id <> '{second.Patient}' or status <> 'critical') not valid", Cancellation);
        var message = second.Seal(Now, Emergency);
        (await other.PublishAsync(message, 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await _ward.RowsAsync(second, message, Cancellation)).ShouldBe(1);
        (await StatusAsync(second)).ShouldNotBe("critical");
        await _ward.ExecuteAsync("alter table patients drop constraint refused_by_test", Cancellation);
        (await other.PublishAsync(second.Seal(Now, Emergency), 2, Cancellation)).ShouldNotBeNull();
        await Poll.UntilAsync(async () => await StatusAsync(second) == "critical", Soon, "the change is made up for", Cancellation);
    }

    private static string Figures(JsonElement dashboard)
    {
        var total = dashboard.GetProperty("total");
        return $"admissions {total.GetProperty("admissions")}, discharges {total.GetProperty("discharges")}, transfers {total.GetProperty("transfers")}, "
            + $"waits {dashboard.GetProperty("waitingMinutes").GetProperty("count")}, stays {dashboard.GetProperty("lengthOfStayHours").GetProperty("count")}";
    }

    private Task<JsonElement> DashboardAsync(string ward) => _ward.JsonAsync($"/api/analytics/dashboard?ward={ward}", Cancellation);

    private async Task<string> StatusAsync(BedsideDevice device)
    {
        await using var command = _ward.Database.CreateCommand("select status from patients where patient_id = $1");
        command.Parameters.Add(new() { Value = device.Patient });
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private async Task AddWardAsync(string id, params string[] beds)
    {
        using var answer = await _ward.Client.PostAsJsonAsync("/api/wards", new { id, name = id, beds }, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string> RegisterAsync(string recordNumber, string? ward = null, string? bed = null)
    {
        using var answer = await _ward.Client.PostAsJsonAsync("/api/patients", new { recordNumber, name = "Figure, Ada", dateOfBirth = "1970-01-01", sex = "female", ward, bed }, Cancellation);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return body.GetProperty("id").GetString()!;
    }

    private async Task ChangeAsync(string patient, string change, object body)
    {
        using var present = await _ward.Client.GetAsync($"/api/patients/{patient}", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/patients/{patient}/{change}") { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("If-Match", present.Headers.ETag!.ToString());
        using var answer = await _ward.Client.SendAsync(request, Cancellation);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{change}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
    }
}
