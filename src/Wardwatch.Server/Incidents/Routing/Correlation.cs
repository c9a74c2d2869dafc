using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Incidents.Routing;

/// <summary>Which alerts of a patient belong to one incident: those of one category, and those that are usually one event at the bedside.</summary>
internal static class Correlation
{
    // A desaturation drives the heart rate, a failing circulation shows in pressure and rate, and both in consciousness. A score is made of all of them, and so is a worried colleague.
    private static readonly Dictionary<AlertCategory, AlertCategory[]> Related = new()
    {
        [AlertCategory.Cardiac] = [AlertCategory.Respiratory, AlertCategory.Haemodynamic],
        [AlertCategory.Respiratory] = [AlertCategory.Cardiac, AlertCategory.Neurological],
        [AlertCategory.Haemodynamic] = [AlertCategory.Cardiac, AlertCategory.Neurological],
        [AlertCategory.Neurological] = [AlertCategory.Respiratory, AlertCategory.Haemodynamic, AlertCategory.Metabolic],
        [AlertCategory.Metabolic] = [AlertCategory.Neurological],
        [AlertCategory.Temperature] = [],
        [AlertCategory.EarlyWarning] =
            [AlertCategory.Cardiac, AlertCategory.Respiratory, AlertCategory.Haemodynamic, AlertCategory.Neurological, AlertCategory.Metabolic, AlertCategory.Temperature],
    };

    /// <summary>A category as a bit of the categories of an incident.</summary>
    public static int Bit(AlertCategory category) => 1 << (int)category;

    /// <summary>Whether an alert of a category belongs to an incident with these.</summary>
    /// <param name="categories">The incident's, as bits.</param>
    /// <param name="category">The alert's.</param>
    public static bool Belongs(int categories, AlertCategory category)
    {
        if ((categories & Bit(category)) != 0)
        {
            return true;
        }

        return Related.Any(pair => (categories & Bit(pair.Key)) != 0 && pair.Value.Contains(category))
            || (Related.TryGetValue(category, out var related) && related.Any(other => (categories & Bit(other)) != 0));
    }
}
