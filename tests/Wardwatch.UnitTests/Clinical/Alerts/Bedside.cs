using System.Globalization;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>
/// A patient on a monitor, told as a timeline: <c>bed.Sends(30, "hr 80 spo2 97")</c> is thirty seconds with a reading each second, <c>bed.Takes("sbp 84")</c> one value that
/// somebody takes, <c>bed.Silent(40)</c> forty seconds in which only the clock ticks. The clock ticks every second, after the reading of that second, as a lane's does.
/// What the engine tells is noted as "1:20 spo2-critical raised high: SpO₂ 84 &lt; 85 for 10 s".
/// </summary>
internal sealed class Bedside
{
    /// <summary>Second 0 in Unix microseconds.</summary>
    public const long Start = 1_800_000_000_000_000;

    private readonly AlertTransition[] _transitions = new AlertTransition[AlertCatalogue.Count];
    private readonly Dictionary<int, AlertTransition> _open = [];
    private VitalSet _vitals;
    private long _heardAt;

    public AlertMemory Memory { get; private set; } = new();

    public AlertSettings Settings { get; set; } = AlertSettings.Default;

    /// <summary>What was told, in order.</summary>
    public List<string> Told { get; } = [];

    /// <summary>The transitions themselves.</summary>
    public List<AlertTransition> Transitions { get; } = [];

    /// <summary>The second that is next.</summary>
    public int Second { get; private set; }

    /// <summary>Whether a monitor is worn, so that its silence matters; and since which second.</summary>
    public bool IsWorn { get; set; } = true;

    public int WornFrom { get; set; }

    public SpO2Scale Scale { get; set; }

    /// <summary>Off, so that a test of one limit is not about the score.</summary>
    public bool HasNews2 { get; set; } = true;

    public double Anomaly { get; set; } = double.NaN;

    public double AnomalyCompleteness { get; set; } = 1;

    public double Battery { get; set; } = double.NaN;

    public bool? LeadsOff { get; set; }

    /// <summary>Which vitals' sensors are off, where the device says so of each; otherwise <see cref="LeadsOff"/> stands for its electrodes.</summary>
    public Vital[]? SensorsOff { get; set; }

    /// <summary>The second of the last status; -1: what the device says comes with its readings.</summary>
    public int StatusSecond { get; set; } = -1;

    /// <summary>Since which second anybody could hear.</summary>
    public int WatchedFrom { get; set; }

    public double ClockOffset { get; set; } = double.NaN;

    private long Now => Start + (Second * 1_000_000L);

    /// <summary>A reading each second, or every so many, with these values: "hr 80 spo2 97 acvpu A".</summary>
    public Bedside Sends(int seconds, string values, int every = 1)
    {
        for (int i = 0; i < seconds; i++)
        {
            if (i % every == 0)
                Read(values);
            Step();
            Second++;
        }

        return this;
    }

    /// <summary>A reading each second whose values were measured so many seconds before.</summary>
    public Bedside SendsLate(int seconds, string values, int late)
    {
        for (int i = 0; i < seconds; i++)
        {
            Read(values, Now - (late * 1_000_000L));
            _heardAt = Now;
            Step();
            Second++;
        }

        return this;
    }

    /// <summary>One reading with these values, and the second that it takes.</summary>
    public Bedside Takes(string values) => Sends(1, values);

    /// <summary>Only the clock ticks.</summary>
    public Bedside Silent(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            Step();
            Second++;
        }

        return this;
    }

    /// <summary>Time in which nobody looks: no readings, no ticks.</summary>
    public Bedside Skip(int seconds)
    {
        Second += seconds;
        return this;
    }

    /// <summary>The server starts anew: it knows the open alerts and the latest values, and no more.</summary>
    /// <param name="known">The vitals that were known when the alerts were raised; null: all.</param>
    public Bedside Restart(string? known = null)
    {
        int mask = known?.Split(' ').Aggregate(0, (bits, key) => VitalCatalogue.TryFind(key, out var vital) ? bits | (1 << (int)vital) : throw new ArgumentException($"There is no vital {key}.", nameof(known))) ?? -1;
        Memory = new AlertMemory();
        foreach (var (type, open) in _open)
            Memory.Restore(type, open.Priority, open.OnsetAt, open.At, open.Vital, mask);
        return this;
    }

    /// <summary>Sets a limit, a delay, or switches a type off.</summary>
    public Bedside Set(string code, double? limit = null, double? delaySeconds = null, bool? isOn = null)
    {
        var change = new AlertOverride(AlertCatalogue.Find(code)!.Index, limit, delaySeconds, isOn);
        AlertCatalogue.Of(change.TypeIndex).Validate(change).ShouldBeNull();
        Settings = Settings.With([change]);
        return this;
    }

    /// <summary>Everything that was told so far, and nothing else; it is forgotten then.</summary>
    public Bedside Tells(params string[] lines)
    {
        Told.ShouldBe(lines);
        Told.Clear();
        return this;
    }

    /// <summary>Nothing was told.</summary>
    public Bedside TellsNothing() => Tells();

    /// <summary>The last second's values are sent again and are others.</summary>
    public void Correct(string values) => Read(values, Now - 1_000_000);

    private void Read(string values, long? at = null)
    {
        var words = values.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i += 2)
        {
            VitalCatalogue.TryFind(words[i], out var vital).ShouldBeTrue(words[i]);
            double value = ConsciousnessCodes.TryParse(words[i + 1][0], out var level) ? (double)level : double.Parse(words[i + 1], CultureInfo.InvariantCulture);
            _vitals.Update(vital, value, at ?? Now);
        }

        _heardAt = at ?? Now;
    }

    private void Step()
    {
        var score = HasNews2 ? News2.Score(in _vitals, Now, ScoreWindow.Default, Scale) : default;
        var input = new AlertInput(in _vitals, in score, Now)
        {
            AnomalyScore = Anomaly,
            AnomalyCompleteness = AnomalyCompleteness,
            DeviceHeardAt = IsWorn ? Math.Max(_heardAt, Start + (WornFrom * 1_000_000L)) : 0,
            DeviceFrom = Start + (WornFrom * 1_000_000L),
            BatteryPercent = Battery,
            WatchedFrom = Start + (WatchedFrom * 1_000_000L),
            StatusAt = StatusSecond < 0 ? 0 : Start + (StatusSecond * 1_000_000L),
            SensorsOff = SensorsOff is { } off ? off.Aggregate(0, (mask, vital) => mask | (1 << (int)vital)) : LeadsOff is { } are ? are ? (1 << (int)Vital.HeartRate) | (1 << (int)Vital.RespiratoryRate) : 0 : null,
            ClockOffsetSeconds = ClockOffset,
        };
        int count = AlertEngine.Step(Memory, Settings, in input, _transitions);
        foreach (var transition in _transitions.AsSpan(0, count))
        {
            Transitions.Add(transition);
            Told.Add(Line(in transition));
            if (transition.Phase == AlertPhase.Ended)
                _open.Remove(transition.Type);
            else
                _open[transition.Type] = transition;
        }
    }

    private static string Line(in AlertTransition transition)
    {
        long second = (transition.At - Start) / 1_000_000;
        string head = $"{second / 60}:{second % 60:00} {AlertCatalogue.Of(transition.Type).Code}";
        return transition.Phase switch
        {
            AlertPhase.Ended when transition.SupersededBy >= 0 => $"{head} gives way to {AlertCatalogue.Of(transition.SupersededBy).Code}",
            AlertPhase.Ended => $"{head} ended",
            var phase => $"{head} {(phase == AlertPhase.Raised ? "raised" : phase == AlertPhase.Escalated ? "escalated to" : "fell to")} {transition.Priority.Word()}: {AlertText.Format(in transition)}",
        };
    }
}
