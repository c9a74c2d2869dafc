using Microsoft.Extensions.Options;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>
/// All subscribers, found by what they want to see, so that a message costs what it has receivers and not what the hospital has screens. One lock orders
/// everything that is sent: two subscribers never see two events in different orders, and the event log numbers them in just that order.
/// </summary>
internal sealed class Audience : IErasureObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Place, List<Subscription>> _byPlace = [];
    private readonly HashSet<Subscription> _all = [];
    private readonly Dictionary<int, NewestState> _newest = [];
    private readonly EventLog _events;
    private readonly LiveOptions _options;
    private readonly LiveMetrics _metrics;
    private int _count;

    public Audience(EventLog events, IOptions<LiveOptions> options, LiveMetrics metrics)
    {
        (_events, _options, _metrics) = (events, options.Value, metrics);
        metrics.ObserveSubscribers(() => Volatile.Read(ref _count), CountWaiting);
    }

    /// <summary>Whether nobody listens.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Begins a subscription, or answers null if there are too many.</summary>
    /// <param name="filter">Whose messages are wanted.</param>
    /// <param name="kinds">Which of them.</param>
    public Subscription? Subscribe(LiveFilter filter, LiveKinds kinds)
    {
        lock (_gate)
        {
            if (_count >= _options.MaxSubscribers)
            {
                _metrics.Refused();
                return null;
            }

            var subscription = new Subscription(filter, kinds, new Mailbox(_options.QueuedMessages, _options.MostWaitingEventBytes), this);
            foreach (var place in subscription.Places)
            {
                if (!_byPlace.TryGetValue(place, out var there))
                {
                    _byPlace.Add(place, there = []);
                }

                there.Add(subscription);
            }

            _all.Add(subscription);
            _count++;
            return subscription;
        }
    }

    /// <summary>Ends a subscription; again does nothing.</summary>
    public void Unsubscribe(Subscription subscription)
    {
        lock (_gate)
        {
            if (!_all.Remove(subscription))
            {
                return;
            }

            _count--;
            foreach (var place in subscription.Places)
            {
                var there = _byPlace[place];
                there.Remove(subscription);
                if (there.Count == 0)
                {
                    _byPlace.Remove(place);
                }
            }
        }
    }

    /// <summary>Whether anybody wants a patient's readings: if not, none need be written.</summary>
    public bool WantsReadings(PatientEntry patient)
    {
        lock (_gate)
        {
            return Find(new Place(patient.TenantId, null, 0)) || (patient.Ward is { } ward && Find(new Place(patient.TenantId, ward, 0)))
                || Find(new Place(patient.TenantId, null, patient.Number));
        }

        bool Find(Place place) => _byPlace.TryGetValue(place, out var there) && there.Exists(static subscription => (subscription.Kinds & LiveKinds.Readings) != LiveKinds.None);
    }

    /// <summary>Sends a patient's newest vitals.</summary>
    public void SendVitals(PatientEntry patient, byte[] json, ReadingTrace? trace = null)
    {
        lock (_gate)
        {
            if (!_newest.TryGetValue(patient.Number, out var newest))
            {
                _newest.Add(patient.Number, newest = new NewestState());
            }

            var message = new LiveMessage(LiveKind.VitalsUpdated, patient.TenantId, patient.Number, patient.Ward, json) { Newest = newest, Trace = trace };
            newest.Message = message;
            Deliver(message, LiveKinds.Readings);
        }
    }

    /// <summary>Sends a heartbeat.</summary>
    public void SendHeartbeat(LiveMessage message)
    {
        lock (_gate)
        {
            Deliver(message, LiveKinds.Heartbeats);
        }
    }

    /// <summary>Gives an event its number, keeps it for those who come back, and sends it: in one step, so that events leave in the order of their numbers.</summary>
    public void SendEvent(LiveMessage message)
    {
        lock (_gate)
        {
            Deliver(_events.Add(message), LiveKinds.Events);
        }
    }

    /// <inheritdoc />
    /// <remarks>The newest state, and what is kept for those who come back. What already waits for a screen is on its way.</remarks>
    public void Erased(int patientNumber)
    {
        lock (_gate)
        {
            _newest.Remove(patientNumber);
            _events.Forget(patientNumber);
        }
    }

    /// <summary>Sends a security event.</summary>
    public void SendSecurity(LiveMessage message)
    {
        lock (_gate)
        {
            Deliver(message, LiveKinds.Security);
        }
    }

    /// <summary>Forgets the newest vitals of patients who have left. Mailboxes that still hold one keep it until they are read.</summary>
    public void Trim(IPatientDirectory patients)
    {
        lock (_gate)
        {
            foreach (var number in _newest.Keys)
            {
                if (_count == 0 || patients.Find(number) is not { IsPresent: true })
                {
                    _newest.Remove(number);
                }
            }
        }
    }

    private void Deliver(LiveMessage message, LiveKinds kind)
    {
        if (message.TenantId == 0 || message.PatientNumber == 0)
        {
            Offer(_all, message, kind);
            return;
        }

        OfferAt(new Place(message.TenantId, null, 0), message, kind);
        OfferAt(new Place(message.TenantId, null, message.PatientNumber), message, kind);
        if (message.Ward is not null)
        {
            OfferAt(new Place(message.TenantId, message.Ward, 0), message, kind);
        }
    }

    private void OfferAt(Place place, LiveMessage message, LiveKinds kind)
    {
        if (_byPlace.TryGetValue(place, out var there))
        {
            Offer(there, message, kind);
        }
    }

    private static void Offer(IEnumerable<Subscription> there, LiveMessage message, LiveKinds kind)
    {
        foreach (var subscription in there)
        {
            if ((subscription.Kinds & kind) != LiveKinds.None && !ReferenceEquals(subscription.LastOffered, message) && subscription.Filter.Wants(message))
            {
                subscription.LastOffered = message;
                subscription.Mailbox.Offer(message);
            }
        }
    }

    private int CountWaiting()
    {
        lock (_gate)
        {
            return _all.Sum(static subscription => subscription.Mailbox.Count);
        }
    }

    /// <summary>
    /// Where a subscription stands: with its patient if it names one, with its ward if it names one, otherwise with everything that it may see: the hospital, or
    /// each of its wards and each single patient.
    /// </summary>
    internal static IReadOnlyList<Place> PlacesOf(LiveFilter filter)
    {
        var (visible, tenant) = (filter.Visible, filter.Visible.TenantId);
        if (filter.PatientNumber is { } patient)
        {
            return [new(tenant, null, patient)];
        }

        if (filter.Ward is not null && visible.CoversWard(tenant, filter.Ward))
        {
            return [new(tenant, filter.Ward, 0)];
        }

        return visible.WholeHospital
            ? [new(tenant, null, 0)]
            : [.. visible.Wards.Where(ward => filter.Ward is null || ward == filter.Ward).Select(ward => new Place(tenant, ward, 0)), .. visible.Patients.Select(number => new Place(tenant, null, number))];
    }

    /// <summary>A hospital, one ward of it, or one patient.</summary>
    internal readonly record struct Place(int TenantId, string? Ward, int PatientNumber);
}
