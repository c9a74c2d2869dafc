using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>A schedule as it is stored, with whatever concerns the time for which it was read.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Ward">The ward; null: the whole hospital. Ward, role and tier never change.</param>
/// <param name="Role">What its members are on duty as.</param>
/// <param name="Tier">In which order they are asked, 1 to 3.</param>
/// <param name="Version">Counts its changes.</param>
/// <param name="CreatedAt">Since when it is there.</param>
/// <param name="ChangedAt">When it was changed last.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Rules">Who is on duty.</param>
internal sealed record StoredSchedule(
    Guid Id, string Name, string? Ward, string Role, int Tier, int Version, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, DateTimeOffset? EndedAt, Schedule Rules)
{
    /// <summary>The rules that hold, or held last.</summary>
    public Revision Last => Rules.Revisions[^1];

    /// <summary>Whether it is there at a time.</summary>
    public bool IsThereAt(DateTimeOffset at) => Rules.Revisions.Any(revision => revision.From <= at && (revision.Until is null || at < revision.Until));
}

/// <summary>Layers in the database.</summary>
internal static class StoredLayers
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter<DayOfWeek>(JsonNamingPolicy.CamelCase) } };

    /// <summary>As they are stored.</summary>
    public static string Write(IReadOnlyList<Layer> layers) => JsonSerializer.Serialize(layers, Options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static IReadOnlyList<Layer> Read(string stored) => JsonSerializer.Deserialize<List<Layer>>(stored, Options) ?? [];
}
