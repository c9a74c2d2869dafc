using System.Diagnostics.CodeAnalysis;

namespace Wardwatch.Clinical.Alerts;

/// <summary>The 33 alert types. docs/clinical.md holds the same table; a test keeps the two alike.</summary>
public static partial class AlertCatalogue
{
    /// <summary>The number of alert types.</summary>
    public const int Count = 33;

    /// <summary>The version of the rules, kept with every alert. It changes when a rule or the meaning of a limit does.</summary>
    public const string RuleVersion = "1";

    private static readonly AlertType[] Types = Numbered([.. Cardiac(), .. Respiratory(), .. Haemodynamic(), .. Others(), .. Scores(), .. OfDevices(), .. OfTheInstallation()]);

    private static readonly Dictionary<string, AlertType> ByCode = Types.ToDictionary(type => type.Code, StringComparer.Ordinal);

    /// <summary>All types, in the order of their numbers.</summary>
    public static ReadOnlySpan<AlertType> All => Types;

    /// <summary>The type with this number.</summary>
    /// <exception cref="IndexOutOfRangeException">There is none.</exception>
    public static AlertType Of(int index) => Types[index];

    /// <summary>The type with this code; null if there is none.</summary>
    public static AlertType? Find(string? code) => code is not null && ByCode.TryGetValue(code, out var type) ? type : null;

    /// <summary>The type with this code.</summary>
    public static bool TryFind(string? code, [NotNullWhen(true)] out AlertType? type) => (type = Find(code)) is not null;

    private static AlertType[] Numbered(AlertType[] types) => [.. types.Select((type, index) => type with { Index = index })];
}
