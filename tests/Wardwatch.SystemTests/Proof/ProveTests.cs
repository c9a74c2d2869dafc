using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Proof;

/// <summary>
/// PUBACK means durable: <c>ward prove</c> in short. Server and PostgreSQL are killed under load and what devices hold as acknowledged is compared with what
/// the database decrypts to; strace shows the order of disk and PUBACK; and faults that are planted are found.
/// </summary>
public sealed class ProveTests
{
    private const int Messages = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_survives_kills_and_planted_faults_are_found()
    {
        var run = await Tool.RunAsync(
            Programs.Bench, ["prove", "--kills", "4", "--order", "--controls", "--devices", "8", "--messages", Messages.ToString(), "--json", .. GivenSeed()], Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(run.Error);
        run.Output.ShouldNotBeEmpty($"exit code {run.ExitCode}\n{run.Error}");
        using var document = JsonDocument.Parse(run.Output);
        var proof = document.RootElement;

        var account = proof.GetProperty("kills").GetProperty("account");
        foreach (var name in new[] { "lost", "doubled", "wrong", "foreign", "refused", "outOfOrder" })
        {
            account.GetProperty(name).GetInt64().ShouldBe(0, $"{name}: {account}");
        }

        account.GetProperty("acknowledged").GetInt64().ShouldBeGreaterThan(500);
        proof.GetProperty("kills").GetProperty("kills").GetArrayLength().ShouldBe(4);
        proof.GetProperty("kills").GetProperty("livePatients").GetInt32().ShouldBe(2 * 8, "once after the kill of everything, once at the end");
        proof.GetProperty("kills").GetProperty("liveFaults").GetArrayLength().ShouldBe(0);

        var order = proof.GetProperty("order");
        var skipped = order.GetProperty("skipped").GetString();
        (skipped is null || !Tool.IsInstalled("strace") || skipped.Contains("cannot attach")).ShouldBeTrue(skipped);
        if (skipped is null)
        {
            order.GetProperty("trace").GetProperty("inOrder").GetInt32().ShouldBe(Messages, order.ToString());
            order.GetProperty("trace").GetProperty("sends").GetInt32().ShouldBe(Messages, order.ToString());
        }

        var controls = proof.GetProperty("controls").EnumerateArray().ToList();
        controls.Count.ShouldBe(skipped is null ? 6 : 5);
        controls.ShouldAllBe(control => control.GetProperty("isFound").GetBoolean());
        run.ExitCode.ShouldBe(0);
    }

    private static string[] GivenSeed() => Environment.GetEnvironmentVariable("WARDWATCH_SEED") is { Length: > 0 } seed ? ["--seed", seed] : [];
}
