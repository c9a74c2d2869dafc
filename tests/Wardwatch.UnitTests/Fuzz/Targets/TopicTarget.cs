using System.Text;
using System.Text.Unicode;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>A topic filter, a line break and a topic name, beside the plainest way to judge and match them.</summary>
internal sealed class TopicTarget : FuzzTarget
{
    public override string Name => "topics";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "a/b\na/b", "a/+\na/b", "a/#\na", "#\na/b/c", "+\n/a", "+/+\n/a", "/+\n/a", "$SYS/#\n$SYS/x", "#\n$SYS/x", "$share/g/a/#\na/b", "$share/g/\na", "a//b\na//b", "a/+/c\na//c", "sport+\nsport", "a/#/b\na",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "/", "+", "#", "/+/", "/#", "$", "$share/", "//", "\n", "\0", "a", "ü", "血压" }.Select(Encoding.UTF8.GetBytes)];

    public override int MaxBytes => 128;

    public override int QuickExecutions => 40_000;

    public override long AllocationLimit(int inputBytes) => 0;

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        if (!Utf8.IsValid(input)) return signature.Value; // strings are checked before they are judged as topics
        var line = input.AsSpan().IndexOf((byte)'\n');
        var (filter, name) = line < 0 ? (input, []) : (input[..line], input[(line + 1)..]);
        foreach (var version in new[] { MqttVersion.V311, MqttVersion.V500 })
        {
            meter.Begin();
            var validName = MqttTopics.IsValidName(name);
            var validFilter = MqttTopics.IsValidFilter(filter, version);
            var shared = MqttTopics.TrySplitShared(filter, out _, out var rest);
            var matched = MqttTopics.Matches(shared ? rest : filter, name);
            meter.End();
            var (f, n) = (Encoding.UTF8.GetString(filter), Encoding.UTF8.GetString(name));
            if (validName != IsName(n)) throw new FuzzFailure($"'{n}' as a name: {validName}.");
            if (validFilter != IsFilter(f, version == MqttVersion.V500)) throw new FuzzFailure($"'{f}' as a filter in {version}: {validFilter}.");
            signature.Add(validName);
            signature.Add(validFilter);
            signature.Add(shared);
            if (!validName || !validFilter || (shared && version == MqttVersion.V311)) continue;
            var expected = Matches((shared ? Encoding.UTF8.GetString(rest) : f).Split('/'), n.Split('/'));
            if (matched != expected) throw new FuzzFailure($"'{f}' and '{n}' match: {matched}.");
            signature.Add(matched);
            signature.Add((ulong)f.Count(c => c is '/' or '+' or '#'));
        }

        return signature.Value;
    }

    private static bool IsName(string name) => name.Length > 0 && !name.Any(c => c is '+' or '#' or '\0');

    private static bool IsFilter(string filter, bool knowsShares)
    {
        if (filter.Length == 0 || filter.Contains('\0')) return false;
        var levels = filter.Split('/');
        if (knowsShares && levels.Length > 1 && levels[0] == "$share")
        {
            if (levels.Length < 3 || levels[1].Length == 0 || levels[1].Any(c => c is '+' or '#')) return false;
            levels = levels[2..];
            if (levels is [""]) return false;
        }

        return !levels.Where((level, index) => (level.Contains('+') && level != "+") || (level.Contains('#') && (level != "#" || index < levels.Length - 1))).Any();
    }

    private static bool Matches(string[] filter, string[] name)
    {
        if (name[0].StartsWith('$') && filter[0] is ("+" or "#")) return false;
        for (var i = 0; ; i++)
        {
            if (i < filter.Length && filter[i] == "#") return true;
            if (i == filter.Length || i == name.Length) return i == filter.Length && i == name.Length;
            if (filter[i] != "+" && filter[i] != name[i]) return false;
        }
    }
}
