using System.Text.Json;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Proof.Nodes;

/// <summary>Measures at a screen, for each patient, the longest time between two frames. A lost connection is part of it.</summary>
internal sealed class LiveGaps
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TimeSpan _longest;

    /// <summary>How many patients were seen, and the longest that one of them was not, up to now.</summary>
    public (int Patients, TimeSpan Longest) Read()
    {
        var now = Time.GetTimestamp();
        lock (_gate)
        {
            return (_last.Count, _last.Values.Select(last => Time.GetElapsedTime(last, now)).Append(_longest).Max());
        }
    }

    /// <summary>Takes in what the <see cref="Screen"/> was sent.</summary>
    public void Take(ReadOnlySpan<byte> frame)
    {
        var json = new Utf8JsonReader(frame);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("patient"u8)) continue;
            json.Read();
            Seen(json.GetString()!, Time.GetTimestamp());
            return;
        }
    }

    private void Seen(string patient, long now)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(patient, out var last) && Time.GetElapsedTime(last, now) is var gap && gap > _longest) _longest = gap;
            _last[patient] = now;
        }
    }
}
