using System.Collections.Concurrent;
using System.Globalization;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>The tags of one series. Looked up by the span that a measurement brings, so that a known series costs no allocation.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    /// <summary>The tags, in the order in which they were given.</summary>
    public KeyValuePair<string, object?>[] Items { get; } = tags;

    /// <summary>The tags as Prometheus writes labels, without braces: <c>a="1",b="2"</c>.</summary>
    public string Labels { get; } = string.Join(',', tags
        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
        .Select(tag => $"{PrometheusNames.Label(tag.Key)}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")}\""));

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>Equality of tag sets, and of a set with a span of tags.</summary>
    public sealed class Comparer : IEqualityComparer<TagSet>, IAlternateEqualityComparer<Tags, TagSet>
    {
        /// <summary>The one instance.</summary>
        public static Comparer Instance { get; } = new();

        /// <inheritdoc />
        public bool Equals(TagSet? x, TagSet? y) => x is null ? y is null : y is not null && Equals((Tags)x.Items, y);

        /// <inheritdoc />
        public int GetHashCode(TagSet obj) => GetHashCode((Tags)obj.Items);

        /// <inheritdoc />
        public bool Equals(Tags alternate, TagSet other)
        {
            if (alternate.Length != other.Items.Length)
            {
                return false;
            }

            for (var i = 0; i < alternate.Length; i++)
            {
                if (!string.Equals(alternate[i].Key, other.Items[i].Key, StringComparison.Ordinal) || !Equals(alternate[i].Value, other.Items[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        /// <inheritdoc />
        public int GetHashCode(Tags alternate)
        {
            var hash = default(HashCode);
            foreach (var (key, value) in alternate)
            {
                hash.Add(key, StringComparer.Ordinal);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        /// <inheritdoc />
        public TagSet Create(Tags alternate) => new(alternate.ToArray());
    }
}
