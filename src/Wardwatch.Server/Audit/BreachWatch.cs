using Microsoft.Extensions.Options;
using Wardwatch.Server.Audit.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>
/// Looks at what is recorded for what is unusual: many records in a short time, at night, outside the own ward, refusals, guessing. It only tells; it takes
/// nothing from anybody, since a nurse in an emergency looks unusual as well.
/// </summary>
internal sealed class BreachWatch(ISecurityEvents events, IOptions<AuditOptions> options, TimeProvider time)
{
    private const int MostAccounts = 10_000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid Account, string Kind), Queue<(long At, int Patient)>> _seen = [];
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone);

    /// <summary>Takes one entry into account.</summary>
    public void Observe(AuditEntry entry)
    {
        if (entry.AccountId is not { } account)
        {
            return;
        }

        foreach (var rule in RulesFor(entry))
        {
            if (Count(account, rule, entry.Patients is [var patient, ..] ? patient : 0) is var count && count >= rule.Most)
            {
                events.Raise(new(entry.TenantId, rule.Kind, rule.High, account, rule.Say(count)));
            }
        }
    }

    private IEnumerable<Rule> RulesFor(AuditEntry entry)
    {
        var set = options.Value;
        switch (entry)
        {
            case { Action: AuditActions.ReuseToken }:
                yield return new(SecurityEventKinds.TokenReuse, 1, TimeSpan.FromMinutes(1), Distinct: false, High: true, _ => "A refresh token was used twice: somebody may have a copy. The session was ended.");
                break;
            case { Action: AuditActions.SignIn, Done: false }:
                yield return new(SecurityEventKinds.SignIn, set.ManyFailedSignIns, TimeSpan.FromMinutes(10), Distinct: false, High: false, count => $"{count} failed attempts to sign in within ten minutes.");
                break;
            case { Action: AuditActions.OpenInEmergency, Done: true }:
                yield return new(SecurityEventKinds.OutsideWard, set.ManyEmergencies, Longest, Distinct: true, High: true, count => $"{count} records outside the own wards opened as emergencies within eight hours.");
                break;
            case { Done: false }:
                yield return new(SecurityEventKinds.Refusals, set.ManyRefusals, TimeSpan.FromMinutes(5), Distinct: false, High: false, count => $"{count} requests refused within five minutes.");
                break;
            case { Action: AuditActions.ReadPatient or AuditActions.ReadVitals or AuditActions.ReadHistory or AuditActions.FollowLive or AuditActions.SearchInEmergency, Patients.Count: 1 }:
                yield return new(SecurityEventKinds.ManyRecords, set.ManyRecords, TimeSpan.FromMinutes(10), Distinct: true, High: true, count => $"{count} records opened one by one within ten minutes.");
                if (IsNight())
                {
                    yield return new(SecurityEventKinds.AtNight, set.ManyRecordsAtNight, TimeSpan.FromHours(1), Distinct: true, High: false, count => $"{count} records opened one by one within an hour at night.");
                }

                break;
        }
    }

    private bool IsNight()
    {
        var hour = TimeZoneInfo.ConvertTime(time.GetUtcNow(), _zone).Hour;
        var (begins, ends) = (options.Value.NightBegins, options.Value.NightEnds);
        return begins <= ends ? hour >= begins && hour < ends : hour >= begins || hour < ends;
    }

    /// <summary>How many there are now within the rule's time. When it tells, counting begins anew.</summary>
    private int Count(Guid account, Rule rule, int patient)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_seen.TryGetValue((account, rule.Kind), out var seen))
            {
                Forget(now);
                _seen.Add((account, rule.Kind), seen = new());
            }

            while (seen.TryPeek(out var oldest) && oldest.At < (now - rule.Within).UtcTicks)
            {
                seen.Dequeue();
            }

            if (!rule.Distinct || seen.All(look => look.Patient != patient))
            {
                seen.Enqueue((now.UtcTicks, patient));
            }

            var count = seen.Count;
            if (count >= rule.Most)
            {
                seen.Clear();
            }

            return count;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        if (_seen.Count < MostAccounts)
        {
            return;
        }

        foreach (var (key, seen) in _seen)
        {
            if (seen.All(look => look.At < (now - Longest).UtcTicks))
            {
                _seen.Remove(key);
            }
        }
    }

    private sealed record Rule(string Kind, int Most, TimeSpan Within, bool Distinct, bool High, Func<int, string> Say);
}
