using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Wardwatch.Server;
using Wardwatch.UnitTests.Docs;
using Xunit;

namespace Wardwatch.UnitTests.Deploy;

/// <summary>What deploy/ names is there: settings, metrics, roles, secrets, values of the chart.</summary>
public sealed partial class DeployTests
{
    private static IEnumerable<string> Everything => SourceTree.Files("deploy", "*").Where(file => !file.Contains($"{Path.DirectorySeparatorChar}secrets{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [Fact]
    public void Every_setting_that_is_named_exists()
    {
        var known = typeof(Roles).Assembly.GetTypes().Where(type => type.IsPublic && type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => $"Wardwatch__{type.Name[..^"Options".Length]}__{property.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = Everything.SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), match.Value))).ToList();
        named.Count.ShouldBeGreaterThan(15);
        foreach (var (file, setting) in named)
        {
            known.ShouldContain(setting, $"{file} sets what the server does not know");
        }
    }

    [Fact]
    public void Every_metric_in_rules_and_dashboards_is_one_of_the_servers()
    {
        var known = MetricSource.Series().Concat(OfTheFrameworks).ToHashSet(StringComparer.Ordinal);
        known.ShouldContain("wardwatch_history_commit_duration_seconds_bucket");
        known.ShouldContain("alerts_received_total");
        var named = Expressions().SelectMany(expression => MetricsIn(expression.Text).Select(metric => (expression.File, Metric: metric))).ToList();
        named.Count.ShouldBeGreaterThan(80);
        named.Select(one => one.File).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(["alerts.yml", "live-incidents.json", "operation.json", "sre-performance.json"]);
        foreach (var (file, metric) in named)
        {
            known.ShouldContain(metric, $"{file} asks for what the server does not count");
        }
    }

    [Theory]
    [InlineData("sum(up{job=\"wardwatch\"})", "up")]
    [InlineData("histogram_quantile(0.99, sum by (le, instance) (rate(a_seconds_bucket{x=~\"b(c)|d\"}[5m] offset 1h))) > 1e3", "a_seconds_bucket")]
    [InlineData("1 - (sum(a_total) / on(ward) group_left(x) b_total) > bool 2 or absent(c) unless d", "a_total b_total c d")]
    public void Metrics_are_found_in_an_expression(string expression, string metrics) => MetricsIn(expression).ShouldBe(metrics.Split(' '));

    [Fact]
    public void Dashboards_have_names_of_their_own()
    {
        var dashboards = SourceTree.Files("deploy/grafana/dashboards", "*.json").Select(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement).ToList();
        dashboards.Select(dashboard => dashboard.GetProperty("uid").GetString()).ShouldBeUnique();
        dashboards.Select(dashboard => dashboard.GetProperty("title").GetString()).ShouldContain("Live Incidents");
        dashboards.Select(dashboard => dashboard.GetProperty("title").GetString()).ShouldContain("SRE Performance");
    }

    [Fact]
    public void Dashboards_are_whole_and_their_panels_ask_the_provisioned_source()
    {
        var source = SourceTree.Read("deploy/grafana/provisioning/datasources/prometheus.yml");
        foreach (var file in SourceTree.Files("deploy/grafana/dashboards", "*.json"))
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
            panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
            foreach (var panel in panels)
            {
                panel.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
                source.ShouldContain("uid: " + panel.GetProperty("datasource").GetProperty("uid").GetString());
                panel.GetProperty("targets").EnumerateArray().ShouldAllBe(target => target.GetProperty("expr").GetString()!.Length > 0);
            }
        }
    }

    [Fact]
    public void The_chart_carries_the_same_rules() =>
        SourceTree.Read("deploy/helm/wardwatch/files/alerts.yml").ShouldBe(SourceTree.Read("deploy/prometheus/alerts.yml"));

    [Fact]
    public void Templates_of_the_chart_close_what_they_open_and_use_values_that_exist()
    {
        var values = SourceTree.Read("deploy/helm/wardwatch/values.yaml");
        foreach (var file in SourceTree.Files("deploy/helm/wardwatch/templates", "*"))
        {
            var text = File.ReadAllText(file);
            Regex.Count(text, "{{").ShouldBe(Regex.Count(text, "}}"), file);
            Regex.Count(text, @"{{-?\s*(?:if|range|with|define)\b").ShouldBe(Regex.Count(text, @"{{-?\s*end\b"), file);
            text.ShouldNotContain("\t", customMessage: file);
            foreach (var path in Value().Matches(text).Select(match => match.Groups["path"].Value))
            {
                HasValue(values, path.Split('.')).ShouldBeTrue($"{Path.GetFileName(file)} uses .Values.{path}, which values.yaml does not have");
            }
        }
    }

    [Fact]
    public void Compose_gives_no_container_more_than_it_needs_and_no_secret_in_clear()
    {
        var compose = SourceTree.Read("deploy/compose.yaml");
        var services = Services(compose);
        services.Count.ShouldBeGreaterThan(8);
        foreach (var (name, text) in services)
        {
            // The server's own stand under the anchor.
            var whole = text.Contains("<<: *server\n", StringComparison.Ordinal) ? text + compose[..compose.IndexOf("services:\n", StringComparison.Ordinal)] : text;
            foreach (var wanted in new[] { "read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "user: \"", "mem_limit:" })
            {
                whole.ShouldContain(wanted, Case.Sensitive, name);
            }
        }

        Regex.Matches(compose, @"(?i)(?:password|secret|token|key)\w*:\s*[""']?[A-Za-z0-9+]{12,}").ShouldBeEmpty();
        var defined = Regex.Matches(compose, @"^  (?<secret>[a-z-]+): \{ file: \./secrets/(?<file>[A-Za-z.-]+) \}$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)
            .Select(match => (Secret: match.Groups["secret"].Value, File: match.Groups["file"].Value)).ToList();
        var prepare = SourceTree.Read("deploy/prepare");
        defined.Count.ShouldBeGreaterThan(15);
        foreach (var (secret, file) in defined)
        {
            Regex.IsMatch(compose, $@"(?:source: {secret}[ ,]|- {secret}$)", RegexOptions.Multiline).ShouldBeTrue($"no service uses the secret {secret}");
            prepare.ShouldContain(Path.GetFileNameWithoutExtension(file), Case.Sensitive, "deploy/prepare draws every secret");
        }
    }

    [Fact]
    public void Roles_in_compose_and_chart_are_roles_and_make_a_whole()
    {
        foreach (var (file, pattern) in new[] { ("deploy/compose.yaml", @"""--roles"", ""(?<roles>[a-z,]+)"""), ("deploy/helm/wardwatch/values.yaml", @"^    roles: (?<roles>[a-z,]+)$") })
        {
            var named = Regex.Matches(SourceTree.Read(file), pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture).SelectMany(match => match.Groups["roles"].Value.Split(',')).ToList();

            // All of them together do without a broker; a name that is no role is refused.
            Roles.Select(string.Join(',', named), overBroker: false).Roles.AreAll.ShouldBeTrue(file);
        }
    }

    [Fact]
    public void The_image_runs_as_a_number_without_a_shell_and_asks_itself_how_it_is()
    {
        var text = SourceTree.Read("deploy/Dockerfile");
        var last = text[text.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        last.ShouldContain("chiseled");
        last.ShouldContain("\nUSER 10001:10001\n");
        last.ShouldContain("""CMD ["/opt/wardwatch/wardwatch", "health"]""");
        last.ShouldNotContain("\nRUN ", customMessage: "there is no shell to run it");
        foreach (var copied in Regex.Matches(text, @"^COPY (?!--)(?<what>.+) \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture).SelectMany(match => match.Groups["what"].Value.Split(' ')))
        {
            var folder = Path.Combine(SourceTree.Root, copied.Contains('*', StringComparison.Ordinal) ? Path.GetDirectoryName(copied)! : copied);
            (File.Exists(folder) || Directory.Exists(folder)).ShouldBeTrue($"the Dockerfile copies {copied}, which is not there");
        }
    }

    // Each "expr" of a rule or a panel. A rule's stands on one line.
    private static IEnumerable<(string File, string Text)> Expressions()
    {
        foreach (var file in SourceTree.Files("deploy/prometheus", "alerts.yml"))
        {
            foreach (var line in File.ReadLines(file).Select(line => line.Trim()).Where(line => line.StartsWith("expr:", StringComparison.Ordinal)))
            {
                yield return (Path.GetFileName(file), line["expr:".Length..]);
            }
        }

        foreach (var file in SourceTree.Files("deploy/grafana/dashboards", "*.json"))
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var target in dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()))
            {
                yield return (Path.GetFileName(file), target.GetProperty("expr").GetString()!);
            }
        }
    }

    // What is left of an expression without texts, labels, windows, functions and words is a metric.
    private static IEnumerable<string> MetricsIn(string expression) =>
        Word().Matches(NotMetrics().Replace(expression, " ")).Select(match => match.Value).Where(word => !Words.Contains(word));

    private static readonly string[] Words = ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"];

    // Of Prometheus itself, of .NET and of the web server; the metrics page of a server has them (docs/operations.md).
    private static readonly string[] OfTheFrameworks = ["up", "dotnet_process_memory_working_set_bytes", "http_server_request_duration_seconds_bucket", "http_server_request_duration_seconds_count"];

    private static Dictionary<string, string> Services(string compose)
    {
        var from = compose.IndexOf("\nservices:\n", StringComparison.Ordinal);
        var section = compose[from..compose.IndexOf("\nnetworks:\n", from, StringComparison.Ordinal)];
        return Regex.Split(section, @"\n(?=  [a-z]+:\n)").Skip(1).ToDictionary(text => text[..text.IndexOf(':', StringComparison.Ordinal)].Trim(), text => text, StringComparer.Ordinal);
    }

    // Goes down by indentation: "ingress.tlsSecret" is a line "  tlsSecret:" below "ingress:".
    private static bool HasValue(string yaml, string[] path)
    {
        var lines = yaml.Split('\n');
        var at = 0;
        for (var depth = 0; depth < path.Length; depth++)
        {
            var indent = new string(' ', depth * 2);
            var found = Array.FindIndex(lines, at, line => line.StartsWith($"{indent}{path[depth]}:", StringComparison.Ordinal));
            if (found < 0 || (depth > 0 && lines[(at)..found].Any(line => line.Length > 0 && line[0] is not (' ' or '#'))))
            {
                return false;
            }

            at = found + 1;
        }

        return true;
    }

    [GeneratedRegex("Wardwatch__[A-Za-z0-9]+__[A-Za-z0-9]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Setting();

    // Quoted texts; what a selector, a grouping or a matching names; windows; functions; numbers.
    [GeneratedRegex(@"""[^""]*""|'[^']*'|\{(?:[^{}""]|""[^""]*"")*\}|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\[[^\]]*\]|\boffset\s+\w+|\b[a-zA-Z_]\w*(?=\s*\(|\s+(?:by|without)\s*\()|\b\d[\w.]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NotMetrics();

    [GeneratedRegex("[a-zA-Z_:][a-zA-Z0-9_:]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\.Values\.(?<path>[A-Za-z.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Value();
}
