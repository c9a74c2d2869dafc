using Wardwatch.Clinical.Scores;

namespace Wardwatch.Clinical.Alerts;

/// <summary>What is in force for one type.</summary>
/// <param name="IsOn">Whether it is judged.</param>
/// <param name="Limit">The limit; NaN where the type has none.</param>
/// <param name="DelaySeconds">The delay.</param>
public readonly record struct AlertSetting(bool IsOn, double Limit, double DelaySeconds);

/// <summary>
/// The limits and delays that are in force for a patient. Immutable: made when an override changes and shared by all patients who have the same.
/// </summary>
public sealed class AlertSettings
{
    private readonly AlertSetting[] _settings;
    private readonly long[] _delays;

    private AlertSettings(AlertSetting[] settings)
    {
        _settings = settings;
        _delays = Array.ConvertAll(settings, static setting => (long)Math.Round(setting.DelaySeconds * 1e6));
    }

    /// <summary>The catalogue's defaults.</summary>
    public static AlertSettings Default { get; } = new([.. AlertCatalogue.All.ToArray().Select(type => new AlertSetting(true, type.Limit ?? double.NaN, type.DelaySeconds))]);

    /// <summary>
    /// The defaults for a patient whose saturation is scored on scale 2 (target 88 to 92 %): low below 88 and critical below 84, where that scale scores 3. On the limits of
    /// everybody else such a patient would be alarmed about within the target.
    /// </summary>
    public static AlertSettings DefaultOnScale2 { get; } = Default.With([new AlertOverride(AlertTypes.SpO2Low, 88, null, null), new AlertOverride(AlertTypes.SpO2Critical, 84, null, null)]);

    /// <summary>The defaults for a patient.</summary>
    public static AlertSettings DefaultFor(SpO2Scale scale) => scale == SpO2Scale.Two ? DefaultOnScale2 : Default;

    /// <summary>What is in force for a type.</summary>
    public AlertSetting Of(int typeIndex) => _settings[typeIndex];

    /// <summary>
    /// These settings with overrides, of which later ones win: the hospital's first, then the ward's, then the patient's. One that <see cref="AlertType.Validate"/>
    /// refuses changes nothing, so that a limit stored under an older catalogue can never make alerts less safe than the default.
    /// </summary>
    public AlertSettings With(IEnumerable<AlertOverride> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        AlertSetting[]? changed = null;
        foreach (var change in overrides)
        {
            if ((uint)change.TypeIndex >= AlertCatalogue.Count || AlertCatalogue.Of(change.TypeIndex).Validate(change) is not null)
                continue;
            changed ??= [.. _settings];
            ref var setting = ref changed[change.TypeIndex];
            setting = new AlertSetting(change.IsOn ?? setting.IsOn, change.Limit ?? setting.Limit, change.DelaySeconds ?? setting.DelaySeconds);
        }

        return changed is null ? this : new AlertSettings(changed);
    }

    /// <summary>The same settings without any delay, to see what the delays are worth.</summary>
    public AlertSettings WithoutDelays() => new(Array.ConvertAll(_settings, static setting => setting with { DelaySeconds = 0 }));

    internal bool IsOn(int typeIndex) => _settings[typeIndex].IsOn;

    internal double LimitOf(int typeIndex) => _settings[typeIndex].Limit;

    internal long DelayOf(int typeIndex) => _delays[typeIndex];
}
