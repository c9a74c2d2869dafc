using System.Net.Http.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

/// <summary>Guessing at passwords, on a server of its own: it ends with this machine's address being limited.</summary>
public sealed class GuessingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Guessing_gets_slow_then_stops_and_never_locks_out_who_is_known()
    {
        await using var ward = await DemoWard.StartAsync(patients: 3, new(StringComparer.Ordinal) { ["Wardwatch__Staff__FailuresPerAddress"] = "8" }, Cancellation);
        using var client = ward.Server.CreateClient();

        // Two failures on one account, and the third answer is held back: 0.25 s after the first, 0.5 s after the second.
        var took = new List<TimeSpan>();
        for (var i = 0; i < 4; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            (await LoginAsync(client, "nurse.falk", "wrong")).ShouldBe((401, "urn:wardwatch:sign-in-failed"));
            took.Add(TimeProvider.System.GetElapsedTime(began));
        }

        took[3].ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        took[2].ShouldBeGreaterThan(TimeSpan.FromSeconds(0.5));

        // One password on many accounts, some of which exist.
        for (var i = 0; i < 4; i++)
        {
            (await LoginAsync(client, $"somebody.{i}", "Spring2026!!")).Status.ShouldBe(401);
        }

        foreach (var user in new[] { "somebody.else", "dr.osei" })
        {
            (await LoginAsync(client, user, "Spring2026!!")).ShouldBe((429, "urn:wardwatch:too-many-sign-ins"), $"{user}: whether there is such an account is not told");
        }

        // The administrator has signed in from here before (as the ward was started), with a session of its own.
        await ward.SignInAsync(Cancellation);
        (await ward.MetricAsync("wardwatch_staff_sign_ins_total", "outcome=\"address-limited\"", Cancellation)).ShouldBe(2);
        (await ward.MetricAsync("wardwatch_staff_sign_ins_total", "outcome=\"failed\"", Cancellation)).ShouldBe(8);
    }

    private static async Task<(int Status, string? Type)> LoginAsync(HttpClient client, string user, string password)
    {
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password }, Cancellation);
        return await answer.ProblemAsync(Cancellation);
    }
}
