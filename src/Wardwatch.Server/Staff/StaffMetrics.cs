using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Staff;

/// <summary>What signing in counts.</summary>
internal sealed class StaffMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _signIns;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _unlocks;
    private readonly Counter<long> _foreign;

    public StaffMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Wardwatch.Staff");
        _signIns = _meter.CreateCounter<long>(
            "wardwatch.staff.sign_ins", "{attempt}", "Attempts to sign in, by outcome: done, failed, wrong-code, code-missing, too-many, address-limited, busy");
        _ended = _meter.CreateCounter<long>("wardwatch.staff.sessions_ended", "{session}", "Sessions ended before their time, by reason: signed-out, token-reuse, wrong-unlock");
        _unlocks = _meter.CreateCounter<long>("wardwatch.staff.unlocks", "{attempt}", "Attempts to open a locked session, by outcome: done, failed");
        _foreign = _meter.CreateCounter<long>("wardwatch.staff.foreign_origins", "{request}", "Requests with a session's cookie from a page of another address, all refused");
    }

    public void ObserveHashing(Func<int> waiting) => _meter.CreateObservableGauge("wardwatch.staff.hashing_waiting", waiting, "{password}", "Passwords and PINs that wait to be hashed");

    public void SignIn(string outcome) => _signIns.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Ended(string reason) => _ended.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Unlock(string outcome) => _unlocks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void ForeignOrigin() => _foreign.Add(1);
}
