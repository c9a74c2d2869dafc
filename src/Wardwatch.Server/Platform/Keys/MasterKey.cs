using System.Security.Cryptography;
using System.Text;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>Where the master key comes from.</summary>
internal enum MasterKeyOrigin
{
    /// <summary>The file <c>master.key</c>: a rotation replaces it.</summary>
    File,

    /// <summary>The environment: the operator replaces it.</summary>
    Environment,

    /// <summary>A file elsewhere, such as a mounted secret: the operator replaces it.</summary>
    GivenFile,

    /// <summary>A command: the operator replaces it.</summary>
    Command,
}

/// <summary>The master keys that were found: the present one first, then those that a rotation brings or has not yet done without.</summary>
internal sealed record FoundMasterKeys(MasterKeyOrigin Origin, IReadOnlyList<byte[]> Keys);

/// <summary>The key above all others: 32 bytes, in base64, from the environment, a command, a given file, or a file made at the first start.</summary>
internal static class MasterKey
{
    /// <summary>The environment variable that may hold the key.</summary>
    public const string Variable = "WARDWATCH_MASTER_KEY";

    /// <summary>The environment variable that may hold the key to come, while it is rotated.</summary>
    public const string NewVariable = "WARDWATCH_NEW_MASTER_KEY";

    /// <summary>The key's length in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>Finds the key, or draws one where nothing is encrypted yet.</summary>
    /// <param name="data">The installation's folder.</param>
    /// <param name="options">The command that prints the key, and the file with the key to come.</param>
    /// <param name="databaseIsEmpty">True if no tenant is stored, so that a new key can lock nobody out.</param>
    /// <param name="cancellation">Stops the command.</param>
    /// <exception cref="StartupException">No key where one is needed, or not a key.</exception>
    public static async Task<FoundMasterKeys> FindAsync(DataFolder data, PlatformOptions options, bool databaseIsEmpty, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return new(MasterKeyOrigin.Environment, [Decode(given, "the environment variable " + Variable), .. Further(data, options)]);
        }

        if (!string.IsNullOrWhiteSpace(options.MasterKeyCommand))
        {
            var answer = await ShortCommand.RunAsync(["/bin/sh", "-c", options.MasterKeyCommand], cancellation);
            return answer.ExitCode == 0
                ? new(MasterKeyOrigin.Command, [Decode(answer.Output, "the output of the master key command"), .. Further(data, options)])
                : throw new StartupException($"The master key command failed: {answer.LastLine}", "Try the command of Wardwatch:Platform:MasterKeyCommand by hand, as this user.");
        }

        if (!string.IsNullOrWhiteSpace(options.MasterKeyFile))
        {
            return new(MasterKeyOrigin.GivenFile, [Read(options.MasterKeyFile), .. Further(data, options)]);
        }

        if (File.Exists(data.MasterKey))
        {
            return new(MasterKeyOrigin.File, InFiles(data, options));
        }

        if (!databaseIsEmpty)
        {
            throw new StartupException($"The master key is missing: {data.MasterKey} is not there, and the database holds encrypted data.", $"Put the file back from your backup, or give the key in {Variable}. Without it the data cannot be read.");
        }

        var key = RandomNumberGenerator.GetBytes(Bytes);
        Write(data.MasterKey, key);
        return new(MasterKeyOrigin.File, [key]);
    }

    /// <summary>What the files hold now: a rotation may have changed them since the start.</summary>
    public static IReadOnlyList<byte[]> InFiles(DataFolder data, PlatformOptions options) =>
        [.. File.Exists(data.MasterKey) ? [Read(data.MasterKey)] : Array.Empty<byte[]>(), .. Further(data, options)];

    /// <summary>Writes a key's file: the old one is there until the new one is.</summary>
    public static void Write(string path, ReadOnlySpan<byte> key) => PrivateFile.Write(path, Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));

    /// <summary>Reads a key's file.</summary>
    /// <exception cref="StartupException">It cannot be read, or holds no key.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return Decode(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path} cannot be read: {error.Message}", "It must hold a master key, 32 bytes in base64, and be readable by this user.", error);
        }
    }

    private static IEnumerable<byte[]> Further(DataFolder data, PlatformOptions options)
    {
        if (Environment.GetEnvironmentVariable(NewVariable) is { Length: > 0 } given)
        {
            yield return Decode(given, "the environment variable " + NewVariable);
        }

        if (!string.IsNullOrWhiteSpace(options.NewMasterKeyFile))
        {
            yield return Read(options.NewMasterKeyFile);
        }

        if (File.Exists(data.PreviousMasterKey))
        {
            yield return Read(data.PreviousMasterKey);
        }
    }

    private static byte[] Decode(string text, string from)
    {
        var key = new byte[Bytes];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Bytes
            ? key
            : throw new StartupException($"What stands in {from} is not a master key.", "It must be 32 bytes in base64.");
    }
}
