using System.Security.Cryptography;
using System.Text;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>The key above all others: 32 bytes, in base64, from the environment, a command, or a file made at the first start.</summary>
internal static class MasterKey
{
    /// <summary>The environment variable that may hold the key.</summary>
    public const string Variable = "WARDWATCH_MASTER_KEY";

    /// <summary>The key's length in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>Finds the key, or draws one where nothing is encrypted yet.</summary>
    /// <param name="data">The installation's folder.</param>
    /// <param name="command">The command that prints the key, or null.</param>
    /// <param name="databaseIsEmpty">True if no tenant is stored, so that a new key can lock nobody out.</param>
    /// <param name="cancellation">Stops the command.</param>
    /// <exception cref="StartupException">No key where one is needed, or not a key.</exception>
    public static async Task<byte[]> FindAsync(DataFolder data, string? command, bool databaseIsEmpty, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return Decode(given, "the environment variable " + Variable);
        }

        if (!string.IsNullOrWhiteSpace(command))
        {
            var answer = await ShortCommand.RunAsync(["/bin/sh", "-c", command], cancellation);
            return answer.ExitCode == 0
                ? Decode(answer.Output, "the output of the master key command")
                : throw new StartupException($"The master key command failed: {answer.LastLine}", "Try the command of Wardwatch:Platform:MasterKeyCommand by hand, as this user.");
        }

        if (File.Exists(data.MasterKey))
        {
            return Decode(await File.ReadAllTextAsync(data.MasterKey, cancellation), data.MasterKey);
        }

        if (!databaseIsEmpty)
        {
            throw new StartupException($"The master key is missing: {data.MasterKey} is not there, and the database holds encrypted data.", $"Put the file back from your backup, or give the key in {Variable}. Without it the data cannot be read.");
        }

        var key = RandomNumberGenerator.GetBytes(Bytes);
        PrivateFile.Write(data.MasterKey, Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        return key;
    }

    private static byte[] Decode(string text, string from)
    {
        var key = new byte[Bytes];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Bytes
            ? key
            : throw new StartupException($"What stands in {from} is not a master key.", "It must be 32 bytes in base64.");
    }
}
