using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Shouldly;
using Wardwatch.Server;
using Wardwatch.Server.Events.Broker;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.UnitTests.Docs;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>docs/events.md names every kind of event with its schema. <c>WARDWATCH_WRITE_DOCS=1</c> writes the catalogue anew.</summary>
public sealed class EventCatalogueTests
{
    private const string Page = "docs/events.md";
    private const string Begin = "<!-- catalogue: written by EventCatalogueTests -->\n";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Sample(string Id, DateTimeOffset At, int? Count);

    [Fact]
    public void Every_kind_of_event_stands_in_the_catalogue_as_it_is()
    {
        var page = SourceTree.Read(Page);
        var start = page.IndexOf(Begin, StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, $"{Page} has no place for the catalogue");
        var wanted = page[..(start + Begin.Length)] + Catalogue(Kinds());
        if (Environment.GetEnvironmentVariable("WARDWATCH_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(SourceTree.Root, Page), wanted);
        }
        else
        {
            page.ShouldBe(wanted, "write the catalogue anew: WARDWATCH_WRITE_DOCS=1 ./test unit");
        }
    }

    [Fact]
    public void No_two_kinds_have_the_same_name_and_version_and_names_say_what_happened()
    {
        var kinds = Kinds();
        kinds.Select(kind => (kind.Name, kind.Version)).Distinct().Count().ShouldBe(kinds.Count);
        foreach (var kind in kinds)
        {
            kind.Name.ShouldMatch("^[A-Z][A-Za-z0-9]{2,60}$");
            kind.Version.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_kind_is_shown_with_its_routing_key_and_its_schema()
    {
        var kind = new EventKind<Sample>("SampleTaken", 2, (JsonTypeInfo<Sample>)WireJson.Options.GetTypeInfo(typeof(Sample)));
        var shown = Catalogue([kind]);
        shown.ShouldContain("### SampleTaken, version 2");
        shown.ShouldContain("`sample-taken.v2`");
        shown.ShouldContain("\"count\"");
        shown.ShouldContain("\"properties\"");
    }

    private static List<EventKind> Kinds() =>
    [
        .. typeof(Roles).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType.IsAssignableTo(typeof(EventKind)))
            .Select(field => (EventKind)field.GetValue(null)!)
            .OrderBy(kind => kind.Name, StringComparer.Ordinal).ThenBy(kind => kind.Version),
    ];

    private static string Catalogue(List<EventKind> kinds)
    {
        var text = new StringBuilder();
        text.Append($"\n{kinds.Count} kinds.\n");
        foreach (var kind in kinds)
        {
            text.Append($"\n### {kind.Name}, version {kind.Version}\n\nRouting key `{EventMessage.RoutingKey(kind.Name, kind.Version)}`.\n\n```json\n");
            text.Append(kind.ContentType.Options.GetJsonSchemaAsNode(kind.ContentType.Type).ToJsonString(Indented)).Append("\n```\n");
        }

        return text.ToString();
    }
}
