namespace Wardwatch.Clinical.Alerts;

/// <summary>How soon somebody must respond, as IEC 60601-1-8 and IHE (PH, PM, PL) name it. The order is that of rising urgency.</summary>
public enum AlertPriority : byte
{
    /// <summary>Awareness is required.</summary>
    Low = 1,

    /// <summary>A prompt response is required.</summary>
    Medium,

    /// <summary>An immediate response is required.</summary>
    High,
}

/// <summary>The words in which priorities are written in the API, in events and in the database.</summary>
public static class AlertPriorities
{
    /// <summary>low, medium or high.</summary>
    public static string Word(this AlertPriority priority) => priority switch
    {
        AlertPriority.High => "high",
        AlertPriority.Medium => "medium",
        _ => "low",
    };

    /// <summary>Reads what <see cref="Word"/> wrote.</summary>
    public static bool TryParse(string? word, out AlertPriority priority)
    {
        priority = word switch
        {
            "high" => AlertPriority.High,
            "medium" => AlertPriority.Medium,
            "low" => AlertPriority.Low,
            _ => default,
        };
        return priority != default;
    }
}
