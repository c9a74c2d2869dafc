using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.SignIn;

/// <summary>What <c>bench signin</c> measured.</summary>
/// <param name="SignInsPerMinute">Sign-ins that worked, by the minute.</param>
/// <param name="Busy">Those that were asked to try again, since too many waited.</param>
/// <param name="SignIn">How long one took, in milliseconds.</param>
/// <param name="DashboardAlone">How long the dashboard took before, in milliseconds.</param>
/// <param name="DashboardMeanwhile">How long it took meanwhile.</param>
internal sealed record SignInResult(double SignInsPerMinute, int Busy, Distribution SignIn, Distribution DashboardAlone, Distribution DashboardMeanwhile);

/// <summary><c>bench signin</c>: a change of shift. How many can sign in, and what it does to those who look at a screen meanwhile.</summary>
internal static class SignInVerb
{
    private const double Wanted = 1_000;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);

    private static readonly Option<int> People = new("--people") { Description = "How many sign in at the same time, each again as soon as it has worked", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long", DefaultValueFactory = _ => 30 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("signin", "How many people sign in a minute, and how long the dashboard takes meanwhile; fails below 1,000 a minute") { People, Seconds };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (people, length) = (Math.Clamp(parsed.GetValue(People), 1, 1_000), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Seconds), 1, 3_600)));

        // Everybody comes from one address here, and the dashboard is asked for far more often than by any screen.
        var plan = new HospitalPlan(15)
        {
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Wardwatch__Staff__SignInsPerMinute"] = "10000",
                ["Wardwatch__Limits__AnonymousPerMinute"] = "100000",
                ["Wardwatch__Limits__StaffPerMinute"] = "100000",
            },
        };
        await using var hospital = await report.DoAsync("Starting a hospital", () => HospitalUnderTest.StartAsync(plan, cancellation));
        using var client = await hospital.OpenClientAsync(cancellation);
        var accounts = await AccountsAsync(hospital.Data, cancellation);

        // Once for warmth, once to be measured.
        await LookAsync(client, TimeSpan.FromSeconds(3), cancellation);
        var alone = await report.DoAsync("Looking at the dashboard", () => LookAsync(client, TimeSpan.FromSeconds(10), cancellation));
        var tally = new Tally();
        var looks = await report.DoAsync($"{people} people sign in for {length.TotalSeconds:0} s", async () =>
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            until.CancelAfter(length);
            var signingIn = Enumerable.Range(0, people).Select(number => SignInAsync(hospital.HttpAddress, accounts[number % accounts.Count], tally, until.Token)).ToList();
            var looking = await LookAsync(client, length, cancellation);
            await Task.WhenAll(signingIn);
            return looking;
        });
        var result = new SignInResult(tally.Took.Count / length.TotalMinutes, tally.Busy, Distribution.Of(tally.Took), alone, looks);
        report.Result(Table(result), result);
        return result.SignInsPerMinute >= Wanted ? 0 : 1;
    }

    private static async Task<List<object>> AccountsAsync(string data, CancellationToken cancellation)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(data, "demo-credentials.json"), cancellation));
        return [.. file.RootElement.EnumerateArray().Select(account => (object)new { user = account.GetProperty("user").GetString(), password = account.GetProperty("password").GetString() })];
    }

    private static async Task SignInAsync(Uri server, object account, Tally tally, CancellationToken until)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server };
        while (!until.IsCancellationRequested)
        {
            try
            {
                var began = Time.GetTimestamp();
                using var answer = await client.PostAsJsonAsync("/api/auth/login", account, until);
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    tally.AddBusy();
                    await Task.Delay(BetweenLooks, Time, until);
                    continue;
                }

                if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server refuses to sign somebody in ({(int)answer.StatusCode}).");
                tally.Add(Time.GetElapsedTime(began).TotalMilliseconds);
            }
            catch (OperationCanceledException) when (until.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task<Distribution> LookAsync(HttpClient client, TimeSpan length, CancellationToken cancellation)
    {
        var took = new List<double>();
        var start = Time.GetTimestamp();
        while (Time.GetElapsedTime(start) < length)
        {
            var began = Time.GetTimestamp();
            await client.GetByteArrayAsync("/api/dashboard-data", cancellation);
            took.Add(Time.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(BetweenLooks, Time, cancellation);
        }

        return Distribution.Of(took);
    }

    private static Table Table(SignInResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Number", "p50, ms", "p99, ms", "Max, ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Distribution took) => table.AddRow(name, Report.Number(took.Count), Report.Number(took.P50), Report.Number(took.P99), Report.Number(took.Max));
        Row("Signing in", result.SignIn);
        Row("Dashboard, before", result.DashboardAlone);
        Row("Dashboard, meanwhile", result.DashboardMeanwhile);
        table.Caption($"{result.SignInsPerMinute:#,0} sign-ins a minute; {result.Busy:#,0} were asked to try again. Wanted: {Wanted:#,0}.");
        return table;
    }

    private sealed class Tally
    {
        private readonly Lock _gate = new();

        public List<double> Took { get; } = [];

        public int Busy { get; private set; }

        public void Add(double milliseconds)
        {
            lock (_gate)
            {
                Took.Add(milliseconds);
            }
        }

        public void AddBusy()
        {
            lock (_gate)
            {
                Busy++;
            }
        }
    }
}
