using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Patients;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Telemetry;

/// <summary>What the server writes while people sign in, patients come, change and go, readings arrive and things go wrong: JSON line by line, and nothing of anybody.</summary>
public sealed class LogTests(FollowedServer followed) : IClassFixture<FollowedServer>
{
    private const string Name = "Villanueva-Oyelaran, Rosalind";
    private const string Other = "Villanueva-Adeyemi, Rosalind";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_line_is_one_JSON_object_and_none_holds_a_name_a_number_a_birth_date_or_a_secret()
    {
        var number = Registered.NewNumber();
        var account = await followed.AccountAsync(Cancellation);
        var id = await Registered.AddAsync(followed.Client, Name, Cancellation, number: number);
        (await followed.Client.ChangeAsync("PUT", $"/api/patients/{id}", new { recordNumber = number, name = Other, dateOfBirth = "1961-02-04", sex = "female" }, Cancellation)).Status.ShouldBeLessThan(500);
        foreach (var (user, password) in new[] { (account["user"], account["password"] + "x"), (Name, "no such account at all") })
        {
            using var refused = await followed.Client.PostAsJsonAsync("/api/auth/login", new { user, password }, Cancellation);
            refused.IsSuccessStatusCode.ShouldBeFalse();
        }

        foreach (var address in new[] { $"/api/patients?search={Uri.EscapeDataString(Name)}", $"/api/patients/{Uri.EscapeDataString(Name)}", $"/api/nothing/{number}?access_token={followed.Token}" })
        {
            using var answer = await followed.Client.GetAsync(address, Cancellation);
        }

        var device = followed.Devices.Dequeue();
        await using (var link = await DeviceLink.OpenAsync(followed.Server, device, MqttVersion.V500, Cancellation))
        {
            (await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":173.640625"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
            var tampered = device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":173.640625");
            tampered.Envelope[40] ^= 1;
            (await link.PublishAsync(tampered, 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
        }

        var requestId = await FailAsync();
        await Poll.UntilAsync(() => Task.FromResult(Lines().Any(line => line.TryGetProperty("RequestId", out var said) && said.GetString() == requestId)), Poll.Patience, "the error is in the log by its request's id", Cancellation);

        Lines().Count.ShouldBeGreaterThan(4, "a log that says nothing proves nothing");
        foreach (var secret in new[]
        {
            Name, Other, "Villanueva", "Rosalind", number, "1961-02-0", followed.Token, account["password"], device.Token, device.Topic, "173.640625",
            Convert.ToHexStringLower(device.Key), Convert.ToBase64String(device.Key), (await File.ReadAllTextAsync(Path.Combine(followed.Server.Data, "master.key"), Cancellation)).Trim(), Uri.EscapeDataString(Name),
        })
        {
            followed.Server.Log.ShouldNotContain(secret, Case.Insensitive);
        }
    }

    // A table that is not there for a moment is a defect to the server, and the only kind of error that it writes of a request.
    private async Task<string> FailAsync()
    {
        await using var database = followed.Server.OpenDatabase();
        await using var away = database.CreateCommand("alter table security_events rename to security_events_away");
        await away.ExecuteNonQueryAsync(Cancellation);
        try
        {
            using var answer = await followed.Client.GetAsync("/api/security-events", Cancellation);
            ((int)answer.StatusCode).ShouldBe(500);
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).Text("requestId").ShouldBe(answer.Headers.GetValues("X-Request-Id").Single());
            return answer.Headers.GetValues("X-Request-Id").Single();
        }
        finally
        {
            await using var back = database.CreateCommand("alter table security_events_away rename to security_events");
            await back.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private List<JsonElement> Lines() => [.. followed.Server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement.Clone();
        root.Text("Timestamp").ShouldEndWith("Z");
        root.GetProperty("EventId").ValueKind.ShouldBe(JsonValueKind.Number);
        root.Text("Message").ShouldNotBeEmpty();
        return root;
    })];
}
