using System.CommandLine;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Spectre.Console;
using Wardwatch.Server.Access;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>What one check costs a request.</summary>
internal sealed record CheckCost(string Check, double Microseconds);

/// <summary>
/// <c>bench checks</c>: what is asked of every request before it is answered, beside recognising its token: the limit of its account, its permission, and whether
/// hospital and ward are within the caller's reach. As on a busy day: a thousand accounts, each with a bucket of its own.
/// </summary>
internal static class ChecksVerb
{
    private const int Accounts = 1000;
    private const int Rounds = 1_000_000;
    private const double Budget = 50;

    public static Command Create(Option<bool> json)
    {
        var command = new Command("checks", "What limits, permission and reach cost a request; fails from 50 µs on");
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!FullyCompiled.Is) return await FullyCompiled.RunAgainAsync(cancellation);
            var costs = Measure();
            var table = new Table().AddColumns("Check", "µs a request");
            foreach (var cost in costs) table.AddRow(cost.Check, $"{cost.Microseconds:0.000}");
            new Report(parsed.GetValue(json)).Result(table, costs);
            return costs[^1].Microseconds < Budget ? 0 : 1;
        });
        return command;
    }

    private static List<CheckCost> Measure()
    {
        using var limiter = RequestLimits.Create(new LimitsOptions { StaffPerMinute = 1_000_000, StaffBurst = 1_000_000 });
        var requests = Enumerable.Range(0, Accounts).Select(Request).ToArray();
        var limit = Time(index =>
        {
            using var lease = limiter.AttemptAcquire(requests[index]);
            return lease.IsAcquired;
        });
        var permission = Time(index => requests[index].User.FindCaller()!.May(Permissions.ReadPatients));
        var reach = Time(index => requests[index].User.FindCaller()!.Visible.Covers(1, "ward-3", 17));
        return [new("Limit of the account", limit), new("Permission", permission), new("Hospital and ward within reach", reach), new("Together", limit + permission + reach)];
    }

    private static double Time(Func<int, bool> check)
    {
        var passed = 0;
        for (var round = 0; round < Rounds / 10; round++) passed += check(round % Accounts) ? 1 : 0;
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < Rounds; round++) passed += check(round % Accounts) ? 1 : 0;
        var elapsed = Stopwatch.GetElapsedTime(began);
        return passed > 0 ? elapsed.TotalMicroseconds / Rounds : throw new BenchmarkException("No check was passed.");
    }

    private static DefaultHttpContext Request(int account) => new()
    {
        Request = { Method = "GET", Path = "/api/patients/p-0001/vitals/latest" },
        User = new CallerPrincipal(
            new Caller
            {
                AccountId = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(account)),
                TenantId = 1,
                User = $"nurse.{account}",
                Name = "Nurse",
                Role = AccountRoles.Nurse,
                SessionId = Guid.Empty,
                Until = DateTimeOffset.MaxValue,
                Wards = ["ward-1", "ward-2", "ward-3"],
            },
            "bench"),
    };
}
