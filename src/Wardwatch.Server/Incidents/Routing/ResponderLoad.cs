using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Incidents.Routing;

/// <summary>How busy people are: their open incidents weighted by priority, and how often they were told of something in the last hour.</summary>
internal sealed class ResponderLoads
{
    private readonly Dictionary<Guid, int> _loads = [];

    /// <summary>How far back notices count.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    /// <summary>What an open incident weighs.</summary>
    public static int Weight(AlertPriority priority) => priority switch
    {
        AlertPriority.High => 4,
        AlertPriority.Medium => 2,
        _ => 1,
    };

    /// <summary>How busy somebody is; 0 is not at all.</summary>
    public int Of(Guid account) => _loads.GetValueOrDefault(account);

    /// <summary>Adds to somebody's load.</summary>
    public void Add(Guid account, int load) => _loads[account] = Of(account) + load;
}
