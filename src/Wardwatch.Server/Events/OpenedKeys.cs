using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// Patients' keys that were opened a moment ago, since unwrapping one costs more than all else that is done with an event. Each batch still reads the wrapped keys from the
/// database: a key opens anew when its row has changed, and one whose row is gone (an erased patient) is given to nobody and destroyed. A key that nobody has used
/// for half a minute is destroyed as well.
/// </summary>
internal sealed class OpenedKeys : IDisposable
{
    // Beyond that many, those of further patients are opened for one batch each.
    private const int MostKeys = 10_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(10);

    private readonly IKeyring _keyring;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeping;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Lent> _kept = [];

    public OpenedKeys(IKeyring keyring, TimeProvider time)
    {
        (_keyring, _time) = (keyring, time);
        _sweeping = time.CreateTimer(static keys => ((OpenedKeys)keys!).Sweep(), this, BetweenSweeps, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>The key of a patient whose row was just read; the caller returns it.</summary>
    public Lent Borrow(int patient, int tenantId, byte[] wrapped)
    {
        lock (_gate)
        {
            if (_kept.GetValueOrDefault(patient) is { } kept)
            {
                if (kept.TenantId == tenantId && kept.Wrapped.AsSpan().SequenceEqual(wrapped))
                {
                    kept.Users++;
                    return kept;
                }

                Drop(kept);
            }

            var opened = new Lent(patient, tenantId, wrapped, _keyring.OpenPatientKey(tenantId, wrapped)) { Users = 1 };
            if (_kept.Count < MostKeys)
            {
                _kept.Add(patient, opened);
            }
            else
            {
                opened.IsDropped = true;
            }

            return opened;
        }
    }

    /// <summary>The patient has no key any more.</summary>
    public void Forget(int patient)
    {
        lock (_gate)
        {
            if (_kept.GetValueOrDefault(patient) is { } kept)
            {
                Drop(kept);
            }
        }
    }

    /// <summary>Gives keys back.</summary>
    public void Return(IEnumerable<Lent> lent)
    {
        lock (_gate)
        {
            foreach (var one in lent)
            {
                one.Users--;
                one.UsedAt = _time.GetTimestamp();
                DestroyIfUnused(one);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _sweeping.Dispose();
        lock (_gate)
        {
            foreach (var kept in _kept.Values.ToList())
            {
                Drop(kept);
            }
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            foreach (var kept in _kept.Values.Where(kept => kept.Users == 0 && _time.GetElapsedTime(kept.UsedAt) >= KeptFor).ToList())
            {
                Drop(kept);
            }
        }

        _sweeping.Change(BetweenSweeps, Timeout.InfiniteTimeSpan);
    }

    // Who still works with it brings that to its end.
    private void Drop(Lent kept)
    {
        _kept.Remove(kept.Patient);
        kept.IsDropped = true;
        DestroyIfUnused(kept);
    }

    private static void DestroyIfUnused(Lent key)
    {
        if (key is { IsDropped: true, Users: 0 })
        {
            key.Key.Dispose();
        }
    }

    /// <summary>A key on loan.</summary>
    internal sealed class Lent(int patient, int tenantId, byte[] wrapped, DataKey key)
    {
        public int Patient { get; } = patient;

        public int TenantId { get; } = tenantId;

        public byte[] Wrapped { get; } = wrapped;

        public DataKey Key { get; } = key;

        public int Users { get; set; }

        public long UsedAt { get; set; }

        public bool IsDropped { get; set; }
    }
}
