using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>An account of the demo, with the password in clear: the file is for whoever tries the demo out.</summary>
internal sealed record DemoCredential(string User, string Password, string Role, string Name);

/// <summary>A device of the demo with its secrets.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="KeyId">The number of the key.</param>
/// <param name="Key">16 bytes in hexadecimal.</param>
/// <param name="Token">The token.</param>
/// <param name="Topic">Where its vitals go.</param>
/// <param name="Simulated">Whether the simulator plays it.</param>
internal sealed record DemoDeviceKey(string Device, uint KeyId, string Key, string Token, string Topic, bool Simulated);

/// <summary>The two files with the demo's secrets, readable by their owner only.</summary>
internal sealed class DemoFiles(DataFolder data)
{
    /// <summary>Accounts and passwords.</summary>
    public string Credentials { get; } = data.At("demo-credentials.json");

    /// <summary>Devices, keys and tokens.</summary>
    public string DeviceKeys { get; } = data.At("device-keys.json");

    /// <summary>The accounts in the file; none if there is no file.</summary>
    public List<DemoCredential> ReadCredentials() => Read(Credentials, DemoJson.Default.ListDemoCredential);

    /// <summary>The devices in the file; none if there is no file.</summary>
    public List<DemoDeviceKey> ReadDeviceKeys() => Read(DeviceKeys, DemoJson.Default.ListDemoDeviceKey);

    /// <summary>Writes the accounts if the file says something else.</summary>
    public void Write(List<DemoCredential> credentials) =>
        WriteIfOther(Credentials, JsonSerializer.SerializeToUtf8Bytes(credentials, DemoJson.Default.ListDemoCredential));

    /// <summary>Writes the devices if the file says something else.</summary>
    public void Write(List<DemoDeviceKey> keys) =>
        WriteIfOther(DeviceKeys, JsonSerializer.SerializeToUtf8Bytes(keys, DemoJson.Default.ListDemoDeviceKey));

    /// <summary>Draws a password that can be read out and typed: four pronounceable groups, about 50 bits.</summary>
    public static string DrawPassword() => string.Join('-', Enumerable.Range(0, 4).Select(_ => DrawGroup()));

    private static string DrawGroup()
    {
        const string consonants = "bdfghjkmnprstvwz";
        const string vowels = "aeiou";
        return string.Concat(
            RandomNumberGenerator.GetString(consonants, 1), RandomNumberGenerator.GetString(vowels, 1),
            RandomNumberGenerator.GetString(consonants, 1), RandomNumberGenerator.GetString(vowels, 1));
    }

    private static List<T> Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<List<T>> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? [];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (JsonException error)
        {
            throw new StartupException($"{path} is damaged: {error.Message}", "Remove it: passwords and tokens of the demo are then drawn anew.", error);
        }
    }

    private static void WriteIfOther(string path, byte[] content)
    {
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            PrivateFile.Write(path, content);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IndentSize = 2)]
[JsonSerializable(typeof(List<DemoCredential>))]
[JsonSerializable(typeof(List<DemoDeviceKey>))]
internal sealed partial class DemoJson : JsonSerializerContext;
