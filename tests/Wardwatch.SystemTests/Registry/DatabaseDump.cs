using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Registry;

/// <summary>What somebody would hold who got at the database but not at the master key.</summary>
public static partial class DatabaseDump
{
    /// <summary>The whole database as pg_dump writes it.</summary>
    public static async Task<string> OfAsync(Installation installation, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnectionStringBuilder(installation.ConnectionString);
        var dump = await Tool.RunAsync(
            "pg_dump", ["-h", connection.Host!, "-U", connection.Username!, "-d", connection.Database!, "--inserts"], cancellation);
        dump.ExitCode.ShouldBe(0, dump.Error);
        return dump.Output;
    }

    /// <summary>Fails if one of the texts stands in the dump: as it is, or as the bytes of a binary column.</summary>
    public static void ShouldHoldNone(string dump, IEnumerable<string> secrets)
    {
        // A number of seven digits stands by chance in megabytes of ciphertext in hexadecimal, or over the hyphen of one of many thousand random ids, and so does a
        // short name written in it; seven bytes in hexadecimal do not.
        var text = DrawnAtRandom().Replace(dump, "");
        foreach (var secret in secrets.Distinct(StringComparer.Ordinal))
        {
            // A key in hexadecimal is what a binary column would show of it.
            (secret.Length >= 14 ? dump : text).Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"the dump holds '{secret}'");
            var bytes = Encoding.UTF8.GetBytes(secret);
            (bytes.Length >= 7 && dump.Contains(Convert.ToHexStringLower(bytes), StringComparison.Ordinal)).ShouldBeFalse($"the dump holds the bytes of '{secret}'");
        }
    }

    // Binary columns and UUIDs.
    [GeneratedRegex(@"\\x[0-9a-f]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex DrawnAtRandom();
}
