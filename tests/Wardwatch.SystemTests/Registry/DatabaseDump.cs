using System.Text;
using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.SystemTests.Harness;

namespace Wardwatch.SystemTests.Registry;

/// <summary>What somebody would hold who got at the database but not at the master key.</summary>
public static class DatabaseDump
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
        var bytes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var secret in secrets.Distinct(StringComparer.Ordinal))
        {
            dump.Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"the dump holds '{secret}'");
            bytes.Add(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)));
        }

        // Short names in hexadecimal occur by chance in megabytes of ciphertext; from eight bytes on they do not.
        foreach (var secret in bytes.Where(secret => secret.Length >= 16))
        {
            dump.Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"the dump holds {secret}");
        }
    }
}
