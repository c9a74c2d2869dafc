using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Server.Alerts;

/// <summary>The codes of types that the server itself raises.</summary>
internal static class AlertTypeCodes
{
    /// <summary>Somebody raised it by hand.</summary>
    public const string Manual = "manual";
}

/// <summary>An alert type of the catalogue.</summary>
/// <param name="Type">Its code.</param>
/// <param name="Name">In words.</param>
/// <param name="Category">cardiac, respiratory, haemodynamic, …</param>
/// <param name="Priority">high, medium or low.</param>
/// <param name="Technical">About a device or the installation, not the patient.</param>
/// <param name="Latching">Whether it stays in sight after its end until somebody acknowledges it.</param>
/// <param name="Role">Who must respond.</param>
/// <param name="ResponseMinutes">Within how many minutes somebody must have been at the bedside, or null.</param>
/// <param name="Rule">The rule in words.</param>
/// <param name="Vital">The vital concerned, or null.</param>
/// <param name="Limit">The default limit, or null.</param>
/// <param name="Unit">Its unit, or null.</param>
/// <param name="DelaySeconds">The default delay.</param>
/// <param name="SafeMin">The least limit that an override may set, or null.</param>
/// <param name="SafeMax">The greatest.</param>
/// <param name="MinDelaySeconds">The shortest delay that an override may set.</param>
/// <param name="MaxDelaySeconds">The longest.</param>
/// <param name="Overridable">Whether limit or delay can be overridden at all.</param>
/// <param name="CanBeOff">Whether it can be switched off.</param>
/// <param name="Source">Where rule and limit come from.</param>
internal sealed record AlertTypeDocument(
    string Type, string Name, string Category, string Priority, bool Technical, bool Latching, string Role, int? ResponseMinutes, string Rule, string? Vital, double? Limit, string? Unit,
    double DelaySeconds, double? SafeMin, double? SafeMax, double MinDelaySeconds, double MaxDelaySeconds, bool Overridable, bool CanBeOff, string Source)
{
    public static AlertTypeDocument Of(AlertType type)
    {
        var vital = type.Vital is { } number ? VitalCatalogue.Of(number) : null;
        return new(
            type.Code, type.Name, type.Category.Word(), type.Priority.Word(), type.IsTechnical, type.Latches, type.RespondingRole, type.ResponseMinutes, type.Rule, vital?.WireKey, type.Limit, type.Unit.Length == 0 ? null : type.Unit,
            type.DelaySeconds, type.SafeMin, type.SafeMax, 0, type.MaxDelaySeconds, type.IsOverridable, type.CanBeSwitchedOff, type.Source);
    }
}

/// <summary>The whole catalogue.</summary>
internal sealed record AlertTypePage(IReadOnlyList<AlertTypeDocument> Items)
{
    public static AlertTypePage All { get; } = new([.. AlertCatalogue.All.ToArray().Select(AlertTypeDocument.Of)]);
}
