using System.Collections.Concurrent;
using System.Text.Json;

namespace Wardwatch.Simulator.Staff;

/// <summary>A patient to whom something happens, and what.</summary>
internal sealed record StoriedPatient(string Id, string Story, double OnsetSeconds);

/// <summary>
/// The demo's staff: people who answer to the alerts of the patients whose stories are told, slowly enough to be watched, through the same interface as a page and each under their own account;
/// and who tell on the terminal what there is to be seen. Only a demo has them: the server itself knows nothing of scripts.
/// </summary>
internal sealed class ScriptedStaff(HospitalApi api, Uri server, IReadOnlyList<StoriedPatient> patients, StaffPace pace, StatusWriter status, TimeProvider time)
{
    private const string Finding = "Cold and clammy, drowsy, answers slowly";
    private const string Actions = "Help called, head down, oxygen, fluids; blood drawn";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<IncidentNews> _news = new();

    // Incidents of which an alert is different: nobody tells of them for that alone.
    private readonly ConcurrentQueue<string> _touched = new();
    private readonly Dictionary<string, IncidentScript> _scripts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IncidentNews> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _tried = new(StringComparer.Ordinal);
    private readonly long _began = time.GetTimestamp();

    // Sees all wards.
    private readonly DemoAccount _watcher = api.Accounts.FirstOrDefault(account => account.Role == "charge-nurse") ?? throw new SimulatorException(ExitCode.Credentials, "The demo has no charge nurse.");

    private TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>Watches and answers until it is cancelled. A server that is away is asked again.</summary>
    /// <exception cref="SimulatorException">The server is no demo.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await UntilDoneAsync(AnnounceAsync, ended.Token);
            Task[] both = [FollowAsync(ended.Token), AnswerAsync(ended.Token)];
            await Task.WhenAny(both);
            await ended.CancelAsync();
            await Task.WhenAll(both);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end was asked for.
        }
    }

    private async Task AnswerAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(cancellation))
            await UntilDoneAsync(StepAsync, cancellation);
    }

    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        if (!await api.IsDemoAsync(cancellation)) throw SimulatorException.Usage("--staff answers alerts by script: only a demo hospital may have that, and this server is none.");
        var soonest = patients.MinBy(patient => patient.OnsetSeconds);
        if (soonest is null) return;
        var patient = await api.GetAsync(_watcher, $"/api/patients/{soonest.Id}", cancellation);
        var (ward, bed) = (patient.GetProperty("ward").GetString(), patient.GetProperty("bed").GetString());
        status.Tell($"Look at {server.OriginalString}/ward/{ward}: sign in as {_watcher.User} with {_watcher.Password}, and switch the sound on.");
        status.Tell($"{char.ToUpperInvariant(soonest.Story[0])}{soonest.Story[1..]} begins in bed {bed} in {Math.Max(0, soonest.OnsetSeconds - Now.TotalSeconds):0} s. Simulated staff answer; you may be quicker: press A on the tile.");
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
            await UntilDoneAsync(stop => api.FollowAsync(_watcher, () => LoadAsync(stop), Take, stop), cancellation);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var page = await api.GetAsync(_watcher, "/api/incidents?state=open&limit=500", cancellation);
        foreach (var incident in page.GetProperty("items").EnumerateArray()) Add(incident);
    }

    private void Take(string name, string document)
    {
        if (name is not ("incident-changed" or "alert-changed")) return;
        using var json = JsonDocument.Parse(document);
        if (name == "incident-changed") Add(json.RootElement);
        else if (json.RootElement.GetProperty("incident").GetString() is { } incident) _touched.Enqueue(incident);
    }

    private void Add(JsonElement incident)
    {
        if (IncidentNews.Of(incident) is { } news && patients.Any(patient => patient.Id == news.Patient)) _news.Enqueue(news);
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        while (_touched.TryDequeue(out var id))
        {
            if (_open.ContainsKey(id)) Add(await api.GetAsync(_watcher, $"/api/incidents/{id}", cancellation));
        }

        while (_news.TryDequeue(out var news))
        {
            if (!_scripts.TryGetValue(news.Id, out var script)) _scripts.Add(news.Id, script = new IncidentScript(pace, server.OriginalString));
            foreach (var line in script.Look(news, Now)) status.Tell(line);
            if (news.IsResolved) _open.Remove(news.Id);
            else if (!_open.TryGetValue(news.Id, out var before) || before.Version <= news.Version) _open[news.Id] = news;
        }

        foreach (var news in _open.Values)
        {
            var act = _scripts[news.Id].Due(Now);
            if (act == StaffAct.Nothing || (_tried.TryGetValue(news.Id, out var tried) && Now - tried < AfterFailure)) continue;
            _tried[news.Id] = Now;
            await ActAsync(news, act, cancellation);
        }
    }

    // What is not taken was done by somebody else meanwhile, or is tried again.
    private async Task ActAsync(IncidentNews news, StaffAct act, CancellationToken cancellation)
    {
        var responsible = api.Named(news.Assignee) ?? _watcher;
        var path = $"/api/incidents/{news.Id}";
        switch (act)
        {
            case StaffAct.Acknowledge:
                await api.PostAsync(responsible, $"{path}/acknowledge", new { note = "On my way" }, cancellation);
                break;
            case StaffAct.Review:
                await api.PostAsync(await NurseAsync(news.Ward, cancellation) ?? responsible, $"{path}/review", new { finding = Finding, actions = Actions }, cancellation);
                break;
            case StaffAct.Resolve:
                await api.PostAsync(responsible, $"{path}/resolve", new { outcome = "real", note = "Better after treatment" }, cancellation);
                break;
        }
    }

    private async Task<DemoAccount?> NurseAsync(string ward, CancellationToken cancellation)
    {
        var now = await api.GetAsync(_watcher, $"/api/oncall/now?ward={ward}&role=nurse", cancellation);
        var first = now.GetProperty("items").EnumerateArray().OrderBy(one => one.GetProperty("tier").GetInt32()).FirstOrDefault();
        return first.ValueKind == JsonValueKind.Object ? api.Named(first.GetProperty("person").GetProperty("name").GetString() ?? "") : null;
    }

    private async Task UntilDoneAsync(Func<CancellationToken, Task> act, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await act(cancellation);
                return;
            }
            catch (Exception away) when (away is HttpRequestException or IOException or JsonException || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                await Task.Delay(AfterFailure, time, cancellation);
            }
        }
    }
}
