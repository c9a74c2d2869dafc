using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server;

/// <summary>
/// Which modules a process runs: a table from role to modules. A process takes the union of its roles; <c>all</c> is the union of every role.
/// The order within the table is the order in which modules start; they stop in the reverse order.
/// </summary>
public static class Roles
{
    /// <summary>The role that stands for all of them.</summary>
    public const string All = "all";

    private static readonly Dictionary<string, Module[]> Table = new(StringComparer.Ordinal)
    {
        ["gateway"] = [],
        ["monitor"] = [],
        ["web"] = [],
        ["worker"] = [],
    };

    /// <summary>The modules of the named roles, each once, in their order.</summary>
    /// <param name="names">Role names separated by commas: <c>all</c>, or <c>gateway,web</c>.</param>
    /// <exception cref="StartupException">A name is unknown, or the roles do not make a whole server.</exception>
    public static IReadOnlyList<Module> Select(string names)
    {
        var wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        if (wanted.FirstOrDefault(name => name != All && !Table.ContainsKey(name)) is { } unknown)
        {
            throw new StartupException($"There is no role '{unknown}'.", $"The roles are: {All}, {string.Join(", ", Table.Keys)}.");
        }

        if (!wanted.Contains(All) && !Table.Keys.All(wanted.Contains))
        {
            throw new StartupException("The roles of this server cannot be split over processes: without a message broker between them, they must share one.", $"Start it with --roles {All}.");
        }

        return Table.Values.SelectMany(modules => modules).Distinct().ToList();
    }

    /// <summary>A module as the program sees it: what it registers and what it maps.</summary>
    /// <param name="Add">Registers its services; hosted services start in this order.</param>
    /// <param name="Map">Maps its routes; null if it has none.</param>
    public sealed record Module(Action<IHostApplicationBuilder> Add, Action<IEndpointRouteBuilder>? Map = null);
}
