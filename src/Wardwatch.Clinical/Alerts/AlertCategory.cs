namespace Wardwatch.Clinical.Alerts;

/// <summary>What an alert is about. Alerts of one patient and category belong to one incident.</summary>
public enum AlertCategory : byte
{
    /// <summary>Heart rate.</summary>
    Cardiac,

    /// <summary>Breathing and gas exchange.</summary>
    Respiratory,

    /// <summary>Blood pressure.</summary>
    Haemodynamic,

    /// <summary>Consciousness.</summary>
    Neurological,

    /// <summary>Scores of several vital signs.</summary>
    EarlyWarning,

    /// <summary>Glucose.</summary>
    Metabolic,

    /// <summary>Body temperature.</summary>
    Temperature,

    /// <summary>The patient's devices.</summary>
    Technical,

    /// <summary>The installation, the duty roster, and what people raise themselves.</summary>
    Operational,
}

/// <summary>The words in which categories are written in the API and in the database.</summary>
public static class AlertCategories
{
    /// <summary>In lower case: cardiac, early-warning, ….</summary>
    public static string Word(this AlertCategory category) => category switch
    {
        AlertCategory.Cardiac => "cardiac",
        AlertCategory.Respiratory => "respiratory",
        AlertCategory.Haemodynamic => "haemodynamic",
        AlertCategory.Neurological => "neurological",
        AlertCategory.EarlyWarning => "early-warning",
        AlertCategory.Metabolic => "metabolic",
        AlertCategory.Temperature => "temperature",
        AlertCategory.Technical => "technical",
        AlertCategory.Operational => "operational",
        _ => throw new ArgumentOutOfRangeException(nameof(category), category, "Not a category."),
    };
}
