using System.Text;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Wardwatch.UnitTests.Docs;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>docs/clinical.md holds the catalogue as it is. <c>WARDWATCH_WRITE_DOCS=1</c> writes the tables anew.</summary>
public class AlertDocsTests
{
    private const string Page = "docs/clinical.md";
    private const string Begin = "<!-- alert types: written by AlertDocsTests -->\n";
    private const string End = "<!-- end of alert types -->\n";

    [Fact]
    public void Every_alert_type_stands_on_the_clinical_page_with_its_rule_limit_delay_priority_role_time_and_source()
    {
        string page = SourceTree.Read(Page);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = page.IndexOf(End, StringComparison.Ordinal);
        begin.ShouldBeGreaterThan(0, $"{Page} has no place for the alert types");
        end.ShouldBeGreaterThan(begin);
        string wanted = page[..(begin + Begin.Length)] + Tables() + page[end..];
        if (Environment.GetEnvironmentVariable("WARDWATCH_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, Page), wanted);
        else
            page.ShouldBe(wanted, "write the tables anew: WARDWATCH_WRITE_DOCS=1 ./test unit");
    }

    [Fact]
    public void The_page_says_what_the_software_is_not()
    {
        string page = SourceTree.Read(Page);
        page.ShouldContain("not a certified medical device");
        page.ShouldContain("the bedside monitor stays primary");
        page.ShouldNotContain("There are no alarms in this version");
    }

    private static string Tables()
    {
        var text = new StringBuilder("\n| type | | category | priority | rule | limit | delay | ends |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var type in AlertCatalogue.All)
        {
            string priority = type.Priority.Word() + (type.EscalatesTo is { } later ? $", then {later.Word()}" : "");
            text.Append($"| `{type.Code}` | {type.Name} | {type.Category.Word()} | {priority} | {type.Rule} | {Limit(type, type.Limit)} | {Delay(type)} | {Ends(type)} |\n");
        }

        text.Append("\n| type | responds | within | latches | limit may be | delay up to | may be off | source |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var type in AlertCatalogue.All)
        {
            string range = type.SafeMin is null ? "" : type.SafeMin == type.SafeMax ? "fixed" : $"{Bare(type, type.SafeMin)} to {Bare(type, type.SafeMax)} {type.Unit}".TrimEnd();
            string most = type.MaxDelaySeconds > 0 ? $"{AlertText.Number(type.MaxDelaySeconds)} s" : "";
            text.Append($"| `{type.Code}` | {DutyRoles.All[type.RespondingRole].ToLowerInvariant()} | {type.ResponseMinutes} min | {(type.Latches ? "yes" : "")} | {range} | {most} | {(type.CanBeSwitchedOff ? "yes" : "")} | {type.Source} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Limit(AlertType type, double? limit) => limit is null ? "" : $"{Sign(type)}{Bare(type, limit)} {type.Unit}".Trim();

    private static string Bare(AlertType type, double? limit) =>
        type.Vital == Vital.Consciousness ? ConsciousnessCodes.ToLetter((Consciousness)(byte)limit!.Value).ToString() : AlertText.Number(limit!.Value);

    private static string Sign(AlertType type) => type.Kind switch
    {
        AlertRuleKind.Above or AlertRuleKind.Clock or AlertRuleKind.DeviceSilence or AlertRuleKind.ParameterSilence => "> ",
        AlertRuleKind.Below or AlertRuleKind.Battery => "< ",
        _ => "≥ ",
    };

    private static string Delay(AlertType type) => !type.IsJudgedByEngine ? "" : type.DelaySeconds > 0 ? $"{AlertText.Number(type.DelaySeconds)} s" : "none";

    private static string Ends(AlertType type)
    {
        string held = type.ClearSeconds > 0 ? $" for {AlertText.Number(type.ClearSeconds)} s" : "";
        double limit = type.Limit ?? double.NaN;
        return type.Kind switch
        {
            AlertRuleKind.Above when type.Vital == Vital.Consciousness => "A or C",
            AlertRuleKind.Above or AlertRuleKind.Clock or AlertRuleKind.Anomaly => $"≤ {AlertText.Number(limit - type.Hysteresis)}{held}",
            AlertRuleKind.Below or AlertRuleKind.Battery => $"≥ {AlertText.Number(limit + type.Hysteresis)}{held}",
            AlertRuleKind.Fall => $"≤ {AlertText.Number(limit - type.Hysteresis)}, or ≥ {AlertText.Number(type.FallsBelow)},{held}",
            AlertRuleKind.News2Total or AlertRuleKind.News2Single => $"certainly below{held}",
            AlertRuleKind.DeviceSilence or AlertRuleKind.ParameterSilence => $"it comes{held}",
            AlertRuleKind.LeadOff => $"they are on{held}",
            _ => type.Index == AlertTypes.Manual ? "somebody ends it" : "what noticed it says so",
        };
    }
}
