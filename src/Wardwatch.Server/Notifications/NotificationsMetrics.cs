using System.Diagnostics.Metrics;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;

namespace Wardwatch.Server.Notifications;

/// <summary>What is counted about notifications. The names of the first one is fixed outside (docs/operations.md); nobody's name or ward is ever a label.</summary>
internal sealed class NotificationsMetrics
{
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _delay;
    private readonly Histogram<double> _seenAfter;

    public NotificationsMetrics(IMeterFactory meters, NotificationsState state)
    {
        var meter = meters.Create("Wardwatch.Notifications");
        _sent = meter.CreateCounter<long>("notifications.sent", "{attempt}", "Attempts to tell somebody, by channel and outcome");
        _delay = meter.CreateHistogram<double>("wardwatch.notifications.delay", "s", "From queued to taken by the receiver, by channel and priority");
        _seenAfter = meter.CreateHistogram<double>("wardwatch.notifications.screen.delay", "s", "From queued to shown on a screen of the application, by priority");
        meter.CreateObservableGauge("wardwatch.notifications.oldest", () => state.OldestSeconds, "s", "How long the oldest that is due has waited");
        meter.CreateObservableGauge("wardwatch.notifications.resting", () => state.Resting, "{receiver}", "Receivers that rest, since most of what was sent to them failed");
    }

    /// <summary>Somebody's screens are told, when the transaction commits.</summary>
    public void Posted(int count) => _sent.Add(count, new("channel", ChannelNames.InApp), new KeyValuePair<string, object?>("outcome", "sent"));

    /// <summary>A screen has shown one.</summary>
    public void Shown(AlertPriority priority, double seconds) => _seenAfter.Record(seconds, new KeyValuePair<string, object?>("priority", priority.Word()));

    /// <summary>A receiver has taken one.</summary>
    public void Sent(string channel, AlertPriority priority, double seconds)
    {
        Tried(channel, "sent");
        _delay.Record(seconds, new("channel", channel), new KeyValuePair<string, object?>("priority", priority.Word()));
    }

    /// <summary>An attempt ended otherwise.</summary>
    public void Tried(string channel, string outcome) => _sent.Add(1, new("channel", channel), new KeyValuePair<string, object?>("outcome", outcome));
}
